//! The source to be written, as a tree of statements and blocks with their comments.

use crate::comment::Lines;

/// A statement or a block, with everything above and below it.
pub(super) struct Node {
    /// Separate comments above it.
    pub(super) alone: Vec<Lines>,
    /// True if an empty line separates it from the text above.
    pub(super) is_apart: bool,
    /// The errors in it.
    pub(super) findings: Lines,
    /// Comments on it.
    pub(super) docs: Lines,
    pub(super) form: Form,
    /// A separate comment below it.
    pub(super) after: Lines,
}

pub(super) enum Form {
    /// `… ;`
    Statement(Vec<Piece>),
    /// A part of a test, which cannot allow warnings.
    Assertion(Vec<Piece>),
    /// `… { … }`
    Block { head: Vec<Piece>, nodes: Vec<Node>, end: Vec<Lines> },
}

pub(super) enum Piece {
    /// A keyword, an operator or a name.
    Word(String),
    List(List, Vec<Item>),
    Json(Json),
}

/// The kind of items in a list. It decides whether the list may get a name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    Plain,
    Owners,
    Ports,
}

/// An item of a list.
#[derive(Clone)]
pub(super) struct Item {
    pub(super) docs: Lines,
    pub(super) text: String,
}

/// A field of an entry and an item in it. Both are counted from 1, the field in the order in which
/// the macro writes them. A field of 0 is the entry, and an item of 0 is the whole field.
pub(super) type Slot = (usize, usize);

/// A JSON value in Rust tokens.
pub(super) enum Json {
    Plain(String),
    /// An array, or an object whose items have names
    Composite {
        brackets: [char; 2],
        lead: Lines,
        items: Vec<JsonItem>,
        end: Vec<Lines>,
    },
}

pub(super) struct JsonItem {
    /// True if there is an empty line above it.
    pub(super) is_apart: bool,
    pub(super) alone: Vec<Lines>,
    pub(super) docs: Lines,
    pub(super) name: Option<String>,
    pub(super) value: Json,
    pub(super) after: Lines,
}

impl Node {
    pub(super) fn new(form: Form) -> Node {
        let (alone, findings, docs, after) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Node { alone, is_apart: false, findings, docs, form, after }
    }
}

impl Json {
    /// Inserts a comment before the first item of an object or an array.
    pub(super) fn lead_with(&mut self, lines: Lines) {
        if let Json::Composite { lead, .. } = self {
            *lead = lines;
        }
    }
}

impl Piece {
    pub(super) fn word(word: impl Into<String>) -> Piece {
        Piece::Word(word.into())
    }
}

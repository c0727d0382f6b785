//! The policy as it will be written: statements and blocks, with their comments.

use crate::comment::Lines;

/// A statement or a block, with everything above and below it.
pub(super) struct Node {
    /// Comments of their own above it.
    pub(super) alone: Vec<Lines>,
    /// True if an empty line parts it from what is above.
    pub(super) is_apart: bool,
    /// The errors in it.
    pub(super) findings: Lines,
    /// Comments on it.
    pub(super) docs: Lines,
    pub(super) form: Form,
    /// A comment of its own below it.
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

/// The sort of items in a list, which decides whether it may get a name.
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

/// A field of an entry, counted from 1 in the order in which the macro writes them, and an item in it, counted from 1.
/// 0 is the entry, and the whole field.
pub(super) type Slot = (usize, usize);

/// A JSON value in Rust tokens.
pub(super) enum Json {
    Plain(String),
    /// An array, or an object: its items have names.
    Composite {
        brackets: [char; 2],
        lead: Lines,
        items: Vec<JsonItem>,
        end: Vec<Lines>,
    },
}

pub(super) struct JsonItem {
    /// True if an empty line parts it from what is above.
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
    /// Puts a comment in front of what is in an object or an array.
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

use std::borrow::Cow;

use crate::hujson::literal;
use crate::model::{Dialect, Lint};
use crate::source::{FileId, Origin, Text};

/// The lossless tree of a HuJSON text.
///
/// All nodes are in one arena, and what they hold are ranges of the text: reading allocates little,
/// and no depth of nesting can overflow a stack, neither here nor when it is dropped.
///
/// ```
/// use policy_core::hujson::Document;
/// let document = Document::parse("{\"hosts\": {\"web\": \"10.0.0.1\"}, /* none yet */ \"acls\": [],}")?;
/// let names: Vec<_> = document.members(document.root()).filter_map(|(name, _)| document.string(name)).collect();
/// assert_eq!(names.iter().map(|name| name.as_str()).collect::<Vec<_>>(), ["hosts", "acls"]);
/// # Ok::<(), policy_core::hujson::SyntaxError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Document {
    pub(super) text: String,
    pub(super) file: FileId,
    pub(super) nodes: Vec<Node>,
    pub(super) standard: bool,
}

/// Index of a node in its [`Document`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NodeId(pub(super) u32);

/// A value, or the name of an object's member.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) kind: Kind,
    /// Where the white space and comments in front of it start: right after a comma, colon or bracket.
    pub(super) before: u32,
    pub(super) start: u32,
    pub(super) end: u32,
    /// Where the white space and comments behind it end: right before a comma, colon or bracket.
    pub(super) after: u32,
    /// The next of its siblings; [`NONE`] for the last.
    pub(super) next: u32,
    /// The first of its children; [`NONE`] without.
    pub(super) child: u32,
    /// Where the white space and comments before its closing bracket start.
    pub(super) tail: u32,
    /// True if a comma follows its last child.
    pub(super) trailing_comma: bool,
}

impl Node {
    /// The answer to the id of another document: an empty null.
    const FOREIGN: Node = Node {
        kind: Kind::Null,
        before: 0,
        start: 0,
        end: 0,
        after: 0,
        next: NONE,
        child: NONE,
        tail: 0,
        trailing_comma: false,
    };
}

/// Returns whether a comment without its slashes is for programs to read, and describes nothing.
fn is_read(comment: &str) -> bool {
    Lint::start(comment).is_some() || Dialect::start(comment).is_some()
}

/// No sibling and no child has this index: it is the root's.
pub(super) const NONE: u32 = 0;

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as written
    Number,
    /// A string, as written
    String,
    /// `[…]`
    Array,
    /// `{…}`: names and values in turn
    Object,
}

impl Kind {
    /// The type in a sentence, as `a list`.
    pub fn noun(self) -> &'static str {
        match self {
            Kind::Null => "null",
            Kind::Bool(true) => "true",
            Kind::Bool(false) => "false",
            Kind::Number => "a number",
            Kind::String => "a string",
            Kind::Array => "a list",
            Kind::Object => "an object",
        }
    }
}

impl Document {
    /// The value that the text is.
    pub fn root(&self) -> NodeId {
        NodeId(0)
    }

    /// The text that was read.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Which text it is of those that are read together.
    pub fn file(&self) -> FileId {
        self.file
    }

    /// Returns what a node is.
    pub fn kind(&self, id: NodeId) -> Kind {
        self.node(id).kind
    }

    /// Where a node stands, without the white space and comments around it.
    pub fn origin(&self, id: NodeId) -> Origin {
        let node = self.node(id);
        self.origin_of(node.start, node.end)
    }

    /// The elements of an array; nothing of anything else.
    pub fn elements(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let first = if self.kind(id) == Kind::Array { self.node(id).child } else { NONE };
        self.siblings(first)
    }

    /// The members of an object, name and value; nothing of anything else.
    pub fn members(&self, id: NodeId) -> impl Iterator<Item = (NodeId, NodeId)> + '_ {
        let first = if self.kind(id) == Kind::Object { self.node(id).child } else { NONE };
        let mut nodes = self.siblings(first);
        std::iter::from_fn(move || Some((nodes.next()?, nodes.next()?)))
    }

    /// The value of a string, and where it stands.
    pub fn string(&self, id: NodeId) -> Option<Text> {
        let origin = self.origin(id);
        Some(match self.unquoted(id)? {
            Cow::Borrowed(value) => Text::verbatim(value, origin, origin.start.saturating_add(1)),
            Cow::Owned(value) => Text::escaped(value, origin),
        })
    }

    /// The value of a string, borrowed if it is written without escapes.
    pub(super) fn unquoted(&self, id: NodeId) -> Option<Cow<'_, str>> {
        let node = self.node(id);
        if node.kind != Kind::String {
            return None;
        }
        let inside = self.slice(node.start.saturating_add(1), node.end.saturating_sub(1));
        Some(literal::unescaped(inside).map_or(Cow::Borrowed(inside), Cow::Owned))
    }

    /// The text of a node, as written.
    pub fn source(&self, id: NodeId) -> &str {
        let node = self.node(id);
        self.slice(node.start, node.end)
    }

    /// The white space and comments in front of a node, back to the comma, colon or bracket before it.
    pub fn before(&self, id: NodeId) -> &str {
        let node = self.node(id);
        self.slice(node.before, node.start)
    }

    /// The white space and comments behind a node, up to the comma, colon or bracket after it.
    pub fn after(&self, id: NodeId) -> &str {
        let node = self.node(id);
        self.slice(node.end, node.after)
    }

    /// The white space and comments before the closing bracket of an array or object, back to its last comma, or to
    /// its last child (so without a trailing comma this is also what is [`Document::after`] that one).
    pub fn inside_end(&self, id: NodeId) -> &str {
        let node = self.node(id);
        match node.kind {
            Kind::Array | Kind::Object => self.slice(node.tail, node.end.saturating_sub(1)),
            _ => "",
        }
    }

    /// The comment right above a node, line by line and without its marks: what the node's author says of it.
    /// `None` if there is none, or if a blank line parts them.
    pub fn doc(&self, id: NodeId) -> Option<String> {
        // The rest of the line that the node before ends on is about that one.
        let (_, own) = self.before(id).split_once('\n')?;
        let mut lines: Vec<&str> = own
            .rsplit('\n')
            .skip(1) // the indentation of the node itself
            .map_while(|line| line.trim().strip_prefix("//"))
            .filter(|comment| !is_read(comment.trim_start()))
            .map(|text| text.strip_prefix(' ').unwrap_or(text))
            .collect();
        lines.reverse();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }

    /// Returns whether the text is JSON as it stands: without a comment and without a trailing comma.
    pub fn is_standard(&self) -> bool {
        self.standard
    }

    pub(super) fn node(&self, id: NodeId) -> &Node {
        // Ids come from this document alone, so there is a node.
        self.nodes.get(id.0 as usize).unwrap_or(&Node::FOREIGN)
    }

    pub(super) fn siblings(&self, first: u32) -> impl Iterator<Item = NodeId> + '_ {
        let mut next = first;
        std::iter::from_fn(move || {
            let id = NodeId(next);
            (next != NONE).then(|| {
                next = self.node(id).next;
                id
            })
        })
    }

    pub(super) fn slice(&self, start: u32, end: u32) -> &str {
        // Between most values there is nothing, and a macro runs unoptimised.
        if start == end {
            return "";
        }
        let range = usize::try_from(start).unwrap_or(usize::MAX)..usize::try_from(end).unwrap_or(usize::MAX);
        self.text.get(range).unwrap_or_default()
    }

    fn origin_of(&self, start: u32, end: u32) -> Origin {
        Origin { file: self.file, start, end }
    }
}

use std::borrow::Cow;

use crate::hujson::literal;
use crate::model::PolicyComment;
use crate::source::{FileId, Origin, Text};

/// The lossless tree of a HuJSON text.
///
/// All nodes are in one arena and refer to ranges of the text. Reading therefore allocates little,
/// and deep nesting cannot overflow the stack, neither when reading nor when dropping.
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

/// The index of a node in its [`Document`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NodeId(pub(super) u32);

/// A value, or the name of an object's member.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) kind: Kind,
    /// The start of the white space and comments before it: right after a comma, colon or bracket.
    pub(super) before: u32,
    pub(super) start: u32,
    pub(super) end: u32,
    /// The end of the white space and comments after it: right before a comma, colon or bracket.
    pub(super) after: u32,
    /// The next sibling. [`NONE`] for the last.
    pub(super) next: u32,
    /// The first child. [`NONE`] if there is none.
    pub(super) child: u32,
    /// The start of the white space and comments before its closing bracket.
    pub(super) tail: u32,
    /// True if a comma follows the last child.
    pub(super) trailing_comma: bool,
    /// True for a string with escapes. Without them, its value is the text between the quotes.
    pub(super) has_escapes: bool,
}

impl Node {
    /// The node for an id of another document: an empty null.
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
        has_escapes: false,
    };
}

/// No sibling or child has this index, because it is the root's.
pub(super) const NONE: u32 = 0;

/// The kind of a node.
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
    /// Returns the type for use in a sentence, such as `a list`.
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
    /// Makes the document of an empty text, whose value is `null`.
    pub fn null() -> Document {
        Document { text: String::new(), file: FileId::Policy, nodes: Vec::new(), standard: true }
    }

    /// Returns the top-level value.
    pub fn root(&self) -> NodeId {
        NodeId(0)
    }

    /// Returns the text that was read.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the text that was read, without a copy.
    pub fn into_text(self) -> String {
        self.text
    }

    /// Returns the id of the text among those that are read together.
    pub fn file(&self) -> FileId {
        self.file
    }

    /// Returns the kind of a node.
    pub fn kind(&self, id: NodeId) -> Kind {
        self.node(id).kind
    }

    /// Returns the place of a node, without the white space and comments around it.
    pub fn origin(&self, id: NodeId) -> Origin {
        let node = self.node(id);
        self.origin_of(node.start, node.end)
    }

    /// Returns the elements of an array. Other nodes have none.
    pub fn elements(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let first = if self.kind(id) == Kind::Array { self.node(id).child } else { NONE };
        self.siblings(first)
    }

    /// Returns the members of an object as pairs of name and value. Other nodes have none.
    pub fn members(&self, id: NodeId) -> impl Iterator<Item = (NodeId, NodeId)> + '_ {
        let first = if self.kind(id) == Kind::Object { self.node(id).child } else { NONE };
        let mut nodes = self.siblings(first);
        std::iter::from_fn(move || Some((nodes.next()?, nodes.next()?)))
    }

    /// Returns the value of a string, and its place.
    pub fn string(&self, id: NodeId) -> Option<Text> {
        let origin = self.origin(id);
        Some(match self.unquoted(id)? {
            Cow::Borrowed(value) => Text::verbatim(value, origin, origin.start.saturating_add(1)),
            Cow::Owned(value) => Text::escaped(value, origin),
        })
    }

    /// Returns the value of a string, borrowed if it has no escapes.
    pub(super) fn unquoted(&self, id: NodeId) -> Option<Cow<'_, str>> {
        let node = self.node(id);
        if node.kind != Kind::String {
            return None;
        }
        let inside = self.slice(node.start.saturating_add(1), node.end.saturating_sub(1));
        Some(if node.has_escapes { Cow::Owned(literal::unescaped(inside)) } else { Cow::Borrowed(inside) })
    }

    /// Returns the text of a node, as written.
    pub fn source(&self, id: NodeId) -> &str {
        let node = self.node(id);
        self.slice(node.start, node.end)
    }

    /// Returns the white space and comments before a node, back to the previous comma, colon or
    /// bracket.
    pub fn before(&self, id: NodeId) -> &str {
        let node = self.node(id);
        self.slice(node.before, node.start)
    }

    /// Returns the white space and comments after a node, up to the next comma, colon or bracket.
    pub fn after(&self, id: NodeId) -> &str {
        let node = self.node(id);
        self.slice(node.end, node.after)
    }

    /// Returns the white space and comments before the closing bracket of an array or object, back
    /// to its last comma. Without a trailing comma they go back to the last child, and are also
    /// what [`Document::after`] returns for it.
    pub fn inside_end(&self, id: NodeId) -> &str {
        let node = self.node(id);
        match node.kind {
            Kind::Array | Kind::Object => self.slice(node.tail, node.end.saturating_sub(1)),
            _ => "",
        }
    }

    /// Returns the comment right above a node, line by line and without the comment marks. `None`
    /// if there is none, or if a blank line separates them.
    pub fn doc(&self, id: NodeId) -> Option<String> {
        // The rest of the line on which the previous node ends is about that node.
        let (_, own) = self.before(id).split_once('\n')?;
        let mut lines: Vec<&str> = own
            .rsplit('\n')
            .skip(1) // the indentation of the node itself
            .map_while(|line| line.trim().strip_prefix("//"))
            .filter(|comment| PolicyComment::parse(comment.trim_start()).is_none())
            .map(|text| text.strip_prefix(' ').unwrap_or(text))
            .collect();
        lines.reverse();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }

    /// Returns whether the text is plain JSON, without comments and trailing commas.
    pub fn is_standard(&self) -> bool {
        self.standard
    }

    pub(super) fn node(&self, id: NodeId) -> &Node {
        // Ids come from this document only, so the node exists.
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
        // Most values have nothing between them, and a macro runs unoptimised.
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

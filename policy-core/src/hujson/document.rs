use crate::model::Origin;

/// The lossless tree of a HuJSON text.
///
/// All nodes are in one arena, and what they hold are ranges of the text: reading allocates little,
/// and no depth of nesting can overflow a stack, neither here nor when it is dropped.
#[derive(Clone, Debug)]
pub struct Document {
    text: String,
    base: u32,
    nodes: Vec<Node>,
}

/// Index of a node in its [`Document`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NodeId(u32);

/// A value, or the name of an object's member.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// The value itself, without the white space and comments around it.
    pub origin: Origin,
}

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

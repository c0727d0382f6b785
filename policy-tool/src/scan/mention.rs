use std::ops::Range;

/// A name of a policy in another file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// The kind of the name.
    pub kind: MentionKind,
    /// The name, with its prefix.
    pub name: String,
    /// The bytes of the name in the file.
    pub range: Range<usize>,
    /// The way in which the file uses it.
    pub context: MentionContext,
}

/// The kind of a name in another file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MentionKind {
    /// `tag:web`
    Tag,
    /// `group:eng`
    Group,
    /// `svc:web`
    Service,
    /// `example.com/cap/sql`
    Capability,
}

/// The way in which a file uses a name. The most certain one comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MentionContext {
    /// The Kubernetes operator itself has the tag, and so does its OAuth client.
    OperatorTag,
    /// An OAuth client gets the tag. It can then assign the tag, and the tags that this one owns.
    ClientTag,
    /// Something gets the tag.
    Assignment(Assigner),
    /// The text is certainly a name in a tailnet.
    Reference,
    /// The text looks like such a name, but may be something else.
    Resemblance,
    /// A constant from `policy export`, which other files may use instead of the name.
    Constant,
}

/// The identity that assigns a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Assigner {
    /// The Kubernetes operator, which assigns tags to its proxies.
    Operator,
    /// Any other credential. The file does not say which tags it has.
    Credential,
}

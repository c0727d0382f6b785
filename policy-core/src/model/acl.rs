use super::{List, Origin, PortRange, Protocol, Selector, Text};

/// An entry of `acls`.
#[derive(Clone, Debug, Default)]
pub struct Acl {
    /// `action`: only `accept` exists.
    pub action: Option<Text>,
    /// `src`, or `users` in old files.
    pub src: List<Selector>,
    /// `dst`, or `ports` in old files.
    pub dst: List<Destination>,
    /// `proto`. `None` stands for the client's default set.
    pub proto: Option<Protocol>,
    /// `srcPosture`
    pub src_posture: List<Selector>,
    /// The whole entry.
    pub origin: Origin,
}

/// An item of an acl's `dst`, as `tag:web:80,443`.
#[derive(Clone, Debug)]
pub struct Destination {
    /// As written.
    pub text: Text,
    /// What stands before the last colon.
    pub host: Selector,
    /// What stands after it, in order.
    pub ports: Vec<PortRange>,
}

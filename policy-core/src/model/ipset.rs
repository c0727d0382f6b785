use super::{List, Origin, Selector, Text};

/// A member of `ipsets`.
#[derive(Clone, Debug)]
pub struct IpSet {
    /// `ipset:…`, prefix included.
    pub name: Text,
    /// What to do, in order, to a set that is empty at first.
    pub entries: List<IpSetEntry>,
    /// The member of the section, name and value.
    pub origin: Origin,
}

/// One step towards a set.
#[derive(Clone, Debug)]
pub struct IpSetEntry {
    /// As written.
    pub text: Text,
    /// What is done.
    pub operation: Operation,
    /// With what: an address, prefix, range, host, ip set or `autogroup:internet`. Its text has no `host:`.
    pub target: Selector,
}

/// What an entry of an ip set does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// `add`, written out.
    Add,
    /// Also adds; allowed only in a set that removes nothing.
    Bare,
    /// Takes away what is there so far.
    Remove,
}

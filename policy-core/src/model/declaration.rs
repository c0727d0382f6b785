use crate::model::{List, Prefix, Selector};
use crate::source::{Origin, Text};

/// A member of `groups`.
#[derive(Clone, Debug)]
pub struct Group {
    /// `group:…`, prefix included.
    pub name: Text,
    /// The members of the group.
    pub members: List<Selector>,
    /// The comment above it.
    pub doc: Option<String>,
    /// The member of the section, name and value.
    pub origin: Origin,
}

/// A member of `hosts`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Host {
    /// The alias.
    pub name: Text,
    /// The value, as written.
    pub text: Text,
    /// The address. `None` if the value is not an address.
    pub address: Option<HostAddress>,
    /// The comment above it.
    pub doc: Option<String>,
    /// The member of the section, name and value.
    pub origin: Origin,
}

/// The value of a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostAddress {
    /// One address.
    Address(std::net::IpAddr),
    /// A prefix, even if it has only one address: tests treat the two differently.
    Prefix(Prefix),
}

/// A member of `tagOwners`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TagOwners {
    /// `tag:…`, prefix included.
    pub tag: Text,
    /// The users and tags that may assign it. Admins always may.
    pub owners: List<Selector>,
    /// The comment above it.
    pub doc: Option<String>,
    /// The member of the section, name and value.
    pub origin: Origin,
}

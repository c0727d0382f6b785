use crate::model::{List, Prefix, Selector};
use crate::source::{Origin, Text};

/// A member of `groups`.
#[derive(Clone, Debug)]
pub struct Group {
    /// `group:…`, prefix included.
    pub name: Text,
    /// Its people.
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
    /// What it stands for, as written.
    pub text: Text,
    /// What it stands for; `None` if that is no address.
    pub address: Option<HostAddress>,
    /// The comment above it.
    pub doc: Option<String>,
    /// The member of the section, name and value.
    pub origin: Origin,
}

/// What a host stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostAddress {
    /// One address.
    Address(std::net::IpAddr),
    /// A prefix, even if it holds one address only: tests tell the two apart.
    Prefix(Prefix),
}

/// A member of `tagOwners`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TagOwners {
    /// `tag:…`, prefix included.
    pub tag: Text,
    /// Who may assign it; admins always may.
    pub owners: List<Selector>,
    /// The comment above it.
    pub doc: Option<String>,
    /// The member of the section, name and value.
    pub origin: Origin,
}

use std::net::IpAddr;

use super::{AddressRange, Autogroup, Prefix, Text};

/// A word that stands for principals or addresses, as `tag:web` or `10.0.0.0/8`.
///
/// Reading one never fails: where it may stand, and whether it is declared, is for [`crate::check`] to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector {
    /// As written.
    pub text: Text,
    /// What it is.
    pub kind: SelectorKind,
}

/// What a selector is. Named kinds have their name in the selector's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SelectorKind {
    /// `*`
    Wildcard,
    /// `alice@example.com`, `alice@github`
    User,
    /// `user:*@example.com`
    Domain,
    /// `group:eng`
    Group,
    /// `group:eng@example.com`, which the identity provider defines
    SyncedGroup,
    /// `tag:web`
    Tag,
    /// `autogroup:member`; `None` for a name that is no autogroup
    Autogroup(Option<Autogroup>),
    /// One address
    Address(IpAddr),
    /// `10.0.0.0/8`
    Prefix(Prefix),
    /// `192.0.2.4-192.0.2.12`, in ip sets only
    Range(AddressRange),
    /// `ipset:prod`
    IpSet,
    /// `svc:web`
    Service,
    /// `posture:managed`
    Posture,
    /// `group://acme/eng`, `tag://acme/web`
    External,
    /// `localpart:*@example.com`, in `users` of SSH rules only
    LocalPart,
    /// `webserver`: any other word without a colon
    Host,
    /// No selector at all
    Unknown,
}

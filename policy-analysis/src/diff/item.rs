use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::diff::ssh_terms::SshTerms;

/// Something that rules give other than ports. The items of a set are described in this order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Item {
    /// An app capability or a node attribute by its name, or one of the values that the name is
    /// given with
    Capability(String, Option<String>),
    /// The approval to advertise a prefix: its address, and its length in bits
    Route(IpAddr, u8),
    /// The approval to be an exit node
    ExitNode,
    /// The approval to host a service, or any service with a tag
    Service(String),
    /// The right to assign a tag, in lower case
    Tag(String),
    /// Logins to any account that is not `root` and that no rule names
    OtherAccount,
    /// Logins to an account
    Account(String),
    /// Logins to the account named as a user's login at a domain: `localpart:*@` the domain
    LocalPart(String),
}

/// How access is given. What is given in different channels is never the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Channel {
    /// By routers with one of these tags, in lower case; by any if there are none.
    Routers(BTreeSet<String>),
    Ssh(SshTerms),
}

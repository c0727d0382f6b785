//! Principal or what somebody is: all that a selector may name them by.

use std::net::IpAddr;

use crate::access::interval::{overlap, single};
use crate::model::{AddressRange, Role};

/// A device, or what a device may be taken for, with all that is known of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Endpoint<'p> {
    pub who: Principal<'p>,
    pub addresses: Vec<IpAddr>,
    /// Whether its address is behind a subnet router, though no fact says so.
    pub is_routed: bool,
}

/// Principal or what it is, addresses apart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Principal<'p> {
    /// Nobody that the policy has a name for
    #[default]
    Unknown,
    /// A device of a user
    User { login: &'p str, role: Option<Role> },
    /// A device of a member whom neither the policy nor the facts name
    Member {
        /// `None` for one that no selector has
        domain: Option<&'p str>,
        role: Role,
        /// The synced group that they are in
        group: Option<&'p str>,
    },
    /// A device with these tags; with none of them, one whose tags no selector has
    Tagged(Vec<&'p str>),
    /// A service
    Service(&'p str),
    /// A device of someone that a device was shared with
    Shared,
    /// What another tailnet calls so
    External(&'p str),
}

impl Principal<'_> {
    /// Whether it is some device of a tailnet.
    pub fn is_device(&self) -> bool {
        !matches!(self, Principal::Unknown | Principal::Service(_))
    }
}

impl Endpoint<'_> {
    /// Whether one of its addresses is among these.
    pub fn is_in(&self, range: AddressRange) -> bool {
        self.addresses.iter().any(|&address| overlap(single(address), range))
    }
}

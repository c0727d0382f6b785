//! One end of a connection: who or what it is, and where.

use std::net::IpAddr;

use crate::access::denotation::domain_of;
use crate::access::family::{Families, Family};
use crate::access::interval::{overlap, single};
use crate::model::{AddressRange, Role};

/// A device, or anything else that may be an end of a connection, with all that a selector may name it by.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Endpoint<'p> {
    /// Who or what it is.
    pub who: Principal<'p>,
    /// Its addresses. A device of which none is given still has one of each family.
    pub addresses: Vec<IpAddr>,
    /// The family of the one address that is meant, if none is given. `None` for either.
    pub family: Option<Family>,
    /// How its addresses are reached.
    pub reach: Reach,
}

/// How an address is reached. A rule decides about an address and the way to it, not about a device as such.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Reach {
    /// As an address of the endpoint itself, or by the routes of the facts. For a public address it is not known how.
    #[default]
    Own,
    /// Through a subnet router that the facts do not name.
    SubnetRoute,
    /// Through an exit node, which serves `autogroup:internet` and `*`, but no literal prefix.
    ExitNode,
}

/// Who or what an endpoint is, apart from its addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Principal<'p> {
    /// Nothing that the policy has a name for.
    #[default]
    Unknown,
    /// A device of a user.
    User {
        /// The login of the user.
        login: &'p str,
        /// The role of the user, if it is known.
        role: Option<Role>,
    },
    /// A device of whoever has this login: a member, or someone that a device was shared with.
    Login(&'p str),
    /// A device of a member that neither the policy nor the facts name.
    Member {
        /// The domain of the login; `None` for one that no selector has.
        domain: Option<&'p str>,
        /// The role of the member.
        role: Role,
        /// The synced group that the member is in.
        group: Option<&'p str>,
    },
    /// A device with these tags. Without any, a device whose tags no selector has.
    Tagged(Vec<&'p str>),
    /// A service.
    Service(&'p str),
    /// A device of someone that a device was shared with.
    Shared,
    /// A device of another tailnet, by that tailnet's group or tag.
    External(&'p str),
}

impl<'p> Principal<'p> {
    /// Returns whether it is certainly a device.
    pub fn is_device(&self) -> bool {
        !matches!(self, Principal::Unknown | Principal::Service(_))
    }

    /// Returns the domain of the user's login.
    pub fn domain(&self) -> Option<&'p str> {
        match *self {
            Principal::User { login, .. } | Principal::Login(login) => domain_of(login),
            Principal::Member { domain, .. } => domain,
            _ => None,
        }
    }
}

impl<'p> Endpoint<'p> {
    /// Returns an endpoint with no known address.
    pub fn new(who: Principal<'p>) -> Self {
        Endpoint { who, ..Endpoint::default() }
    }

    /// Returns the families of its addresses.
    pub fn families(&self) -> Families {
        match self.family {
            _ if !self.addresses.is_empty() => self.addresses.iter().map(|&address| Family::of(address)).collect(),
            Some(family) => family.into(),
            None => Families::BOTH,
        }
    }

    /// Returns the endpoint once for each of its addresses, or if they are unknown, once for each family.
    pub fn by_address(&self) -> Vec<Endpoint<'p>> {
        if self.addresses.is_empty() {
            let families = Family::BOTH.into_iter().filter(|&family| self.families().contains(family));
            return families.map(|family| Endpoint { family: Some(family), ..self.clone() }).collect();
        }
        let each = self.addresses.iter();
        each.map(|&address| Endpoint { addresses: vec![address], ..self.clone() }).collect()
    }

    /// Returns whether one of its addresses is in `range`.
    pub fn is_in(&self, range: AddressRange) -> bool {
        self.addresses.iter().any(|&address| overlap(single(address), range))
    }
}

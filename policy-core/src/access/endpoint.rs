//! One end of a connection: its principal and its addresses.

use std::net::IpAddr;

use crate::access::denotation::domain_of;
use crate::access::family::{Families, Family};
use crate::access::interval::{overlap, single};
use crate::model::{AddressRange, Role};

/// A device, or anything else that can be an end of a connection, with everything that a selector
/// may match on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Endpoint<'p> {
    /// The principal.
    pub who: Principal<'p>,
    /// The addresses. An endpoint without listed addresses still has one of each family, if it is a
    /// device.
    pub addresses: Vec<IpAddr>,
    /// The family of the endpoint's one address if no address is listed. `None` for either family.
    pub family: Option<Family>,
    /// The way that its addresses are reached.
    pub reach: Reach,
}

/// The way that an address is reached. A rule decides about an address and the way to it, and not
/// about a device as such.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Reach {
    /// As an address of the endpoint itself, or by the routes in the facts. For a public address,
    /// the way is unknown.
    #[default]
    Own,
    /// Through a subnet router that the facts do not name.
    SubnetRoute,
    /// Through an exit node. Exit nodes serve `autogroup:internet` and `*`, but no literal prefix.
    ExitNode,
}

/// The principal of an endpoint, apart from its addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Principal<'p> {
    /// A principal that no selector of the policy names.
    #[default]
    Unknown,
    /// A device of a user.
    User {
        /// The login of the user.
        login: &'p str,
        /// The role of the user, if it is known.
        role: Option<Role>,
    },
    /// A device of the user with this login: a member, or a user of another tailnet that a device
    /// was shared with.
    Login(&'p str),
    /// A device of a member that neither the policy nor the facts name.
    Member {
        /// The domain of the login. `None` if no selector names the domain.
        domain: Option<&'p str>,
        /// The role of the member.
        role: Role,
        /// The synced group that contains the member.
        group: Option<&'p str>,
    },
    /// A device with these tags. If the list is empty, a device whose tags no selector names.
    Tagged(Vec<&'p str>),
    /// A service.
    Service(&'p str),
    /// A device of a user of another tailnet that a device was shared with.
    Shared,
    /// A device of another tailnet, named by that tailnet's group or tag.
    External(&'p str),
}

impl<'p> Principal<'p> {
    /// Returns whether the principal is certainly a device.
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
    /// Returns an endpoint without listed addresses.
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

    /// Returns the endpoint once for each of its addresses or, if none are listed, once for each
    /// family.
    pub fn by_address(&self) -> Vec<Endpoint<'p>> {
        if self.addresses.is_empty() {
            let families = Family::BOTH.into_iter().filter(|&family| self.families().contains(family));
            return families.map(|family| Endpoint { family: Some(family), ..self.clone() }).collect();
        }
        let each = self.addresses.iter();
        each.map(|&address| Endpoint { addresses: vec![address], ..self.clone() }).collect()
    }

    /// Returns whether any of its addresses is in `range`.
    pub fn is_in(&self, range: AddressRange) -> bool {
        self.addresses.iter().any(|&address| overlap(single(address), range))
    }
}

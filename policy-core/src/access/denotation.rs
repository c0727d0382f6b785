//! The meaning of selectors.
//!
//! This is the only place that decides what a selector stands for. All other code matches on a
//! [`Denotation`]. A match that treats kinds differently has no wildcard arm, so that the compiler
//! finds every place that must handle a new kind of selector.

use crate::access::declarations::Declarations;
use crate::access::interval::single;
use crate::model::{AddressRange, Autogroup, HostAddress, Role, Selector, SelectorKind};

/// The meaning of a selector, given the names that a policy declares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Denotation<'p> {
    /// `*`: as a source every address of the tailnet, as a destination every address.
    Everything,
    /// `autogroup:danger-all`: every address, in the tailnet or not.
    AnyAddress,
    /// The users with these logins: one user, or the members of a group.
    Users(&'p [Selector]),
    /// The users whose login has this domain.
    Domain(&'p str),
    /// The users in a group of the identity provider.
    SyncedGroup(&'p str),
    /// The users with a role. See [`has_role`].
    Role(Role),
    /// The devices with a tag.
    Tag(&'p str),
    /// `autogroup:tagged`: the devices with any tag.
    Tagged,
    /// `autogroup:shared`: the users of other tailnets that a device is shared with.
    Shared,
    /// A service.
    Service(&'p str),
    /// A group or a tag of another tailnet.
    External(&'p str),
    /// These addresses, whether or not a device has them.
    Addresses(NamedAddresses<'p>),
    /// `autogroup:internet`: the public addresses, through exit nodes.
    Internet,
    /// `autogroup:self`: the other devices of the source's user.
    OwnDevices,
    /// Nothing: an undeclared name, or a word that cannot be a source or a destination.
    Nothing,
}

/// Addresses as a selector names them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NamedAddresses<'p> {
    /// An address, a prefix or a range, or the value of a host.
    Range(AddressRange),
    /// The addresses of an IP set. See [`crate::access::ip_set::addresses`].
    IpSet(&'p str),
}

impl<'p> Denotation<'p> {
    /// Returns what `selector` stands for.
    pub fn new(selector: &'p Selector, declarations: &Declarations<'p>) -> Self {
        let text = selector.text.as_str();
        let range = |range| Denotation::Addresses(NamedAddresses::Range(range));
        match selector.kind {
            SelectorKind::Wildcard => Denotation::Everything,
            SelectorKind::User => Denotation::Users(std::slice::from_ref(selector)),
            SelectorKind::Domain => selector.domain().map_or(Denotation::Nothing, Denotation::Domain),
            SelectorKind::Group => match declarations.groups.get(text) {
                Some(group) => Denotation::Users(&group.members),
                None => Denotation::Nothing,
            },
            SelectorKind::SyncedGroup => Denotation::SyncedGroup(text),
            SelectorKind::Tag => Denotation::Tag(text),
            SelectorKind::Autogroup(Some(autogroup)) => match autogroup {
                Autogroup::Member
                | Autogroup::Owner
                | Autogroup::Admin
                | Autogroup::ItAdmin
                | Autogroup::NetworkAdmin
                | Autogroup::BillingAdmin
                | Autogroup::Auditor => autogroup.role().map_or(Denotation::Nothing, Denotation::Role),
                Autogroup::Tagged => Denotation::Tagged,
                Autogroup::SelfDevices => Denotation::OwnDevices,
                Autogroup::Internet => Denotation::Internet,
                Autogroup::Shared => Denotation::Shared,
                Autogroup::DangerAll => Denotation::AnyAddress,
                Autogroup::Nonroot => Denotation::Nothing,
            },
            SelectorKind::Address(address) => range(single(address)),
            SelectorKind::Prefix(prefix) => range(prefix.range()),
            SelectorKind::Range(addresses) => range(addresses),
            SelectorKind::Host => Denotation::of_host(text, declarations),
            SelectorKind::IpSet => match declarations.ip_sets.get_key_value(text) {
                Some((name, _)) => Denotation::Addresses(NamedAddresses::IpSet(name)),
                None => Denotation::Nothing,
            },
            SelectorKind::Service => Denotation::Service(text),
            SelectorKind::External => Denotation::External(text),
            // According to Tailscale's documentation, a rule may also use the `host:` prefix, as IP
            // sets do.
            SelectorKind::Unknown => match text.strip_prefix("host:") {
                Some(host) => Denotation::of_host(host, declarations),
                None => Denotation::Nothing,
            },
            SelectorKind::Autogroup(None) | SelectorKind::Posture | SelectorKind::LocalPart => Denotation::Nothing,
        }
    }

    fn of_host(name: &str, declarations: &Declarations<'p>) -> Self {
        let range = |range| Denotation::Addresses(NamedAddresses::Range(range));
        match declarations.hosts.get(name) {
            Some(HostAddress::Address(address)) => range(single(*address)),
            Some(HostAddress::Prefix(prefix)) => range(prefix.range()),
            None => Denotation::Nothing,
        }
    }
}

impl Denotation<'_> {
    /// Returns whether the selector stands for users of the tailnet, and so has own devices.
    pub fn is_users(self) -> bool {
        match self {
            Denotation::Users(_) | Denotation::Domain(_) | Denotation::SyncedGroup(_) | Denotation::Role(_) => true,
            Denotation::Everything
            | Denotation::AnyAddress
            | Denotation::Tag(_)
            | Denotation::Tagged
            | Denotation::Shared
            | Denotation::Service(_)
            | Denotation::External(_)
            | Denotation::Addresses(_)
            | Denotation::Internet
            | Denotation::OwnDevices
            | Denotation::Nothing => false,
        }
    }
}

/// Returns whether a user with `role`, if it is known, belongs to the autogroup of the role `wanted`.
///
/// Every user is a member, and the owner is also an admin. `nodeattrs-target-a10-autogroup-admin`
/// It is not known whether the owner and admins also have the lesser roles. We assume that they do
/// not.
pub fn has_role(role: Option<Role>, wanted: Role) -> bool {
    match wanted {
        Role::Member => true,
        Role::Admin => matches!(role, Some(Role::Owner | Role::Admin)),
        Role::Owner | Role::ItAdmin | Role::NetworkAdmin | Role::BillingAdmin | Role::Auditor => role == Some(wanted),
    }
}

/// Returns the key by which logins are compared: the login in lower case.
pub fn login_key(login: &str) -> String {
    login.to_ascii_lowercase()
}

/// Returns the domain of a login, if it has one.
pub fn domain_of(login: &str) -> Option<&str> {
    login.rsplit_once('@').map(|(_, domain)| domain)
}

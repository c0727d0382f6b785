//! Unknown facts about the members of classes.

use crate::access::{Endpoint, Principal, UnknownFact};

/// The unknown facts about a member of a class. Selectors that depend on them may or may not name
/// the member.
///
/// Nothing is unknown about a generic member, such as "any other member" or "`tag:db`", because
/// another one may exist at any time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Doubt {
    #[default]
    None,
    /// The synced groups of a user.
    Groups,
    /// The role and the synced groups of a user.
    RoleAndGroups,
    /// The tailnet of a user, who may be a member or a user of another tailnet.
    Membership,
    /// Everything about the members of a synced group, except for their membership.
    GroupMember,
    /// The device that has an address.
    Device,
    /// The addresses of a service.
    Addresses,
}

impl Doubt {
    /// Every doubt about an unknown fact.
    pub(super) const ALL: [Doubt; 6] =
        [Doubt::Groups, Doubt::RoleAndGroups, Doubt::Membership, Doubt::GroupMember, Doubt::Device, Doubt::Addresses];

    /// Returns the facts that are unknown.
    pub(super) fn facts(self) -> &'static [UnknownFact] {
        match self {
            Doubt::None => &[],
            Doubt::Groups => &[UnknownFact::SyncedGroups],
            Doubt::RoleAndGroups => &[UnknownFact::Role, UnknownFact::SyncedGroups],
            Doubt::Membership => &[UnknownFact::Sharing, UnknownFact::Role, UnknownFact::SyncedGroups],
            Doubt::GroupMember => &[UnknownFact::Role, UnknownFact::SyncedGroups, UnknownFact::Login],
            Doubt::Device => &[UnknownFact::Device],
            Doubt::Addresses => &[UnknownFact::Addresses],
        }
    }
}

/// Facts that may be true of some member of a class, although nothing states them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Openness {
    /// A member is a device that may have any address of the tailnet.
    pub(super) is_unplaced_device: bool,
    /// A member is a service, which has some address of the tailnet.
    pub(super) is_service: bool,
    /// A member is a user who may be in any group of the identity provider.
    pub(super) is_user: bool,
    /// A member is a user who may belong to another tailnet.
    pub(super) may_be_shared: bool,
}

impl Openness {
    /// Returns the openness of an endpoint.
    pub(super) fn of(endpoint: &Endpoint, may_be_shared: bool) -> Openness {
        let is_unplaced = endpoint.addresses.is_empty();
        Openness {
            is_unplaced_device: is_unplaced && endpoint.who.is_device(),
            is_service: matches!(endpoint.who, Principal::Service(_)),
            is_user: matches!(endpoint.who, Principal::User { .. } | Principal::Member { .. }),
            may_be_shared,
        }
    }

    /// Returns the union of two.
    pub(super) fn or(self, other: Openness) -> Openness {
        Openness {
            is_unplaced_device: self.is_unplaced_device || other.is_unplaced_device,
            is_service: self.is_service || other.is_service,
            is_user: self.is_user || other.is_user,
            may_be_shared: self.may_be_shared || other.may_be_shared,
        }
    }
}

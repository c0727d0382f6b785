//! The rules of packet filters, and the groups of devices that have the same.

use crate::compile::rule::{ResolutionId, ViaId};
use crate::compile::source_sets::{FilterAddressId, SourceSetId};
use policy_core::access::UserId;
use policy_core::model::{App, PortRange, Protocol};

/// A rule of a packet filter by number, in the order of first appearance in the policy. Network rules with
/// the same sources and protocol are one rule on every device. `acl-ar01` `acl-at06`
pub(super) type FilterRuleId = u32;

/// What a rule has in common on all devices.
#[derive(Clone, Copy, Debug)]
pub(super) struct FilterRule<'p> {
    pub(super) sources: SourceSetId,
    pub(super) kind: FilterRuleKind<'p>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum FilterRuleKind<'p> {
    Network(Option<Protocol>),
    App(&'p App),
    /// A capability that another one implies, in the other direction
    ImpliedCapability(&'static str),
}

/// Devices with the same rules, by number.
pub(super) type GroupId = usize;

/// The rules of some devices.
#[derive(Debug, Default)]
pub(super) struct Group {
    /// Network rules with their ports. The [`Membership`] of a device says where they lead.
    pub(super) network: Vec<(FilterRuleId, PortRange)>,
    pub(super) app: Vec<FilterRuleId>,
}

/// The membership of a device in a group, whose rules it has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Membership {
    pub(super) group: GroupId,
    pub(super) target: FilterTarget,
    /// False if the device gets the rules, and yet is not seen for that by those whom they let in: headscale sends rules
    /// about public addresses to exit nodes.
    pub(super) makes_peers: bool,
}

/// Where the network rules of a group lead on a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum FilterTarget {
    /// The device's own addresses
    Own,
    /// Addresses that the policy names
    Address(FilterAddressId),
}

/// What the devices of a group have in common.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum GroupKey {
    /// The devices that a destination is reached on or through, only those that `via` names if there is one
    Destination(ResolutionId, Option<ViaId>),
    /// The devices with an address of their own in such a list. headscale counts the routes that they serve, too
    Among(Vec<ResolutionId>),
    /// A user's devices
    User(UserId),
}

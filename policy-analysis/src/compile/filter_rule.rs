//! Packet filter rules, and groups of devices that share them.

use crate::compile::rule::{ResolutionId, ViaId};
use crate::compile::source_sets::{FilterAddressId, SourceSetId};
use policy_core::access::UserId;
use policy_core::model::{App, PortRange, Protocol};

/// The number of a packet filter rule, in the order of first appearance in the policy. Network
/// rules with the same sources and protocol are one rule on every device. `acl-ar01` `acl-at06`
pub(super) type FilterRuleId = u32;

/// The part of a rule that is the same on all devices.
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

/// The number of a group of devices with the same rules.
pub(super) type GroupId = usize;

/// The rules that some devices share.
#[derive(Debug, Default)]
pub(super) struct Group {
    /// Network rules with their ports. Their destination is in each device's [`Membership`].
    pub(super) network: Vec<(FilterRuleId, PortRange)>,
    pub(super) app: Vec<FilterRuleId>,
}

/// A device's membership in a group. The device gets the rules of the group.
#[derive(Clone, Copy, Debug)]
pub(super) struct Membership {
    pub(super) group: GroupId,
    pub(super) target: FilterTarget,
    /// False if this membership does not make the device a peer of the rules' sources. headscale
    /// sends rules about public addresses to exit nodes without making them peers.
    pub(super) makes_peers: bool,
}

/// The destination of a group's network rules on a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum FilterTarget {
    /// The device's own addresses
    Own,
    /// Addresses that the policy names
    Address(FilterAddressId),
}

/// The property that the devices of a group have in common.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum GroupKey {
    /// Devices that have a destination's addresses or route to them. With `via`, only the routers
    /// that it names
    Destination(ResolutionId, Option<ViaId>),
    /// Devices with an address of their own in one of these selectors. headscale also counts the
    /// routes that they serve
    Among(Vec<ResolutionId>),
    /// A user's devices
    User(UserId),
}

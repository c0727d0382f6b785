//! The ports that a target or an exception of an invariant allows and forbids.

use crate::access::PortSet;
use crate::model::{Autogroup, InvariantTarget, PortRange, Protocol, Selector, SelectorKind};

/// The ports of a target or an exception.
///
/// A device answers pings if any of its ports is open. So an allowed port also allows pings, but a
/// forbidden port does not forbid them.
pub(super) struct TargetPorts {
    /// True if `autogroup:self` is one of its destinations.
    pub(super) is_own_devices: bool,
    /// The ports that it allows. `None` for everything.
    allowed: Option<PortSet>,
    /// The ports that it forbids. `None` for everything.
    forbidden: Option<PortSet>,
}

impl TargetPorts {
    pub(super) fn new(target: &InvariantTarget) -> TargetPorts {
        let is_own = |selector: &Selector| selector.kind == SelectorKind::Autogroup(Some(Autogroup::SelfDevices));
        let has_ports = !target.ip.is_empty();
        let named = target.ip.iter().flat_map(|spec| {
            let protocols: &[Option<Protocol>] = match spec.protocol {
                // A port without a protocol is a port of TCP and UDP.
                None if spec.ports != PortRange::ALL => &[Some(Protocol::TCP), Some(Protocol::UDP)],
                ref protocol => std::slice::from_ref(protocol),
            };
            // For a protocol without ports, an invariant always applies to the whole protocol.
            let is_whole = spec.protocol.is_some_and(|protocol| !protocol.has_ports());
            let ports = if is_whole { PortRange::ALL } else { spec.ports };
            protocols.iter().map(move |&protocol| (protocol, ports))
        });
        let named = PortSet::new(named);
        TargetPorts {
            is_own_devices: target.dst.iter().any(is_own),
            allowed: has_ports.then(|| named.with(&PortSet::pings())),
            forbidden: has_ports.then_some(named),
        }
    }

    /// Returns `false` if it forbids nothing that a rule with these ports allows.
    pub(super) fn may_forbid(&self, ports: &PortSet) -> bool {
        self.forbidden.as_ref().is_none_or(|own| own.overlap(ports) || own.overlap(&PortSet::pings()))
    }

    /// Returns the ports that it allows.
    pub(super) fn allowed_of(&self, ports: &PortSet) -> PortSet {
        self.allowed.as_ref().map_or_else(|| ports.clone(), |own| own.common(ports))
    }

    /// Returns the ports that it does not allow.
    pub(super) fn not_allowed_of(&self, ports: &PortSet) -> PortSet {
        self.allowed.as_ref().map_or_else(PortSet::default, |own| ports.without(own))
    }

    /// Returns the ports that it forbids.
    pub(super) fn forbidden_of(&self, ports: &PortSet) -> PortSet {
        self.forbidden.as_ref().map_or_else(|| ports.clone(), |own| own.common(ports))
    }

    /// Returns the ports that it does not forbid.
    pub(super) fn not_forbidden_of(&self, ports: &PortSet) -> PortSet {
        self.forbidden.as_ref().map_or_else(PortSet::default, |own| ports.without(own))
    }
}

/// Returns the targets with some indexes and, between devices of one user, those with
/// `autogroup:self`.
pub(super) fn select<'t>(
    targets: &'t [TargetPorts],
    numbers: &'t [usize],
    is_same_user: bool,
) -> impl Iterator<Item = &'t TargetPorts> {
    let own = targets.iter().filter(move |target| is_same_user && target.is_own_devices);
    numbers.iter().filter_map(|&number| targets.get(number)).chain(own)
}

//! Network access: the ports that grants and ACLs open.

use std::collections::HashSet;

use crate::diff::comparison::Comparison;
use crate::diff::cube::Gain;
use crate::diff::interner::number_distinct;
use crate::diff::item::Channel;
use crate::diff::rule::Rule;
use crate::diff::version::Version;
use policy_core::access::PortSet;
use policy_core::model::{Acl, PortRange, Protocol, Selector};

/// Reads grants, ACLs, and the implicit rule of a policy that has neither section. Pings are left
/// out if other ports of the rule imply them.
pub(super) fn read(comparison: &mut Comparison, version: Version) -> Vec<Rule<PortSet>> {
    let policy = comparison.policy(version);
    let mut rules = Vec::new();
    for grant in policy.grants.iter().flatten() {
        let routers = grant.via.iter().map(|tag| tag.text.to_ascii_lowercase()).collect();
        let ports = without_implied_pings(PortSet::new(grant.ip.iter().map(|spec| (spec.protocol, spec.ports))));
        let mut dst = comparison.selectors(version, &grant.dst);
        if !grant.via.is_empty() {
            dst.retain(|&id| comparison.classes.space.is_behind_routers(id));
        }
        rules.push(Rule {
            dst: Some(dst),
            postures: comparison.required_postures(version, &grant.src_posture),
            channel: comparison.channels.intern(Channel::Routers(routers)),
            ..comparison.rule(version, &grant.src, ports, grant.origin)
        });
    }
    for acl in policy.acls.iter().flatten() {
        for (ports, hosts) in hosts_by_ports(acl) {
            let ports = without_implied_pings(PortSet::new(ports.iter().map(|&ports| (acl.proto, ports))));
            rules.push(Rule {
                dst: Some(comparison.selectors(version, hosts)),
                postures: comparison.required_postures(version, &acl.src_posture),
                ..comparison.rule(version, &acl.src, ports, acl.origin)
            });
        }
    }
    if policy.grants.is_none() && policy.acls.is_none() {
        rules.push(Rule {
            src: comparison.selector(version, "autogroup:danger-all").into_iter().collect(),
            dst: Some(comparison.selector(version, "*").into_iter().collect()),
            postures: comparison.required_postures(version, &[]),
            ..comparison.rule(
                version,
                &[],
                without_implied_pings(PortSet::new([(None, PortRange::ALL)])),
                policy.origin,
            )
        });
    }
    rules.retain(|rule| !rule.extent.is_empty());
    rules
}

/// Removes pings, unless there is nothing else. Every other port implies them.
pub(crate) fn without_implied_pings(ports: PortSet) -> PortSet {
    if ports.are_pings() { ports } else { ports.without(&PortSet::pings()) }
}

/// Returns the distinct port lists of an ACL's destinations, each with its hosts, in the order of
/// the ACL.
fn hosts_by_ports(acl: &Acl) -> Vec<(&[PortRange], Vec<&Selector>)> {
    let mut groups: Vec<(&[PortRange], Vec<&Selector>)> = Vec::new();
    let places = number_distinct(acl.dst.iter().map(|destination| &destination.ports));
    for (destination, place) in acl.dst.iter().zip(places) {
        match groups.get_mut(place) {
            Some((_, hosts)) => hosts.push(&destination.host),
            None => groups.push((&destination.ports, vec![&destination.host])),
        }
    }
    groups
}

/// Lists the ports, or all ports of the rule with exceptions, whichever is shorter. An exception
/// must be part of a range. An item that is listed as a whole is not excepted again.
pub(super) fn describe(_: &Comparison, gain: &Gain<PortSet>) -> String {
    let (all, ports) = (&gain.region.extent, &gain.cube.extent);
    let [whole, plain] = [all, ports].map(|ports| with_implied_pings(ports).to_string());
    let missing = all.without(ports);
    if missing.is_empty() {
        return plain;
    }
    let except = with_implied_pings(&missing).to_string();
    let items = |list: &str| list.split(", ").map(str::to_owned).collect::<HashSet<String>>();
    let count = |list: &str| list.split(", ").count();
    let is_shorter = count(&whole) + count(&except) < count(&plain);
    if is_shorter && items(&whole).is_disjoint(&items(&except)) { format!("{whole} (but not {except})") } else { plain }
}

/// Adds implied pings, so that a port of both TCP and UDP is written like a rule without a
/// protocol.
fn with_implied_pings(ports: &PortSet) -> PortSet {
    let of = |wanted| ports.ranges().filter(move |(of, _)| *of == wanted).map(|(_, range)| (None, range));
    let [tcp, udp] = [Protocol::TCP, Protocol::UDP].map(|protocol| PortSet::new(of(protocol)));
    if tcp.overlap(&udp.without(&PortSet::pings())) { ports.with(&PortSet::pings()) } else { ports.clone() }
}

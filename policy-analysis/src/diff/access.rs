//! Network access: what grants and acls open.

use std::collections::{BTreeSet, HashMap};

use crate::diff::diff_world::{DiffWorld, Region};
use crate::diff::joint_policy::Version;
use crate::diff::posture::Postures;
use policy_core::access::port_set::PortSet;
use policy_core::access::posture;
use policy_core::access::selector_index::SelectorId;
use policy_core::model::{Policy, PortRange, Protocol, Selector};
use policy_core::source::Origin;

/// The routers that alone may carry a rule, by number.
#[derive(Debug, Default)]
pub(super) struct Routers {
    numbers: HashMap<BTreeSet<String>, usize>,
    tags: Vec<Vec<String>>,
}

impl Routers {
    fn number(&mut self, via: &[Selector]) -> usize {
        let tags: BTreeSet<String> = via.iter().map(|tag| tag.text.to_ascii_lowercase()).collect();
        *self.numbers.entry(tags).or_insert_with_key(|tags| {
            self.tags.push(tags.iter().cloned().collect());
            self.tags.len() - 1
        })
    }

    /// Their tags; none if any device may carry it.
    pub(super) fn tags(&self, number: usize) -> Vec<String> {
        self.tags.get(number).cloned().unwrap_or_default()
    }
}

type Ends = (Vec<SelectorId>, Vec<SelectorId>);
type Spec = (Option<Protocol>, PortRange);

/// What the rules of one of the policies open.
pub(super) fn regions(
    world: &mut DiffWorld,
    policy: &Policy,
    side: Version,
    postures: &Postures,
    routers: &mut Routers,
) -> Vec<Region<PortSet>> {
    let mut regions = Vec::new();
    let mut push = |world: &mut DiffWorld, ends: Ends, ports: Vec<Spec>, src_posture, channel, rule: Origin| {
        let postures = postures.ids(side, posture::required(policy, src_posture));
        let ports = PortSet::new(ports);
        if !ports.is_empty() {
            regions.extend(world.regions(ends, (ports, postures, channel), rule));
        }
    };
    for grant in policy.grants.iter().flatten() {
        let ends = (world.ids(side, &grant.src), world.ids(side, &grant.dst));
        let ports = grant.ip.iter().map(|spec| (spec.protocol, spec.ports)).collect();
        push(world, ends, ports, &grant.src_posture, routers.number(&grant.via), grant.origin);
    }
    for acl in policy.acls.iter().flatten() {
        let mut by_ports: Vec<(&[PortRange], Vec<&Selector>)> = Vec::new();
        let mut places: HashMap<&[PortRange], usize> = HashMap::new();
        for destination in &acl.dst {
            let next = by_ports.len();
            let place = *places.entry(&destination.ports).or_insert(next);
            match by_ports.get_mut(place) {
                Some((_, hosts)) => hosts.push(&destination.host),
                None => by_ports.push((&destination.ports, vec![&destination.host])),
            }
        }
        let src = world.ids(side, &acl.src);
        for (ports, hosts) in by_ports {
            let ends = (src.clone(), world.ids(side, hosts));
            let ports = ports.iter().map(|&ports| (acl.proto, ports)).collect();
            push(world, ends, ports, &acl.src_posture, routers.number(&[]), acl.origin);
        }
    }
    if policy.grants.is_none() && policy.acls.is_none() {
        let ends =
            (world.id(side, "autogroup:danger-all").into_iter().collect(), world.id(side, "*").into_iter().collect());
        push(world, ends, vec![(None, PortRange::ALL)], &[], routers.number(&[]), policy.origin);
    }
    regions
}

/// Some of the ports of a rule, or all of them but some, whichever is shorter.
pub(super) fn in_words(all: &PortSet, some: &PortSet) -> String {
    let items = |ports: &PortSet| ports.to_string().split(", ").count();
    let missing = all.without(some);
    match !missing.is_empty() && items(all) + items(&missing) < items(some) {
        true => format!("{all} (but not {missing})"),
        false => some.to_string(),
    }
}

use std::collections::{BTreeSet, HashMap};

use crate::diff::change::Area;
use crate::diff::comparison::Subject;
use crate::diff::extent::Extent;
use crate::diff::interner::Interner;
use crate::diff::region::Region;
use crate::diff::rule_reader::{Rule, RuleReader};
use policy_core::access::port_set::PortSet;
use policy_core::model::{Acl, PortRange, Selector};

/// Network access: the ports that grants and ACLs open. The channel of a region is its routers.
#[derive(Debug, Default)]
pub(super) struct NetworkAccess {
    /// The tags of a `via`, in lower case
    routers: Interner<BTreeSet<String>>,
}

impl NetworkAccess {
    pub(super) fn channel(&mut self, via: &[Selector]) -> usize {
        self.routers.intern(via.iter().map(|tag| tag.text.to_ascii_lowercase()).collect())
    }
}

impl Subject for NetworkAccess {
    type Extent = PortSet;
    const AREA: Area = Area::Access;

    fn read(&mut self, reader: &mut RuleReader) -> Vec<Region<PortSet>> {
        let policy = reader.policy;
        let any_router = self.channel(&[]);
        let mut rules = Vec::new();
        for grant in policy.grants.iter().flatten() {
            rules.push(Rule {
                src: reader.selectors(&grant.src),
                dst: reader.selectors(&grant.dst),
                extent: PortSet::new(grant.ip.iter().map(|spec| (spec.protocol, spec.ports))),
                postures: reader.required_postures(&grant.src_posture),
                channel: self.channel(&grant.via),
                origin: grant.origin,
            });
        }
        for acl in policy.acls.iter().flatten() {
            let src = reader.selectors(&acl.src);
            let postures = reader.required_postures(&acl.src_posture);
            for (ports, hosts) in hosts_by_ports(acl) {
                rules.push(Rule {
                    src: src.clone(),
                    dst: reader.selectors(hosts),
                    extent: PortSet::new(ports.iter().map(|&ports| (acl.proto, ports))),
                    postures: postures.clone(),
                    channel: any_router,
                    origin: acl.origin,
                });
            }
        }
        if policy.grants.is_none() && policy.acls.is_none() {
            rules.push(Rule {
                src: reader.selector("autogroup:danger-all").into_iter().collect(),
                dst: reader.selector("*").into_iter().collect(),
                extent: PortSet::new([(None, PortRange::ALL)]),
                postures: reader.required_postures(&[]),
                channel: any_router,
                origin: policy.origin,
            });
        }
        rules.retain(|rule| !rule.extent.is_empty());
        rules.iter().flat_map(|rule| reader.regions(rule)).collect()
    }

    /// Lists the ports, or all ports of the rule but some, whichever is shorter.
    fn describe(&self, region: &Region<PortSet>, ports: &PortSet) -> String {
        let all = &region.extent;
        let count = |ports: &PortSet| ports.to_string().split(", ").count();
        let missing = all.difference(ports);
        if !missing.is_empty() && count(all) + count(&missing) < count(ports) {
            format!("{all} (but not {missing})")
        } else {
            ports.to_string()
        }
    }

    fn via(&self, channel: usize) -> Vec<String> {
        self.routers.get(channel).into_iter().flatten().cloned().collect()
    }
}

/// Returns the distinct port lists of an ACL's destinations, each with its hosts, in the order of the ACL.
fn hosts_by_ports(acl: &Acl) -> Vec<(&[PortRange], Vec<&Selector>)> {
    let mut groups: Vec<(&[PortRange], Vec<&Selector>)> = Vec::new();
    let mut places: HashMap<&[PortRange], usize> = HashMap::new();
    for destination in &acl.dst {
        let next = groups.len();
        match groups.get_mut(*places.entry(&destination.ports).or_insert(next)) {
            Some((_, hosts)) => hosts.push(&destination.host),
            None => groups.push((&destination.ports, vec![&destination.host])),
        }
    }
    groups
}

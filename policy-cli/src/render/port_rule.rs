//! Rules that open ports, in one form for grants and ACLs.

use policy_core::Policy;
use policy_core::access::PortSet;
use policy_core::model::{List, PortSpec, Selector, Until};

/// A grant or an ACL.
pub(super) struct PortRule<'p> {
    pub(super) src: Vec<&'p str>,
    /// The destinations with their ports.
    pub(super) targets: Vec<PortTarget<'p>>,
    pub(super) postures: Vec<&'p str>,
    pub(super) via: Vec<&'p str>,
    pub(super) until: Option<Until>,
    pub(super) doc: Option<&'p str>,
}

/// Destinations that a rule opens the same ports of.
pub(super) struct PortTarget<'p> {
    pub(super) hosts: Vec<&'p str>,
    /// The ports, written like a grant's `ip`.
    pub(super) ports: Vec<String>,
    /// The same ports as a set.
    pub(super) set: PortSet,
}

/// Returns the rules in the order of the policy, without grants that have only app capabilities.
pub(super) fn port_rules(policy: &Policy) -> Vec<PortRule<'_>> {
    let mut rules = Vec::new();
    for grant in policy.grants.iter().flatten().filter(|grant| !grant.ip.is_empty()) {
        rules.push(PortRule {
            src: texts(&grant.src),
            targets: vec![PortTarget {
                hosts: texts(&grant.dst),
                ports: grant.ip.iter().map(PortSpec::to_string).collect(),
                set: PortSet::new(grant.ip.iter().map(|spec| (spec.protocol, spec.ports))),
            }],
            postures: texts(&grant.src_posture),
            via: texts(&grant.via),
            until: grant.until,
            doc: grant.doc.as_deref(),
        });
    }
    for acl in policy.acls.iter().flatten() {
        let targets = acl.dst.iter().map(|destination| {
            let ports = destination.ports.iter().map(|ports| match acl.proto {
                Some(protocol) => format!("{protocol}:{ports}"),
                None => ports.to_string(),
            });
            PortTarget {
                hosts: vec![destination.host.text.as_str()],
                ports: ports.collect(),
                set: PortSet::new(destination.ports.iter().map(|&ports| (acl.proto, ports))),
            }
        });
        rules.push(PortRule {
            src: texts(&acl.src),
            targets: targets.collect(),
            postures: texts(&acl.src_posture),
            via: Vec::new(),
            until: acl.until,
            doc: acl.doc.as_deref(),
        });
    }
    rules
}

/// Returns the selectors as the policy writes them.
pub(super) fn texts(selectors: &List<Selector>) -> Vec<&str> {
    selectors.iter().map(|selector| selector.text.as_str()).collect()
}

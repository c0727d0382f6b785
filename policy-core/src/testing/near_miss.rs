//! Near misses: the rules that come nearest to allowing denied access.

use crate::access::{AccessRule, RuleRef, posture};
use crate::model::{Policy, Selector, SelectorKind, SshRule};
use crate::source::Origin;
use crate::testing::mismatch::Mismatch;

/// A rule that would allow the access if one condition were met.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct NearMiss<'p> {
    /// The whole rule.
    pub rule: Origin,
    /// The condition that is not met.
    pub mismatch: Mismatch<'p>,
}

/// The nearest rules, and whether any rule matches either end.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct NearMisses<'p> {
    /// The rules, nearest first, each once.
    pub rules: Vec<NearMiss<'p>>,
    /// True if some rule matches the source.
    pub has_source: bool,
    /// True if some rule matches the destination.
    pub has_destination: bool,
}

/// The way that a rule names a destination. The last variant is the most specific.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NamedAs {
    /// As part of `*`.
    Everything,
    /// By another selector.
    Other,
    /// By the selector in question.
    Itself,
}

/// The conditions of a rule that are met.
#[derive(Clone, Copy, Debug)]
pub struct Conditions {
    /// True if the source is one of the rule's.
    pub source: bool,
    /// How the rule names the destination, if it does.
    pub destination: Option<NamedAs>,
    /// True if the port is one of the rule's. For an SSH rule, true if the account is.
    pub ports: bool,
    /// True if the source meets a posture that the rule requires.
    pub posture: bool,
}

/// The only condition of a rule that is not met, nearest first. A rule to `*` is not about a
/// particular destination, so its sources are the last thing to change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Unmet {
    PortsOfItself,
    Ports,
    Posture,
    Source,
    Destination,
    SourceOfEverything,
}

impl Conditions {
    fn only_unmet(self) -> Option<Unmet> {
        match (self.source, self.destination, self.ports, self.posture) {
            (true, Some(NamedAs::Itself), false, true) => Some(Unmet::PortsOfItself),
            (true, Some(_), false, true) => Some(Unmet::Ports),
            (true, Some(_), true, false) => Some(Unmet::Posture),
            (false, Some(NamedAs::Everything), true, true) => Some(Unmet::SourceOfEverything),
            (false, Some(_), true, true) => Some(Unmet::Source),
            (true, None, true, true) => Some(Unmet::Destination),
            _ => None,
        }
    }
}

/// Returns how the most specific of a rule's destinations names the destination in question,
/// `asked`.
pub fn named_as<'s>(
    destinations: impl IntoIterator<Item = &'s Selector>,
    asked: &str,
    matches: impl Fn(&'s Selector) -> bool,
) -> Option<NamedAs> {
    let mut best = None;
    for selector in destinations {
        if matches(selector) {
            let named = match selector.kind {
                _ if selector.text.as_str() == asked => NamedAs::Itself,
                SelectorKind::Wildcard => NamedAs::Everything,
                _ => NamedAs::Other,
            };
            best = best.max(Some(named));
        }
    }
    best
}

/// Returns at most `most` of the nearest grants and ACLs, given the conditions that each meets.
pub fn nearest_rules<'p>(
    rules: &[AccessRule<'p>],
    most: usize,
    conditions: impl Fn(usize, &AccessRule<'p>) -> Conditions,
) -> NearMisses<'p> {
    let mut search = Search::new(most);
    for (number, rule) in rules.iter().enumerate() {
        // A grant of app capabilities only, or the absence of rules, cannot be changed to allow a
        // port.
        if rule.ports.is_empty() || matches!(rule.rule, RuleRef::ImplicitAllowAll(_)) {
            continue;
        }
        search.offer(conditions(number, rule), rule.rule.origin(), |unmet| match unmet {
            Unmet::PortsOfItself | Unmet::Ports => Mismatch::Ports(rule.ports.clone()),
            Unmet::Posture => {
                Mismatch::Posture { required: rule.postures, is_default: rule.rule.src_posture().is_empty() }
            }
            Unmet::Source | Unmet::SourceOfEverything => Mismatch::Source(rule.rule.src()),
            Unmet::Destination => Mismatch::Destination(rule.destinations()),
        });
    }
    search.finish()
}

/// Like [`nearest_rules`], for the SSH rules of a policy.
pub fn nearest_ssh_rules<'p>(
    policy: &'p Policy,
    most: usize,
    conditions: impl Fn(usize, &'p SshRule) -> Conditions,
) -> NearMisses<'p> {
    let mut search = Search::new(most);
    for (number, rule) in policy.ssh.iter().enumerate().filter(|(_, rule)| rule.action.is_some()) {
        search.offer(conditions(number, rule), rule.origin, |unmet| match unmet {
            Unmet::PortsOfItself | Unmet::Ports => Mismatch::Account(&rule.users),
            Unmet::Posture => Mismatch::Posture {
                required: posture::required(policy, &rule.src_posture),
                is_default: rule.src_posture.is_empty(),
            },
            Unmet::Source | Unmet::SourceOfEverything => Mismatch::Source(&rule.src),
            Unmet::Destination => Mismatch::Destination(rule.dst.iter().collect()),
        });
    }
    search.finish()
}

/// The nearest rules so far.
struct Search<'p> {
    most: usize,
    found: Vec<(Unmet, NearMiss<'p>)>,
    has_source: bool,
    has_destination: bool,
}

impl<'p> Search<'p> {
    fn new(most: usize) -> Self {
        Search { most, found: Vec::new(), has_source: false, has_destination: false }
    }

    fn offer(&mut self, conditions: Conditions, rule: Origin, mismatch: impl Fn(Unmet) -> Mismatch<'p>) {
        self.has_source |= conditions.source;
        self.has_destination |= conditions.destination.is_some();
        let Some(unmet) = conditions.only_unmet() else { return };
        // An ACL with different ports is several rules in the index.
        if let Some(place) = self.found.iter().position(|(_, known)| known.rule == rule)
            && let Some((known_unmet, known)) = self.found.get_mut(place)
        {
            if *known_unmet == unmet {
                known.mismatch.merge(mismatch(unmet));
            }
            if *known_unmet <= unmet {
                return;
            }
            self.found.remove(place);
        }
        let place = self.found.partition_point(|(known, _)| *known <= unmet);
        if place < self.most {
            self.found.truncate(self.most - 1);
            self.found.insert(place, (unmet, NearMiss { rule, mismatch: mismatch(unmet) }));
        }
    }

    fn finish(self) -> NearMisses<'p> {
        let rules = self.found.into_iter().map(|(_, near_miss)| near_miss).collect();
        NearMisses { rules, has_source: self.has_source, has_destination: self.has_destination }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{RuleIndex, Tailnet};

    const MET: Conditions = Conditions { source: true, destination: Some(NamedAs::Other), ports: true, posture: true };

    /// Returns the nearest rules, each as its number and its mismatch.
    fn nearest(most: usize, conditions: &[Conditions]) -> Vec<(usize, String)> {
        let policy = Policy::parse(
            r#"{"acls": [
                {"action": "accept", "src": ["tag:a"], "dst": ["tag:b:80", "tag:c:443"]},
                {"action": "accept", "src": ["tag:d"], "dst": ["tag:b:22"]},
                {"action": "accept", "src": ["tag:e"], "dst": ["tag:b:23"]},
            ]}"#,
        );
        let index = RuleIndex::new(&policy, &Tailnet::new(&policy));
        let origins: Vec<Origin> = policy.acls.iter().flatten().map(|acl| acl.origin).collect();
        let found = nearest_rules(&index.list, most, |number, _| conditions[number]).rules;
        let number = |rule| origins.iter().position(|origin| *origin == rule).unwrap();
        found.iter().map(|near| (number(near.rule), format!("{:?}", near.mismatch))).collect()
    }

    #[test]
    fn the_nearest_comes_first() {
        let ports = Conditions { ports: false, ..MET };
        let (source, posture) = (Conditions { source: false, ..MET }, Conditions { posture: false, ..MET });
        let everything = Conditions { destination: Some(NamedAs::Everything), ..source };
        let numbers = |most, conditions: [Conditions; 4]| {
            nearest(most, &conditions).iter().map(|(number, _)| *number).collect::<Vec<_>>()
        };
        let far = Conditions { source: false, ports: false, ..MET };
        assert_eq!(numbers(3, [source, far, posture, ports]), [2, 1, 0]);
        assert_eq!(numbers(1, [source, far, posture, ports]), [2]);
        assert_eq!(numbers(3, [everything, far, Conditions { destination: None, ..MET }, source]), [2, 1, 0]);
        assert_eq!(numbers(3, [far, MET, far, Conditions { destination: Some(NamedAs::Itself), ..ports }]), [2]);
        // An ACL with different ports is one rule, as near as its nearest part.
        assert_eq!(numbers(3, [source, posture, ports, far]), [1, 0]);
    }

    #[test]
    fn an_acl_has_the_ports_of_all_its_parts() {
        let (ports, far) = (Conditions { ports: false, ..MET }, Conditions { source: false, ports: false, ..MET });
        let of_one = nearest(1, &[ports, far, far, far]);
        let of_both = nearest(1, &[ports, ports, far, far]);
        assert!(of_one[0].1.contains("80") && !of_one[0].1.contains("443"), "{of_one:?}");
        assert!(of_both[0].1.contains("80") && of_both[0].1.contains("443"), "{of_both:?}");
    }
}

//! The words of two policies in one, so that there is one world for both.

use std::collections::{BTreeSet, HashMap, HashSet};

use policy_core::access::rule_index;
use policy_core::access::tailnet::Tailnet;
use policy_core::model::{
    AddressRange, Facts, Group, IpSet, IpSetEntry, List, Operation, Policy, Selector, SelectorKind,
};
use policy_core::source::{Origin, Text};

/// Which of the two policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Version {
    Old,
    New,
}

/// A policy without rules that declares what both have, and the selectors that the rules of both name.
///
/// A name that stands for other people or addresses in the old policy than in the new one gets another name here.
#[derive(Debug)]
pub(super) struct JointPolicy {
    pub(super) policy: Policy,
    pub(super) selectors: Vec<Selector>,
    /// What a name of the old policy is called here, where it is not called the same.
    pub(super) renamed: HashMap<String, String>,
    /// The names of groups, hosts and ip sets of each policy
    declared: [HashSet<String>; 2],
}

impl JointPolicy {
    pub(super) fn new(old: &Policy, new: &Policy) -> JointPolicy {
        let mut joint = JointPolicy {
            policy: Policy {
                grants: Some(Vec::new()),
                acls: Some(Vec::new()),
                groups: new.groups.clone(),
                tag_owners: list(new.tag_owners.iter().chain(&old.tag_owners).cloned().collect()),
                facts: facts(old, new),
                ..Policy::default()
            },
            selectors: Vec::new(),
            renamed: HashMap::new(),
            declared: [declared(old), declared(new)],
        };
        joint.add_groups(old, new);
        joint.add_addresses(old, new);
        let mut seen = HashSet::new();
        for (side, policy) in [(Version::New, new), (Version::Old, old)] {
            for selector in selectors(policy) {
                let name = joint.name(side, &selector.text);
                if seen.insert(name.to_owned()) {
                    let text = Text::escaped(name, selector.text.origin);
                    let kind = match selector.kind {
                        SelectorKind::Host => SelectorKind::IpSet,
                        kind => kind,
                    };
                    joint.selectors.push(Selector { text, kind });
                }
            }
            for word in added(policy) {
                if seen.insert(word.clone()) {
                    joint.selectors.push(Selector::new(Text::escaped(word, Origin::default())));
                }
            }
        }
        // The order decides between words that are equally good, and must not hang on which policy is the old one.
        joint.selectors.sort_by(|a, b| a.text.as_str().cmp(b.text.as_str()));
        joint.policy.tag_owners.items.sort_by(|a, b| a.tag.as_str().cmp(b.tag.as_str()));
        joint.policy.groups.items.sort_by_cached_key(|group| (members(group), group.name.to_string()));
        joint
    }

    /// What a word of one of the policies is called here.
    pub(super) fn name<'a>(&'a self, side: Version, word: &'a str) -> &'a str {
        let renamed = if side == Version::Old { self.renamed.get(word) } else { None };
        renamed.map_or(word, String::as_str)
    }

    /// Whether one of the policies has a group, a host or an ip set of that name, and means by it what is meant here.
    pub(super) fn declares(&self, side: Version, name: &str) -> bool {
        let [old, new] = &self.declared;
        match side {
            Version::Old => old.contains(name) && !self.renamed.contains_key(name),
            Version::New => new.contains(name),
        }
    }

    /// Gives another name to one of the old policy that is taken.
    fn rename(&mut self, name: &Text, is_taken: impl Fn(&str) -> bool) -> Text {
        let mut renamed = format!("{name} (before)");
        while is_taken(&renamed) {
            renamed.push('\'');
        }
        self.renamed.insert(name.to_string(), renamed.clone());
        Text::escaped(renamed, name.origin)
    }

    fn add_groups(&mut self, old: &Policy, new: &Policy) {
        let known: HashMap<&str, &Group> = new.groups.iter().map(|group| (group.name.as_str(), group)).collect();
        for group in &old.groups {
            let name = match known.get(group.name.as_str()) {
                Some(same) if members(same) == members(group) => continue,
                Some(_) => self.rename(&group.name, |name| known.contains_key(name)),
                None => group.name.clone(),
            };
            self.policy.groups.items.push(Group { name, ..group.clone() });
        }
    }

    /// The hosts and ip sets that rules name, all of them as ip sets of plain ranges: what they are made of may be called
    /// otherwise here, and whoever is told of an address should see the address.
    fn add_addresses(&mut self, old: &Policy, new: &Policy) {
        let (was, is) = (Tailnet::new(old), Tailnet::new(new));
        let is_address = |selector: &&Selector| matches!(selector.kind, SelectorKind::Host | SelectorKind::IpSet);
        let mut known: HashMap<&str, Vec<AddressRange>> = HashMap::new();
        for selector in selectors(new).filter(is_address) {
            known.entry(selector.text.as_str()).or_insert_with(|| {
                let ranges = is.literal(selector);
                self.policy.ipsets.items.push(ip_set(selector.text.clone(), &ranges));
                ranges
            });
        }
        let mut seen = HashSet::new();
        for selector in selectors(old).filter(is_address).filter(|selector| seen.insert(selector.text.as_str())) {
            let ranges = was.literal(selector);
            let name = match known.get(selector.text.as_str()) {
                Some(same) if *same == ranges => continue,
                Some(_) => self.rename(&selector.text, |name| known.contains_key(name)),
                None => selector.text.clone(),
            };
            self.policy.ipsets.items.push(ip_set(name, &ranges));
        }
    }
}

/// The logins of a group, however they are written.
fn members(group: &Group) -> BTreeSet<String> {
    group.members.iter().map(|member| member.text.to_ascii_lowercase()).collect()
}

fn declared(policy: &Policy) -> HashSet<String> {
    let names = policy.groups.iter().map(|group| &group.name);
    let names =
        names.chain(policy.hosts.iter().map(|host| &host.name)).chain(policy.ipsets.iter().map(|set| &set.name));
    names.map(Text::to_string).collect()
}

fn list<T>(items: Vec<T>) -> List<T> {
    List { items, ..List::default() }
}

fn ip_set(name: Text, ranges: &[AddressRange]) -> IpSet {
    let entry = |range: &AddressRange| {
        let text = Text::escaped(range.to_string(), Origin::default());
        let target = Selector { text: text.clone(), kind: SelectorKind::Range(*range) };
        IpSetEntry { text, operation: Operation::Bare, target }
    };
    let entries = list(ranges.iter().map(entry).collect());
    IpSet { name, entries, doc: None, origin: Origin::default() }
}

/// Who and what there is, which is no matter of a policy: as the new one knows it, or else the old one.
fn facts(old: &Policy, new: &Policy) -> Facts {
    let known =
        [new, old].into_iter().find(|policy| !(policy.facts.users.is_empty() && policy.facts.devices.is_empty()));
    let facts = known.map_or_else(Facts::default, |policy| policy.facts.clone());
    Facts { invariants: Vec::new(), ..facts }
}

/// Every selector that something is given to, or that is reached.
fn selectors(policy: &Policy) -> impl Iterator<Item = &Selector> {
    let ssh = policy.ssh.iter().flat_map(|rule| rule.src.iter().chain(&rule.dst));
    let approvers = &policy.auto_approvers;
    let approvers = approvers
        .routes
        .iter()
        .map(|entry| &entry.approvers)
        .chain([&approvers.exit_node])
        .chain(approvers.services.iter().map(|entry| &entry.approvers));
    rule_index::ends(policy)
        .chain(ssh)
        .chain(policy.node_attrs.iter().flat_map(|entry| &entry.target))
        .chain(approvers.flatten())
        .chain(policy.tag_owners.iter().flat_map(|declaration| &declaration.owners))
}

/// Selectors that a policy means without having them.
fn added(policy: &Policy) -> Vec<String> {
    let mut added = Vec::new();
    if policy.grants.is_none() && policy.acls.is_none() {
        added.extend(["autogroup:danger-all".to_owned(), "*".to_owned()]);
    }
    let users = policy.ssh.iter().flat_map(|rule| &rule.users);
    added.extend(users.filter_map(|user| Some(format!("user:*@{}", user.strip_prefix("localpart:*@")?))));
    added
}

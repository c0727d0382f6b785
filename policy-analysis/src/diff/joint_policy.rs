use std::collections::{BTreeSet, HashMap, HashSet};

use crate::diff::version::Version;
use policy_core::access::{Tailnet, policy_selectors};
use policy_core::model::{
    AddressRange, Autogroup, Facts, Group, IpSet, IpSetEntry, List, Operation, Policy, Selector, SelectorKind,
    localpart_domain,
};
use policy_core::source::{Origin, Text};

/// The declarations of two policies in one policy without rules, and the selectors of the rules of
/// both.
///
/// A name that has another meaning in the old policy than in the new one is renamed.
#[derive(Debug)]
pub(super) struct JointPolicy {
    pub(super) policy: Policy,
    pub(super) selectors: Vec<Selector>,
    /// The sources of the SSH rules of both policies, and the domains of their accounts. Groups of
    /// the policies are left out, because they may be renamed.
    pub(super) ssh_sources: Vec<Selector>,
    /// The new names of renamed names of the old policy
    pub(super) renamed: HashMap<String, String>,
    /// The names of groups, hosts and IP sets of each version
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
            ssh_sources: [new, old].into_iter().flat_map(ssh_sources).collect(),
            renamed: HashMap::new(),
            declared: [declared(old), declared(new)],
        };
        joint.add_groups(old, new);
        joint.add_addresses(old, new);
        let mut seen = HashSet::new();
        for (version, policy) in [(Version::New, new), (Version::Old, old)] {
            for selector in policy_selectors(policy) {
                let name = joint.name(version, &selector.text);
                if seen.insert(name.to_owned()) {
                    let text = Text::escaped(name, selector.text.origin);
                    let kind = match selector.kind {
                        SelectorKind::Host => SelectorKind::IpSet,
                        kind => kind,
                    };
                    joint.selectors.push(Selector { text, kind });
                }
            }
            for word in implied_selectors(policy) {
                if seen.insert(word.clone()) {
                    joint.selectors.push(Selector::new(Text::escaped(word, Origin::default())));
                }
            }
        }
        // The order decides between equally good names. It must not depend on which policy is the
        // old one.
        joint.selectors.sort_by(|a, b| a.text.as_str().cmp(b.text.as_str()));
        joint.policy.tag_owners.items.sort_by(|a, b| a.tag.as_str().cmp(b.tag.as_str()));
        joint.policy.groups.items.sort_by_cached_key(|group| (members(group), group.name.to_string()));
        joint
    }

    /// Returns the joint policy's name for a selector of one version.
    pub(super) fn name<'a>(&'a self, version: Version, word: &'a str) -> &'a str {
        let renamed = if version == Version::Old { self.renamed.get(word) } else { None };
        renamed.map_or(word, String::as_str)
    }

    /// Returns whether one version declares a group, host or IP set with this name and meaning.
    pub(super) fn declares(&self, version: Version, name: &str) -> bool {
        let is_renamed = version == Version::Old && self.renamed.contains_key(name);
        version.select(&self.declared).contains(name) && !is_renamed
    }

    /// Renames a name of the old policy that the new one gives another meaning.
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

    /// Adds the hosts and IP sets that rules name, all as IP sets of plain ranges. A nested name
    /// may have another meaning here, and descriptions should show addresses.
    fn add_addresses(&mut self, old: &Policy, new: &Policy) {
        let (old_tailnet, new_tailnet) = (Tailnet::new(old), Tailnet::new(new));
        let is_address = |selector: &&Selector| matches!(selector.kind, SelectorKind::Host | SelectorKind::IpSet);
        let mut known: HashMap<&str, Vec<AddressRange>> = HashMap::new();
        for selector in policy_selectors(new).into_iter().filter(is_address) {
            known.entry(selector.text.as_str()).or_insert_with(|| {
                let ranges = new_tailnet.literal(selector);
                self.policy.ipsets.items.push(ip_set(selector.text.clone(), &ranges));
                ranges
            });
        }
        let mut seen = HashSet::new();
        for selector in policy_selectors(old).into_iter().filter(is_address) {
            if !seen.insert(selector.text.as_str()) {
                continue;
            }
            let ranges = old_tailnet.literal(selector);
            let name = match known.get(selector.text.as_str()) {
                Some(same) if *same == ranges => continue,
                Some(_) => self.rename(&selector.text, |name| known.contains_key(name)),
                None => selector.text.clone(),
            };
            self.policy.ipsets.items.push(ip_set(name, &ranges));
        }
    }
}

/// Returns the logins of a group in lower case.
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

/// Returns the facts of the new policy, or those of the old one if the new one has none. Invariants
/// are left out.
fn facts(old: &Policy, new: &Policy) -> Facts {
    let known =
        [new, old].into_iter().find(|policy| !(policy.facts.users.is_empty() && policy.facts.devices.is_empty()));
    let facts = known.map_or_else(Facts::default, |policy| policy.facts.clone());
    Facts { invariants: Vec::new(), ..facts }
}

/// Returns the sources of SSH rules and the domains of their accounts. Groups are left out, because
/// the policies may define them differently.
fn ssh_sources(policy: &Policy) -> Vec<Selector> {
    let sources = policy.ssh.iter().flat_map(|rule| &rule.src);
    let sources = sources.filter(|selector| selector.kind != SelectorKind::Group).cloned();
    let accounts = policy.ssh.iter().flat_map(|rule| &rule.users);
    let domains = accounts.filter_map(|user| localpart_domain(user));
    let domains = domains.map(|domain| Selector::new(Text::escaped(format!("user:*@{domain}"), Origin::default())));
    sources.chain(domains).collect()
}

/// Returns selectors that a policy implies but does not contain.
fn implied_selectors(policy: &Policy) -> Vec<String> {
    let mut implied = Vec::new();
    if policy.grants.is_none() && policy.acls.is_none() {
        implied.extend(["autogroup:danger-all".to_owned(), "*".to_owned()]);
    }
    let users = policy.ssh.iter().flat_map(|rule| &rule.users);
    for domain in users.filter_map(|user| localpart_domain(user)) {
        implied.extend([format!("user:*@{domain}"), Autogroup::SelfDevices.name().to_owned()]);
    }
    implied
}

//! The words that a page suggests as the ends of questions.

use std::collections::HashSet;

use policy_core::access::{rule_selectors, ssh_rule_selectors};
use policy_core::model::{Autogroup, Policy, Selector, SelectorKind};

use crate::query::subject::Subject;

/// The autogroups to suggest even if no rule has them.
const AUTOGROUPS: [Autogroup; 4] = [Autogroup::Member, Autogroup::Tagged, Autogroup::SelfDevices, Autogroup::Internet];

/// Returns each word once: people, devices, groups, tags and other declared names, then the other
/// selectors of rules.
pub(super) fn words(policy: &Policy, has_devices: bool) -> Vec<String> {
    let facts = &policy.facts;
    let mut words: Vec<String> = Vec::new();
    for user in &facts.users {
        words.extend([user.name.to_string(), user.email.to_string()]);
    }
    words.extend(policy.groups.iter().flat_map(|group| &group.members).map(Selector::to_string));
    for device in facts.devices.iter().filter(|_| has_devices) {
        words.push(device.name.to_string());
        words.extend(device.ipv4.map(|address| address.to_string()));
        words.extend(device.ipv6.map(|address| address.to_string()));
    }
    words.extend(policy.groups.iter().map(|group| group.name.to_string()));
    words.extend(policy.tag_owners.iter().map(|declaration| declaration.tag.to_string()));
    words.extend(policy.hosts.iter().map(|host| host.name.to_string()));
    words.extend(policy.ipsets.iter().map(|set| set.name.to_string()));
    words.extend(policy.auto_approvers.services.iter().map(|approvers| approvers.service.to_string()));
    words.extend(AUTOGROUPS.iter().map(ToString::to_string));
    words.push("*".to_owned());
    words.extend(rule_selectors(policy).into_iter().chain(ssh_rule_selectors(policy)).map(Selector::to_string));
    let mut seen = HashSet::new();
    words.retain(|word| seen.insert(word.clone()));
    words
}

/// Returns the kind of a word, as a text for people.
pub(super) fn kind(subject: &Subject, word: &str) -> &'static str {
    if subject.device.is_some() {
        return "device";
    }
    match subject.selector.as_ref().map(|selector| selector.kind) {
        Some(SelectorKind::Wildcard) => "everything",
        Some(SelectorKind::User) => "person",
        Some(SelectorKind::Domain) => "people of a domain",
        Some(SelectorKind::Group | SelectorKind::SyncedGroup) => "group",
        Some(SelectorKind::Tag) => "tag",
        Some(SelectorKind::Autogroup(_)) => "autogroup",
        Some(SelectorKind::Address(_) | SelectorKind::Prefix(_) | SelectorKind::Range(_)) => "address",
        Some(SelectorKind::IpSet) => "IP set",
        Some(SelectorKind::Service) => "service",
        Some(SelectorKind::Host) if !word.contains(':') => "host",
        _ => "name",
    }
}

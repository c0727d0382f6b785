//! Actions that need no admin: those that `autoApprovers` approves, and tags that `tagOwners` lets
//! others assign.

use crate::diff::comparison::Comparison;
use crate::diff::cube::Gain;
use crate::diff::item::Item;
use crate::diff::item_set::ItemSet;
use crate::diff::rule::Rule;
use crate::diff::version::Version;
use policy_core::access::IntervalTree;
use policy_core::access::sorted;
use policy_core::model::Prefix;

/// Reads `autoApprovers`.
pub(super) fn read_auto_approvers(comparison: &mut Comparison, version: Version) -> Vec<Rule<ItemSet>> {
    // An approved prefix approves every prefix in it, so prefixes of both versions are items.
    let entries = comparison.policies.iter().flat_map(|policy| &policy.auto_approvers.routes);
    let mut prefixes: Vec<Prefix> = entries.map(|entry| entry.network.prefix.masked()).collect();
    prefixes.sort_unstable_by_key(|prefix| (prefix.address, prefix.length));
    prefixes.dedup();
    let prefixes = IntervalTree::new(prefixes.into_iter().map(|prefix| (prefix.range(), prefix)).collect());
    let approvers = &comparison.policy(version).auto_approvers;
    let mut rules = Vec::new();
    for entry in &approvers.routes {
        let prefix = entry.network.prefix.masked();
        // Prefixes of length 0 approve nothing. `routes-ea6-routes-map-exit-basic`
        if prefix.length > 0 {
            let within = prefixes.overlapping(prefix.range()).filter(|&other| prefix.contains(other));
            let routes = within.map(|prefix| Item::Route(prefix.address, prefix.length));
            rules.push(comparison.item_rule(version, &entry.approvers, routes, entry.origin));
        }
    }
    let origin = approvers.exit_node.origin.unwrap_or_default();
    rules.push(comparison.item_rule(version, &approvers.exit_node, [Item::ExitNode], origin));
    for entry in &approvers.services {
        let service = Item::Service(entry.service.to_string());
        rules.push(comparison.item_rule(version, &entry.approvers, [service], entry.origin));
    }
    rules
}

/// Reads `tagOwners`. Admins may assign every tag, so they are left out.
pub(super) fn read_tag_owners(comparison: &mut Comparison, version: Version) -> Vec<Rule<ItemSet>> {
    let mut rules = Vec::new();
    for declaration in &comparison.policy(version).tag_owners {
        let tag = Item::Tag(declaration.tag.to_ascii_lowercase());
        let rule = comparison.item_rule(version, &declaration.owners, [tag], declaration.origin);
        let owners = comparison.classes.space.sources_named_by(&rule.src);
        rules.push(Rule { sources: Some(sorted::difference(&owners, &comparison.classes.admins)), ..rule });
    }
    rules
}

/// Lists the actions. Prefixes within another one are left out.
pub(super) fn describe(comparison: &Comparison, gain: &Gain<ItemSet>) -> String {
    let mut last_prefix: Option<Prefix> = None;
    let mut actions: Vec<String> = Vec::new();
    for item in gain.cube.extent.values(&comparison.items) {
        match item {
            &Item::Route(address, length) => {
                // A prefix comes before those in it.
                let prefix = Prefix { address, length };
                if !last_prefix.is_some_and(|last| last.contains(prefix)) {
                    last_prefix = Some(prefix);
                    actions.push(format!("may advertise {prefix}"));
                }
            }
            Item::ExitNode => actions.push("may be an exit node".to_owned()),
            Item::Service(service) => actions.push(format!("may host {service}")),
            Item::Tag(tag) => actions.push(format!("may assign {tag}")),
            Item::Capability(..) | Item::OtherAccount | Item::Account(_) | Item::LocalPart(_) => {}
        }
    }
    actions.join(", ")
}

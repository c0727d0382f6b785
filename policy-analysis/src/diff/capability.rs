//! App capabilities of grants and of `nodeAttrs`, and the other attributes of devices.

use std::collections::BTreeMap;

use crate::diff::comparison::Comparison;
use crate::diff::cube::Gain;
use crate::diff::item::Item;
use crate::diff::item_set::ItemSet;
use crate::diff::rule::Rule;
use crate::diff::version::Version;
use policy_core::model::App;

/// Reads the app capabilities of grants. A grant with `via` gives none. `grant-k12`
pub(super) fn read_grants(comparison: &mut Comparison, version: Version) -> Vec<Rule<ItemSet>> {
    let mut rules = Vec::new();
    for grant in comparison.policy(version).grants.iter().flatten().filter(|grant| grant.via.is_empty()) {
        let Some(app) = grant.app.as_ref().filter(|app| !app.is_absent_or_empty()) else { continue };
        rules.push(Rule {
            dst: Some(comparison.selectors(version, &grant.dst)),
            postures: comparison.required_postures(version, &grant.src_posture),
            ..comparison.item_rule(version, &grant.src, capabilities(app), grant.origin)
        });
    }
    rules
}

/// Reads the attributes, IP pools and app capabilities of devices.
pub(super) fn read_node_attributes(comparison: &mut Comparison, version: Version) -> Vec<Rule<ItemSet>> {
    let mut rules = Vec::new();
    for entry in &comparison.policy(version).node_attrs {
        let attributes = entry.attr.iter().map(|attribute| Item::Capability(attribute.to_string(), None));
        let pools = entry.ip_pool.iter().map(|pool| pool.prefix.masked().to_string());
        let pools = pools.map(|prefix| Item::Capability("ipPool".to_owned(), Some(prefix)));
        let items = attributes.chain(pools).chain(entry.app.iter().flat_map(capabilities));
        rules.push(comparison.item_rule(version, &entry.target, items, entry.origin));
    }
    rules
}

fn capabilities(app: &App) -> impl Iterator<Item = Item> {
    app.capabilities.iter().flat_map(|capability| {
        let values = capability.values.iter().map(|(value, _)| Some(value.to_string()));
        [None].into_iter().chain(values).map(|value| Item::Capability(capability.name.to_string(), value))
    })
}

/// Lists the names, each with its values.
pub(super) fn describe(comparison: &Comparison, gain: &Gain<ItemSet>) -> String {
    let mut capabilities: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for item in gain.cube.extent.values(&comparison.items) {
        if let Item::Capability(name, value) = item {
            capabilities.entry(name).or_default().extend(value.as_deref());
        }
    }
    let describe = |(name, values): (&str, Vec<&str>)| {
        if values.is_empty() { name.to_owned() } else { format!("{name} {}", values.join(", ")) }
    };
    capabilities.into_iter().map(describe).collect::<Vec<_>>().join(", ")
}

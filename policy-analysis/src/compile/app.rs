//! App capabilities: rules that carry no traffic, but tell an application who its peer is.

use crate::compile::filter_rule::{FilterRule, FilterRuleKind, GroupKey};
use crate::compile::rule::{CompiledRule, CompiledRules};
use crate::compile::source_sets::SourceSets;
use policy_core::access::{Resolution, Tailnet};
use policy_core::model::Dialect;

/// Capabilities that imply another one for the sources, with the destinations as its sources. `grant-a4` `grant-k11`
const IMPLIED: &[(&str, &str)] = &[
    ("tailscale.com/cap/drive", "tailscale.com/cap/drive-sharer"),
    ("tailscale.com/cap/relay", "tailscale.com/cap/relay-target"),
];

/// Returns the filter rules of a grant's `app`, each with the devices that get it.
///
/// With `via` there are none, and without sources or destinations neither. `grant-h5` Sources that stand for nothing
/// give rules without sources. `grant-h6` A device gets the rule by an address of its own, and only once. What a prefix
/// gives to its subnet routers, and what a device gets that two destinations name, no capture shows.
pub(super) fn app_rules<'p>(
    tailnet: &Tailnet,
    rules: &CompiledRules,
    sources: &mut SourceSets,
    rule: &CompiledRule<'p>,
) -> Vec<(GroupKey, FilterRule<'p>)> {
    let Some(app) = rule.app.filter(|_| rule.via.is_none() && !rule.src.is_empty() && !rule.dst.is_empty()) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    // The rule towards the destinations, and the implied ones towards the sources.
    let mut add = |(there, to), (back, from): (_, GroupKey)| {
        found.push((to, FilterRule { sources: there, kind: FilterRuleKind::App(app) }));
        for (capability, implied) in IMPLIED {
            if app.capabilities.iter().any(|granted| granted.name.as_str() == *capability) {
                let kind = FilterRuleKind::ImpliedCapability(implied);
                found.push((from.clone(), FilterRule { sources: back, kind }));
            }
        }
    };
    let resolutions = &rules.resolutions;
    let is_own = |id: &usize| matches!(resolutions.get(*id), Some(Resolution::OwnDevices));
    let others: Vec<usize> = rule.dst.iter().copied().filter(|id| !is_own(id)).collect();
    let has_own = others.len() < rule.dst.len();
    if !others.is_empty() {
        let there = sources.set_of_list(&rule.src, resolutions);
        let back = match tailnet.dialect {
            Dialect::Tailscale => sources.set_of_list(&others, resolutions),
            Dialect::Headscale => sources.set_of_each(&others, resolutions),
        };
        add((there, GroupKey::Among(others)), (back, GroupKey::Among(rule.src.clone())));
    }
    if has_own {
        for &(user, own) in sources.sets_of_users(&rule.src, resolutions, tailnet).iter() {
            let back = match tailnet.dialect {
                Dialect::Tailscale => own,
                Dialect::Headscale => sources.set_of_user(user, tailnet),
            };
            add((own, GroupKey::User(user)), (back, GroupKey::User(user)));
        }
    }
    found
}

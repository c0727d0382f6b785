//! App capabilities: rules that carry no traffic, but describe a peer to an application.

use crate::compile::filter_rule::{FilterRule, FilterRuleKind, GroupKey};
use crate::compile::rule::{CompiledRule, CompiledRules};
use crate::compile::source_sets::SourceSets;
use policy_core::access::{Resolution, Tailnet};
use policy_core::model::Dialect;

/// Capabilities that imply another one in the opposite direction, from the destinations to the
/// sources. `grant-a4` `grant-k11`
const IMPLIED: &[(&str, &str)] = &[
    ("tailscale.com/cap/drive", "tailscale.com/cap/drive-sharer"),
    ("tailscale.com/cap/relay", "tailscale.com/cap/relay-target"),
];

/// Returns the filter rules of a grant's `app`, each with the devices that get it.
///
/// A grant with `via`, or without sources or destinations, gives no rules. `grant-h5` Sources that
/// match nothing give rules without sources. `grant-h6` A device gets the rule only once, and only
/// for its own addresses. No capture shows what the subnet routers of a prefix get, or what a
/// device gets if two destinations name it.
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
    // Adds the rule for the destinations, and the implied rules for the sources.
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

//! App capabilities: rules that carry no traffic, but tell an application who its peer is.

use crate::compile::filter::{Compiler, FilterRule, FilterRuleKind, GroupKey};
use crate::compile::rule::CompiledRule;
use crate::compile::source_sets::SourceSetId;
use policy_core::access::tailnet::Resolution;
use policy_core::model::App;

/// Capabilities that bring another one for the sources, with the destinations as its sources. `grant-a4` `grant-k11`
const COMPANIONS: &[(&str, &str)] = &[
    ("tailscale.com/cap/drive", "tailscale.com/cap/drive-sharer"),
    ("tailscale.com/cap/relay", "tailscale.com/cap/relay-target"),
];

/// Adds the rules of a grant's `app`.
///
/// With `via` there are none, and without sources or destinations neither. `grant-h5` Sources that stand for nothing
/// leave rules without sources. `grant-h6` A device gets the rule by an address of its own and only once; what
/// a prefix gives to its subnet routers, and what a device gets that two destinations name, no capture shows.
pub(super) fn compile<'p>(compiler: &mut Compiler<'_, 'p>, rule: &CompiledRule<'p>) {
    let Some(app) = rule.app else { return };
    if rule.via.is_some() || rule.src.is_empty() || rule.dst.is_empty() {
        return;
    }
    let meanings = &compiler.rules.meanings;
    let is_own = |id: &usize| matches!(meanings.get(*id), Some(Resolution::OwnDevices));
    let others: Vec<usize> = rule.dst.iter().copied().filter(|id| !is_own(id)).collect();
    let has_own = others.len() < rule.dst.len();
    if !others.is_empty() {
        let sources = compiler.sources.of_list(&rule.src, meanings);
        let back = compiler.sources.of_list(&others, meanings);
        add(compiler, app, (sources, GroupKey::Among(others)), (back, GroupKey::Among(rule.src.clone())));
    }
    if has_own {
        let sets = compiler.sources.of_users(&rule.src, meanings, compiler.tailnet);
        for &(user, own) in sets.iter() {
            add(compiler, app, (own, GroupKey::User(user)), (own, GroupKey::User(user)));
        }
    }
}

/// The rule towards the destinations, and its companions towards the sources.
fn add<'p>(
    compiler: &mut Compiler<'_, 'p>,
    app: &'p App,
    there: (SourceSetId, GroupKey),
    back: (SourceSetId, GroupKey),
) {
    compiler.grant(there.1, FilterRule { sources: there.0, kind: FilterRuleKind::App(app) });
    for (capability, companion) in COMPANIONS {
        if app.capabilities.iter().any(|granted| granted.name.as_str() == *capability) {
            compiler.grant(back.1.clone(), FilterRule { sources: back.0, kind: FilterRuleKind::Companion(companion) });
        }
    }
}

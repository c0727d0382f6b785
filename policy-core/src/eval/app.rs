//! App capabilities: rules that carry no traffic, but tell an application who its peer is.

use crate::model::App;

use super::bits::Bits;
use super::filter::{Compiler, Slot, SlotKind};
use super::rule::Rule;
use super::sources::{SourceId, devices_among};
use super::tailnet::Meaning;

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
pub(super) fn compile<'p>(compiler: &mut Compiler<'_, 'p>, rule: &Rule<'p>) {
    let Some(app) = rule.app else { return };
    if rule.via.is_some() || rule.src.is_empty() || rule.dst.is_empty() {
        return;
    }
    let meanings = &compiler.rules.meanings;
    let is_own = |id: &usize| matches!(meanings.get(*id), Some(Meaning::OwnDevices));
    let others: Vec<usize> = rule.dst.iter().copied().filter(|id| !is_own(id)).collect();
    if !others.is_empty() {
        let sources = compiler.sources.of_list(&rule.src, meanings);
        let back = compiler.sources.of_list(&others, meanings);
        let destinations = compiler.destinations(rule);
        let origins = devices_among(&rule.src, meanings, compiler.tailnet);
        add(compiler, app, (sources, &destinations), (back, &origins));
    }
    if others.len() < rule.dst.len() {
        let tailnet = compiler.tailnet;
        let sets = compiler.sources.of_users(&rule.src, meanings, tailnet);
        for (user, &own) in tailnet.users.iter().zip(sets.iter()) {
            if !compiler.sources.is_empty(own) {
                let devices: Bits = user.devices.iter().copied().collect();
                add(compiler, app, (own, &devices), (own, &devices));
            }
        }
    }
}

/// The rule towards the destinations, and its companions towards the sources.
fn add<'p>(compiler: &mut Compiler<'_, 'p>, app: &'p App, there: (SourceId, &Bits), back: (SourceId, &Bits)) {
    push(compiler, SlotKind::App(app), there);
    for (capability, companion) in COMPANIONS {
        if app.capabilities.iter().any(|granted| granted.name.as_str() == *capability) {
            push(compiler, SlotKind::Companion(companion), back);
        }
    }
}

fn push<'p>(compiler: &mut Compiler<'_, 'p>, kind: SlotKind<'p>, (sources, devices): (SourceId, &Bits)) {
    let slot = compiler.new_slot(Slot { sources, kind });
    for device in devices.iter() {
        if let Some(filter) = compiler.filters.of_devices.get_mut(device) {
            filter.app.push(slot);
        }
    }
}

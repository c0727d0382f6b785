//! Checks differences of policies. If no access is gained, no additional packet passes. A gain
//! between known devices corresponds to a packet.

use policy_analysis::Analysis as _;
use policy_analysis::diff::{Area, Change, Diff, Direction, Relation};
use policy_core::{Policy, ValidPolicy};
use policy_oracle::network::{ECHOES, End, Network};
use policy_oracle::world::facts;
use serde_json::{Value, json};

use crate::answers::is_unsettled;
use crate::packets::{Flow, flows, open};
use crate::{Checked, Difference, worlds};

pub(crate) fn check(case: &Value) -> Checked {
    let mut checked = Checked::default();
    let (old, new) = (&case["policy"], &case["new"]);
    let read = |policy: &Value, facts: &Value| -> Option<ValidPolicy> {
        Policy::with_facts(policy.to_string().as_str(), facts.to_string().as_str()).validate().ok()
    };
    let (Some(bare_old), Some(bare_new)) = (read(old, &json!({})), read(new, &json!({}))) else { return checked };
    let bare = bare_old.diff(&bare_new);
    for world in worlds(case) {
        let (Some(before), Some(after)) = (Network::new(old, world), Network::new(new, world)) else { continue };
        let (Some(old), Some(new)) = (read(old, &facts(world)), read(new, &facts(world))) else { continue };
        checked.questions += 4;
        let [gained, lost] = [(&before, &after), (&after, &before)].map(|(without, with)| more(without, with));
        let by_devices = old.device_diff(&new);
        for (direction, packet) in [(Direction::Gained, gained), (Direction::Lost, lost)] {
            let Some(packet) = packet else { continue };
            let what = format!("{direction:?} {packet}");
            if !has(&bare, direction) {
                checked.differences.push(Difference::new("a packet changes, and no difference is reported", what));
            }
        }
        if is_unsettled(&case["policy"]) || is_unsettled(&case["new"]) {
            continue;
        }
        let [gained, lost] = [(&before, &after), (&after, &before)].map(|(without, with)| more_in_facts(without, with));
        for (direction, (packets, echoes)) in [(Direction::Gained, gained), (Direction::Lost, lost)] {
            // An echo accompanies other packets, and is not reported with them.
            match (has(&by_devices, direction), packets, echoes) {
                (false, Some(packet), _) => {
                    let what = format!("{direction:?} {packet}");
                    checked.differences.push(Difference::new(
                        "a packet between devices changes, and no difference of devices is reported",
                        what,
                    ));
                }
                (true, None, None) => {
                    let changes = by_devices.changes.iter().filter(|change| is_access(change, direction));
                    let (to_itself, others): (Vec<&Change>, Vec<&Change>) =
                        changes.partition(|change| is_to_itself(change));
                    let kind = match others.is_empty() {
                        true => "a difference from a device to itself is reported",
                        false => "a difference of devices is reported, and no packet changes",
                    };
                    let changes: Vec<String> = others.iter().chain(&to_itself).map(ToString::to_string).collect();
                    checked.differences.push(Difference::new(kind, format!("{direction:?} {changes:?}")));
                }
                _ => {}
            }
        }
    }
    checked
}

fn has(diff: &Diff, direction: Direction) -> bool {
    diff.changes.iter().any(|change| is_access(change, direction))
}

/// Returns whether a change is about devices of which a user may have only one.
fn is_to_itself(change: &Change) -> bool {
    change.sources == change.destinations && (change.sources.len() == 1 || change.relation == Relation::Own)
}

fn is_access(change: &Change, direction: Direction) -> bool {
    change.area == Area::Access && change.direction == direction
}

/// Describes a packet that passes with one policy and not with the other.
fn more(without: &Network, with: &Network) -> Option<String> {
    let (without, with) = (open(without), open(with));
    let mut more = with.iter().map(|(flow, open)| (flow, open & !without.get(flow).unwrap_or(&0)));
    more.find(|(_, packets)| *packets != 0).map(|(flow, packets)| format!("{flow:?} {packets:b}"))
}

/// The same between devices of the facts and addresses behind them. Returns a packet other than an
/// echo, and an echo.
fn more_in_facts(without: &Network, with: &Network) -> (Option<String>, Option<String>) {
    let devices = |network: &Network| -> Vec<Flow> {
        let flows = flows(network).into_iter();
        let is_known = |end: &End| network.devices[end.device].is_in_facts();
        flows.filter(|(from, to, _)| is_known(from) && is_known(to)).collect()
    };
    let (without, with) = (devices(without), devices(with));
    let more = |of: u16| {
        let has = |flow: &Flow| {
            without.iter().any(|other| (other.0, other.1) == (flow.0, flow.1) && flow.2 & !other.2 & of == 0)
        };
        let more = with.iter().find(|flow| flow.2 & of != 0 && !has(flow));
        more.map(|(from, to, open)| format!("{from:?} -> {to:?} {open:b}"))
    };
    (more(!ECHOES), more(ECHOES))
}

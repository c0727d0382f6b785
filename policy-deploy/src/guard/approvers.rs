//! Enabled routes and exit nodes keep an auto approver.
//!
//! A route that is approved once stays approved. Without an auto approver, it is not approved again
//! for a device that replaces the router.

use policy_core::ValidPolicy;
use policy_core::access::{DeviceId, Endpoint, MissingFact, Tailnet, Ternary, Unknowns, matches_source};
use policy_core::model::{Policy, Prefix, Selector};
use policy_core::source::Origin;

use crate::guard::guard_name::GuardName;
use crate::guard::outcome::{Guard, Outcome};
use crate::guard::witness::{PlaceIn, Witness};

pub(super) fn check(live: &ValidPolicy, wanted: &ValidPolicy) -> Guard {
    let (mut violated, mut unknown) = (Vec::new(), Vec::new());
    let [tailnet, new_tailnet] = [live, wanted].map(|policy| Tailnet::new(policy));
    for (id, node) in tailnet.devices.iter().enumerate() {
        let mut is_exit_node = false;
        for route in node.routes.iter().chain(&node.exit_routes) {
            // An exit node has a route for each family.
            if route.length == 0 && std::mem::replace(&mut is_exit_node, true) {
                continue;
            }
            let had = approver(live, &tailnet, id, *route);
            let keeps = approver(wanted, &new_tailnet, id, *route);
            let device = &node.fact.name;
            let what = match route.length {
                0 => format!("`{device}` is an exit node"),
                _ => format!("`{device}` has the route `{route}`"),
            };
            let Some((had_certainly, place)) = had else { continue };
            let witness = |rest: String| {
                Witness::new(format!("{what}, {rest}")).at(PlaceIn::Live(place), "the live policy approves it here")
            };
            match (had_certainly, keeps.map(|(answer, _)| answer)) {
                (_, Some(Ternary::Yes)) => {}
                (Ternary::Yes, None | Some(Ternary::No)) => {
                    violated.push(witness("which no auto approver approves any more".to_owned()));
                }
                (_, Some(Ternary::Maybe(fact))) => {
                    if had_certainly != Ternary::Maybe(fact) {
                        unknown.push(witness(format!("and whether it is still approved is unknown: {}", name(fact))));
                    }
                }
                (Ternary::Maybe(fact), None | Some(Ternary::No)) => {
                    unknown
                        .push(witness(format!("and whether an auto approver approves it is unknown: {}", name(fact))));
                }
                (Ternary::No, None | Some(Ternary::No)) => {}
            }
        }
    }
    let has_approvers = !live.auto_approvers.routes.is_empty() || !live.auto_approvers.exit_node.is_empty();
    if live.facts.devices.is_empty() && has_approvers && approvers(live) != approvers(wanted) {
        unknown
            .push(Witness::new("`autoApprovers` differ, and the routes in use are unknown: the facts list no devices"));
    }
    Guard::new(GuardName::Approvers, Outcome::new(violated, unknown))
}

/// Returns whether a policy approves a route of a device, and the entry that does. `None` if no
/// entry is about the route. The rules are those of [`policy_core::access::approval::approve`].
fn approver<'p>(
    policy: &'p Policy,
    tailnet: &Tailnet<'p>,
    device: DeviceId,
    route: Prefix,
) -> Option<(Ternary<'p>, Origin)> {
    let node = tailnet.devices.get(device)?;
    let endpoint = Endpoint { addresses: node.addresses.clone(), ..Endpoint::new(tailnet.principal(node)) };
    let answer = |selectors: &'p [Selector]| {
        let answers =
            selectors.iter().map(|selector| matches_source(tailnet, selector, &endpoint, Unknowns::default()));
        Ternary::any(answers)
    };
    if route.length == 0 {
        let approvers = &policy.auto_approvers.exit_node;
        return Some((answer(approvers), approvers.origin?));
    }
    let about = policy.auto_approvers.routes.iter().filter(|entry| {
        let key = entry.network.prefix.masked();
        key.length > 0 && key.contains(route)
    });
    let mut best: Option<(Ternary, Origin)> = None;
    for entry in about {
        let found = answer(&entry.approvers);
        let is_better = match (found, best.map(|(answer, _)| answer)) {
            (_, None) | (Ternary::Yes, _) | (Ternary::Maybe(_), Some(Ternary::No)) => true,
            (Ternary::No | Ternary::Maybe(_), Some(_)) => false,
        };
        if is_better {
            best = Some((found, entry.origin));
        }
        if found == Ternary::Yes {
            break;
        }
    }
    best
}

/// Returns the approvers as text, to see whether they are the same.
fn approvers(policy: &Policy) -> Vec<String> {
    let list = |selectors: &[Selector]| {
        let mut texts: Vec<&str> = selectors.iter().map(|selector| selector.text.as_str()).collect();
        texts.sort_unstable();
        texts.join(" ")
    };
    let routes = policy.auto_approvers.routes.iter();
    let mut all: Vec<String> =
        routes.map(|entry| format!("{} {}", entry.network.prefix.masked(), list(&entry.approvers))).collect();
    all.push(list(&policy.auto_approvers.exit_node));
    all.sort_unstable();
    all
}

/// Describes a fact that is missing.
fn name(fact: MissingFact) -> String {
    match fact {
        MissingFact::Role { user, autogroup } => format!("whether `{user}` has the role of `{}`", autogroup.name()),
        MissingFact::Membership { user, group } => format!("whether `{user}` is in `{group}`"),
        MissingFact::Device(text) => format!("which device has an address in `{text}`"),
        other => format!("{other:?}"),
    }
}

//! Compares the answers of `explain`, `who` and `what` with packets.

use policy_analysis::Analysis as _;
use policy_analysis::query::{Possible, Question, ReachabilityRow};
use policy_core::model::Protocol;
use policy_core::testing::Decision;
use policy_core::{Policy, ValidPolicy};
use policy_oracle::network::{End, Network, PACKETS, Packet, Way, exists, is_echo};
use policy_oracle::selector::{Side, Words};
use policy_oracle::world::facts;
use serde_json::{Value, json};

use crate::packets::{Flow, beyond, flows};
use crate::{Checked, Difference, is_asked, worlds};

/// Reads a valid policy.
pub(crate) fn read(policy: &Value, facts: &Value) -> Option<ValidPolicy> {
    Policy::with_facts(policy.to_string().as_str(), facts.to_string().as_str()).validate().ok()
}

fn explain(policy: &ValidPolicy, source: &str, destination: &str, (protocol, port): Packet) -> Option<Decision> {
    let question = Question { source, destination, protocol: Protocol(protocol), port, account: None };
    Some(policy.explain(&question).ok()?.decision())
}

/// Returns whether a policy has selectors whose meaning facts cannot determine.
pub(crate) fn is_unsettled(policy: &Value) -> bool {
    let text = policy.to_string();
    ["group:staff@", "group:web@", "svc:", "autogroup:shared"].iter().any(|word| text.contains(word))
}

/// Compares the answers about every device and every other, and about addresses outside the
/// tailnet.
pub(crate) fn check_with_facts(case: &Value) -> Checked {
    let mut checked = Checked::default();
    let value = &case["policy"];
    // One world is enough for this many questions.
    let Some(world) = worlds(case).next() else { return checked };
    let (Some(policy), Some(network)) = (read(value, &facts(world)), Network::new(value, world)) else {
        return checked;
    };
    let flows = flows(&network);
    let devices: Vec<usize> = (0..network.devices.len()).filter(|&id| network.devices[id].is_in_facts()).collect();
    for &from in &devices {
        let source = &network.devices[from];
        let to_devices =
            devices.iter().filter(|to| **to != from).map(|&to| (network.devices[to].name.clone(), Some(to)));
        let to_addresses = beyond().into_iter().map(|address| (address.to_string(), None));
        for (name, to) in to_devices.chain(to_addresses) {
            let is_between = |(start, end, _): &&Flow| {
                let is_to = match to {
                    Some(to) => end.device == to && end.way == Way::Own,
                    None => end.address.to_string() == name,
                };
                start.device == from && start.way == Way::Own && is_to
            };
            let between: Vec<&Flow> = flows.iter().filter(is_between).collect();
            let passes = between.iter().fold(0, |all, (_, _, open)| all | open);
            let routes_itself = to.is_none()
                && network.nodes[from].routes.iter().any(|route| route.length > 0 && route.has(name.parse().unwrap()));
            if routes_itself {
                continue;
            }
            for (bit, &packet) in PACKETS.iter().enumerate() {
                // A protocol that does not exist in the family cannot be asked about.
                if is_echo(packet) && !source.addresses.iter().any(|address| exists(packet, *address)) {
                    continue;
                }
                if let (true, None) = (is_echo(packet), to)
                    && !exists(packet, name.parse().unwrap())
                {
                    continue;
                }
                if let (true, Some(to)) = (is_echo(packet), to)
                    && !network.devices[to].addresses.iter().any(|address| exists(packet, *address))
                {
                    continue;
                }
                let question = format!("{} {name} {packet:?}", source.name);
                if !is_asked(case, &question, 6) {
                    continue;
                }
                let Some(said) = explain(&policy, &source.name, &name, packet) else { continue };
                checked.questions += 1;
                let is_open = passes & 1 << bit != 0;
                let what = format!("{} -> {name} {packet:?}: said {said:?}, open {is_open}", source.name);
                let kind = match (said, is_open, is_echo(packet), to) {
                    (Decision::Allow, false, false, Some(_)) => "explain allows what is closed between devices",
                    (Decision::Allow, false, false, None) => "explain allows what is closed to an address",
                    (Decision::Deny, true, false, Some(_)) => "explain denies what is open between devices",
                    (Decision::Deny, true, false, None) => "explain denies what is open to an address",
                    (Decision::Allow, false, true, _) => "explain allows a closed ping",
                    (Decision::Deny, true, true, _) => "explain denies an open ping",
                    (Decision::Unknown, ..) if !is_unsettled(value) => "explain does not know, with all facts",
                    _ => continue,
                };
                checked.differences.push(Difference::new(kind, what).of(question));
            }
        }
    }
    checked
}

/// Sources for questions.
const SOURCES: [&str; 6] = ["alice@example.com", "bob@example.com", "group:eng", "tag:a", "tag:b", "autogroup:member"];

/// Destinations for questions.
const DESTINATIONS: [&str; 6] = ["alice@example.com", "tag:a", "tag:c", "10.0.0.2", "203.0.113.7", "svc:web"];

/// Compares answers without facts with every world.
pub(crate) fn check_without_facts(case: &Value) -> Checked {
    let mut checked = Checked::default();
    let value = &case["policy"];
    let Some(policy) = read(value, &json!({})) else { return checked };
    let who = DESTINATIONS.map(|word| is_asked(case, word, 2).then(|| policy.who(word, None).ok()).flatten());
    let what = SOURCES.map(|word| is_asked(case, word, 2).then(|| policy.what(word).ok()).flatten());
    let decisions: Vec<(&str, &str, Packet, Option<Decision>)> = SOURCES
        .iter()
        .flat_map(|source| DESTINATIONS.map(|destination| (*source, destination)))
        .filter(|(source, destination)| is_asked(case, &format!("{source} {destination}"), 4))
        .flat_map(|(source, destination)| {
            [(6, 22), (17, 80)]
                .map(|packet| (source, destination, packet, explain(&policy, source, destination, packet)))
        })
        .collect();
    for world in worlds(case) {
        let Some(network) = Network::new(value, world) else { continue };
        // A device with several tags has more access than each tag alone.
        if network.devices.iter().any(|device| device.tags.len() > 1) {
            continue;
        }
        let words = Words { policy: value, world, devices: &network.devices };
        let flows = flows(&network);
        let mut add = |kind, what| checked.differences.push(Difference::new(kind, what));
        for (source, destination, packet, said) in &decisions {
            let bit = PACKETS.iter().position(|one| one == packet).unwrap();
            let mut asked = flows.iter().filter(|(from, to, _)| {
                words.names(source, *from, Side::Source) && words.names(destination, *to, Side::Destination)
            });
            if *said == Some(Decision::Deny)
                && let Some(flow) = asked.find(|(.., open)| open & 1 << bit != 0)
            {
                add(
                    "explain denies what is open in a tailnet",
                    format!("{source} -> {destination} {packet:?}: {flow:?}"),
                );
            }
            if *said == Some(Decision::Allow) {
                let has_both = |end: &End| end.way == Way::Own && network.devices[end.device].addresses.len() == 2;
                let mut asked = flows.iter().filter(|(from, to, _)| {
                    has_both(from)
                        && has_both(to)
                        && from.device != to.device
                        && words.names(source, *from, Side::Source)
                        && words.names(destination, *to, Side::Destination)
                });
                let is_open_otherwise = |(from, to, _): &Flow| {
                    let same = flows.iter().filter(|(a, b, _)| a.device == from.device && b.device == to.device);
                    same.filter(|(a, b, _)| a.way == Way::Own && b.way == Way::Own)
                        .any(|(.., open)| open & 1 << bit != 0)
                };
                if let Some(flow) = asked.find(|flow| !is_open_otherwise(flow)) {
                    add(
                        "explain allows what is closed in a tailnet",
                        format!("{source} -> {destination} {packet:?}: {flow:?}"),
                    );
                }
            }
        }
        for (destination, reached) in DESTINATIONS.iter().zip(&who) {
            let Some(reached) = reached else { continue };
            let is_missing = |(from, to, open): &&Flow| {
                words.names(destination, *to, Side::Destination)
                    && tcp_or_udp(*open).any(|packet| !is_covered(&words, &reached.rows, *from, Side::Source, packet))
            };
            if let Some(flow) = flows.iter().find(is_missing) {
                let rows: Vec<&Vec<String>> = reached.rows.iter().map(|row| &row.sources).collect();
                add("who leaves out a source", format!("{destination}: {flow:?} {rows:?}"));
            }
        }
        for (source, reached) in SOURCES.iter().zip(&what) {
            let Some(reached) = reached else { continue };
            let is_missing = |(from, to, open): &&Flow| {
                words.names(source, *from, Side::Source)
                    && tcp_or_udp(*open)
                        .any(|packet| !is_covered(&words, &reached.rows, *to, Side::Destination, packet))
            };
            if let Some(flow) = flows.iter().find(is_missing) {
                let rows: Vec<&Vec<String>> = reached.rows.iter().map(|row| &row.destinations).collect();
                add("what leaves out a destination", format!("{source}: {flow:?} {rows:?}"));
            }
        }
        checked.questions += decisions.len() + who.len() + what.len();
    }
    checked
}

fn tcp_or_udp(open: u16) -> impl Iterator<Item = Packet> {
    let is_open = move |(bit, _): &(usize, &Packet)| open & 1 << bit != 0;
    PACKETS.iter().enumerate().filter(is_open).map(|(_, packet)| *packet).filter(|packet| !is_echo(*packet))
}

/// Returns whether a row with a packet's port names an end, or may name it. A description without a
/// selector, such as "any other member", counts as everything.
fn is_covered(words: &Words, rows: &[ReachabilityRow], end: End, side: Side, packet: Packet) -> bool {
    rows.iter().any(|row| {
        let names = if side == Side::Source { &row.sources } else { &row.destinations };
        let perhaps = row.perhaps.iter().filter_map(|access| match &access.what {
            Possible::Ports(rule) => Some(&rule.ports),
            Possible::Login(_) | Possible::App(_) => None,
        });
        let ports = perhaps.fold(row.ports(), |all, ports| all.with(ports));
        let has_port = ports.ranges().any(|(protocol, range)| protocol.0 == packet.0 && range.contains(packet.1));
        let is_named = names.iter().any(|name| {
            let quoted: Vec<&str> = name.split('`').skip(1).step_by(2).collect();
            quoted.is_empty()
                || name.contains("other")
                || quoted.iter().any(|word| words.names(word, end, side) || *word == words.devices[end.device].name)
        });
        has_port && (row.is_rest || is_named)
    })
}

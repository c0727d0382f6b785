//! Checks that an invariant without a finding holds for every packet in every tailnet.

use policy_core::{Policy, Severity};
use policy_oracle::network::{End, Network, PACKETS, Packet, is_echo};
use policy_oracle::selector::{Side, Words, is_same_user};
use policy_oracle::world::{facts, texts};
use serde_json::{Value, json};

use crate::packets::flows;
use crate::{Checked, Difference, with_invariants, worlds};

/// The codes of findings about invariants.
const CODES: [&str; 3] = ["broken-invariant", "unverifiable-invariant", "reachable-device"];

pub(crate) fn check(case: &Value) -> Checked {
    let mut checked = Checked::default();
    let policy = &case["policy"];
    for invariant in case["invariants"].as_array().into_iter().flatten() {
        let Some(bare) = findings(policy, &with_invariants(&json!({}), &[invariant])) else { continue };
        for world in worlds(case) {
            let Some(known) = findings(policy, &with_invariants(&facts(world), &[invariant])) else { continue };
            let Some(network) = Network::new(policy, world) else { continue };
            let words = Words { policy, world, devices: &network.devices };
            let counterexample = counterexample(&words, &network, invariant);
            checked.questions += 2;
            // Selectors are examined one at a time, so devices with several tags require facts.
            let is_plain = network.devices.iter().all(|device| device.tags.len() < 2);
            if let Some(counterexample) = &counterexample {
                if bare.is_empty() && is_plain {
                    checked
                        .differences
                        .push(Difference::new("an invariant holds, and a packet breaks it", counterexample.clone()));
                }
                if known.is_empty() {
                    checked.differences.push(Difference::new(
                        "an invariant holds with facts, and a packet breaks it",
                        counterexample.clone(),
                    ));
                }
            } else if has_devices(world)
                && known.iter().any(|code| code == "reachable-device")
                && !known.iter().any(|code| code == "broken-invariant")
            {
                let what = format!("{invariant}");
                checked
                    .differences
                    .push(Difference::new("a device is said to break an invariant, and no packet does", what));
            }
        }
        // An error is certain: in every world with users and devices of each kind, a packet breaks
        // the invariant.
        if !bare.iter().all(|code| code == "broken-invariant") || bare.is_empty() {
            continue;
        }
        for world in case["full"].as_array().into_iter().flatten() {
            let Some(network) = Network::new(policy, world) else { continue };
            let words = Words { policy, world, devices: &network.devices };
            // The owner of an address is unknown, and so is whether it is behind a router.
            if texts_of(policy).chain(texts_of(invariant)).any(|word| words.is_literal(&word)) {
                continue;
            }
            checked.questions += 1;
            if counterexample(&words, &network, invariant).is_none() {
                let what = format!("{invariant}");
                checked
                    .differences
                    .push(Difference::new("an invariant is called broken, and no packet breaks it", what));
            }
        }
    }
    checked
}

/// Returns the sources and destinations of rules, or of an invariant.
fn texts_of(value: &Value) -> impl Iterator<Item = String> {
    let rules =
        ["grants", "acls", "targets", "except"].into_iter().flat_map(|key| value[key].as_array().into_iter().flatten());
    let lists = rules.chain([value]).flat_map(|rule| ["src", "dst", "src_except"].map(|key| texts(&rule[key])));
    lists
        .flatten()
        .map(|word| match word.rsplit_once(':') {
            // An ACL has the ports after the host.
            Some((host, ports))
                if ports.starts_with(|first: char| first.is_ascii_digit() || first == '*')
                    && !host.contains("::")
                    && !is_ipv6(&word) =>
            {
                host.to_owned()
            }
            _ => word,
        })
        .collect::<Vec<_>>()
        .into_iter()
}

fn is_ipv6(word: &str) -> bool {
    let (address, length) = word.split_once('/').unwrap_or((word, "128"));
    address.parse::<std::net::Ipv6Addr>().is_ok() && length.parse::<u8>().is_ok()
}

/// Returns whether every user of a world has a device to send from.
fn has_devices(world: &Value) -> bool {
    let mut users = world["users"].as_array().into_iter().flatten();
    users.all(|user| world["nodes"].as_array().into_iter().flatten().any(|node| node["user"] == user["name"]))
}

/// Returns the codes of the findings about invariants, if the policy is valid.
fn findings(policy: &Value, facts: &str) -> Option<Vec<String>> {
    let findings = Policy::with_facts(policy.to_string().as_str(), facts).check();
    let is_about = |name: &str| CODES.contains(&name);
    if findings.iter().any(|finding| finding.code.severity() == Severity::Error && !is_about(finding.code.name())) {
        return None;
    }
    Some(findings.iter().map(|finding| finding.code.name().to_owned()).filter(|name| is_about(name)).collect())
}

/// Describes a packet that passes and breaks an invariant.
fn counterexample(words: &Words, network: &Network, invariant: &Value) -> Option<String> {
    flows(network).into_iter().find_map(|(from, to, open)| {
        let mut packets = PACKETS.iter().enumerate().filter(|(bit, _)| open & 1 << bit != 0).map(|(_, packet)| *packet);
        let packet = packets.find(|&packet| is_forbidden(words, invariant, from, to, packet))?;
        Some(format!("{invariant}: {from:?} -> {to:?} {packet:?}"))
    })
}

/// Returns whether an invariant forbids a packet.
///
/// An echo passes wherever any packet does. So allowing a port also allows echoes, but forbidding
/// single ports does not forbid them.
fn is_forbidden(words: &Words, invariant: &Value, from: End, to: End, packet: Packet) -> bool {
    let targets = |key: &str, is_at: &dyn Fn(&Value) -> bool, is_on: &dyn Fn(&Value) -> bool| {
        invariant[key].as_array().into_iter().flatten().any(|target| is_at(&target["dst"]) && is_on(&target["ip"]))
    };
    let allows = |ip: &Value| is_echo(packet) || is_on(ip, packet);
    let forbids = |ip: &Value| if is_echo(packet) { forbids_echo(ip, packet) } else { is_on(ip, packet) };
    let is_at = |dst: &Value| {
        let is_self =
            || texts(dst).iter().any(|word| word == "autogroup:self") && is_same_user(words.devices, from, to);
        words.any(dst, to, Side::Destination) || is_self()
    };
    let may_be_at = |dst: &Value| is_at(dst) || words.any_may(dst, to, Side::Destination);
    let src = &invariant["src"];
    match invariant["kind"].as_str() {
        Some("isolated") => {
            let (goes_out, goes_in) = (words.any(src, from, Side::Source), words.any(src, to, Side::Destination));
            match (goes_out, goes_in) {
                (true, false) => !targets("except", &|dst| words.any(dst, to, Side::Destination), &allows),
                (false, true) => !targets("except", &|dst| words.any(dst, from, Side::Source), &allows),
                _ => false,
            }
        }
        _ if !words.any(src, from, Side::Source) || words.any(&invariant["src_except"], from, Side::Source) => false,
        Some("never") => targets("targets", &may_be_at, &forbids) && !targets("except", &is_at, &allows),
        _ => !targets("targets", &is_at, &allows) || targets("except", &is_at, &forbids),
    }
}

/// Returns whether ports include an echo explicitly.
fn forbids_echo(ip: &Value, (protocol, _): Packet) -> bool {
    let name = if protocol == 1 { "icmp:*" } else { "ipv6-icmp:*" };
    let specs = texts(ip);
    specs.is_empty() || specs.iter().any(|spec| spec == name || spec == "*")
}

/// Returns whether a packet is on any of some ports. Without ports, every packet is.
fn is_on(ip: &Value, (protocol, port): Packet) -> bool {
    let specs = texts(ip);
    specs.is_empty()
        || specs.iter().any(|spec| {
            let (name, ports) = spec.split_once(':').map_or(("", spec.as_str()), |(name, ports)| (name, ports));
            let is_protocol = match name {
                "" => [6, 17, 1, 58].contains(&protocol),
                "tcp" => protocol == 6,
                "udp" => protocol == 17,
                "sctp" => protocol == 132,
                "gre" => protocol == 47,
                "icmp" => protocol == 1,
                "ipv6-icmp" => protocol == 58,
                other => panic!("{other}"),
            };
            let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
            let is_port = ports == "*" || {
                let [first, last]: [u16; 2] = [first, last].map(|port| port.parse().unwrap());
                first <= port && port <= last
            };
            is_protocol && is_port
        })
}

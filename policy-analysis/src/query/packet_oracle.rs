//! Compares answers with the packet filters that the devices get.

use std::net::IpAddr;

use policy_core::Policy;
use policy_core::access::{overlap, single};
use policy_core::json::Value;
use policy_core::model::{AddressRange, Prefix, Protocol};
use policy_core::testing::Decision;
use policy_generate::small::{self, Random};

use crate::compile::{Compiled, compile};
use crate::query::{Question, explain};

const FACTS: &str = r#"{"users": [
    {"name": "alice", "email": "alice@example.com", "role": "owner"},
    {"name": "bob", "email": "bob@example.com", "role": "member"}
], "nodes": [
    {"name": "laptop", "user": "alice", "ipv4": "100.64.0.2", "ipv6": "fd7a:115c:a1e0::2"},
    {"name": "phone", "user": "bob", "ipv6": "fd7a:115c:a1e0::9"},
    {"name": "desk", "user": "bob", "ipv4": "100.64.0.9"},
    {"name": "hub", "tags": ["tag:b", "tag:c"], "ipv4": "100.64.0.4", "ipv6": "fd7a:115c:a1e0::4"},
    {"name": "router", "tags": ["tag:r"], "ipv4": "100.64.0.1", "ipv6": "fd7a:115c:a1e0::1",
        "approved_routes": ["10.0.0.0/31"], "routable_ips": ["10.0.0.0/31"]},
    {"name": "public", "tags": ["tag:a"], "ipv4": "100.64.0.3",
        "approved_routes": ["203.0.113.0/24", "10.0.0.0/30"], "routable_ips": ["203.0.113.0/24", "10.0.0.0/30"]},
    {"name": "exit", "tags": ["tag:c"], "ipv4": "100.64.0.5", "ipv6": "fd7a:115c:a1e0::5",
        "approved_routes": ["0.0.0.0/0", "::/0"], "routable_ips": ["0.0.0.0/0", "::/0"]}
]}"#;

/// Selectors whose meaning differs from address to address.
const MORE: &[&str] = &[
    "100.64.0.0/10",
    "100.64.0.0/11",
    "fd7a:115c:a1e0::/48",
    "fd7a:115c:a1e0::2",
    "203.0.113.0/24",
    "8.8.8.0/24",
    "10.0.0.0/8",
    "autogroup:member",
    "autogroup:tagged",
    "tag:r",
];
const TARGETS: &[&str] = &["10.0.0.0", "10.0.0.2", "10.0.0.9", "8.8.8.8", "203.0.113.7", "2001:db8::1", "2600::1"];

/// Returns whether the filter of a device admits a packet.
fn lets_in(filter: &Value, source: IpAddr, target: IpAddr, protocol: Protocol, port: u16) -> bool {
    let rules = filter.as_array().map(Vec::as_slice).unwrap_or_default();
    let has = |text: &Value, address: IpAddr| {
        let text = text.as_str().unwrap_or_default();
        let range = text.parse::<AddressRange>().ok().or_else(|| Some(text.parse::<Prefix>().ok()?.range()));
        let range = range.or_else(|| text.parse::<IpAddr>().ok().map(single));
        text == "*" || range.is_some_and(|range| overlap(range, single(address)))
    };
    let list = |value: &Value, key: &str| value[key].as_array().map(|list| list.to_vec()).unwrap_or_default();
    rules.iter().any(|rule| {
        let protocols = list(rule, "IPProto");
        let is_protocol = if protocols.is_empty() {
            Protocol::DEFAULTS.contains(&protocol)
        } else {
            protocols.iter().any(|number| number.to_string() == protocol.0.to_string())
        };
        let is_ping = [Protocol::ICMP, Protocol::ICMPV6].contains(&protocol);
        list(rule, "SrcIPs").iter().any(|from| has(from, source))
            && list(rule, "DstPorts").iter().any(|to| {
                let number = |key: &str| to["Ports"][key].to_string().parse::<u16>().unwrap();
                has(&to["IP"], target) && (is_ping || is_protocol && (number("First")..=number("Last")).contains(&port))
            })
    })
}

/// Returns the devices that receive a packet: by their own address, or as a router for the
/// narrowest route that the source has.
fn receivers(compiled: &Compiled, source: usize, target: IpAddr) -> Vec<usize> {
    if let Some(device) = compiled.tailnet.addresses.overlapping(single(target)).next() {
        return vec![device];
    }
    let routes = compiled.peer_routes(source).filter(|(_, route)| overlap(route.range(), single(target)));
    let mut leading: Vec<(u8, usize)> = routes.map(|(router, route)| (route.length, router)).collect();
    leading.sort_unstable();
    let narrowest = leading.last().map(|(length, _)| *length);
    leading.into_iter().filter(|(length, _)| Some(*length) == narrowest).map(|(_, router)| router).collect()
}

#[test]
fn an_answer_about_devices_is_what_their_filters_say() {
    let mut seen = [0; 2];
    for seed in small::seeds(3) {
        let mut random = Random::new(seed);
        let (text, _) = small::policy(&mut random);
        let mut more = String::new();
        for _ in 0..random.below(4) {
            let (src, dst) = (random.one(MORE), random.one(MORE));
            let via = if random.below(4) == 0 { r#", "via": ["tag:r", "tag:a"]"# } else { "" };
            let via = if ["autogroup:member", "autogroup:tagged", "tag:r"].contains(&dst) { "" } else { via };
            let ports = random.one(&["tcp:2", "*", "udp:2", "icmp:*"]);
            more += &format!(r#"{{"src": ["{src}"], "dst": ["{dst}"], "ip": ["{ports}"]{via}}}, "#);
        }
        let text = text.replace("\"grants\": [", &format!("\"grants\": [{more}"));
        let policy = Policy::with_facts(text.as_str(), FACTS);
        let compiled = compile(&policy);
        let json = compiled.to_json();
        let addresses = |device: usize| compiled.tailnet.devices[device].addresses.clone();
        let own = (0..compiled.tailnet.devices.len()).flat_map(addresses);
        let targets: Vec<IpAddr> = own.chain(TARGETS.iter().map(|text| text.parse().unwrap())).collect();
        for source in 0..compiled.tailnet.devices.len() {
            for (from, &target) in
                addresses(source).into_iter().flat_map(|from| targets.iter().map(move |to| (from, to)))
            {
                let receivers = receivers(&compiled, source, target);
                // A packet from a device to itself is not filtered.
                if addresses(source).contains(&target) {
                    continue;
                }
                for (protocol, port) in
                    [(Protocol::TCP, 2), (Protocol(17), 2), (Protocol::ICMP, 0), (Protocol::ICMPV6, 0)]
                {
                    let gets = |&device: &usize| {
                        let filter = &json[compiled.tailnet.devices[device].fact.name.as_str()]["packet_filter_rules"];
                        lets_in(filter, from, target, protocol, port)
                    };
                    let is_of_family = match protocol {
                        Protocol::ICMP => from.is_ipv4(),
                        Protocol::ICMPV6 => from.is_ipv6(),
                        _ => true,
                    };
                    let is_open = from.is_ipv4() == target.is_ipv4() && is_of_family && receivers.iter().any(gets);
                    let (source, destination) = (from.to_string(), target.to_string());
                    let question =
                        Question { source: &source, destination: &destination, protocol, port, account: None };
                    let explanation = explain(&policy, &question).unwrap();
                    let decision = explanation.decision();
                    if decision == Decision::Unknown {
                        continue;
                    }
                    seen[usize::from(is_open)] += 1;
                    assert_eq!(
                        decision == Decision::Allow,
                        is_open,
                        "seed {seed}: {source} to {destination} over {protocol}\n{text}\n{explanation:#?}"
                    );
                }
            }
        }
    }
    assert!(seen.iter().all(|count| *count > 100), "{seen:?}");
}

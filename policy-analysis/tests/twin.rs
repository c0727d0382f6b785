//! Compares the compiler with a model that is short and obviously correct. The model uses strings,
//! tables and loops, and shares no code with the compiler.
//!
//! Policies and tailnets are small and random. All packets between devices, and to addresses behind
//! routers, are compared.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that cannot go on should panic")]

use std::net::Ipv4Addr;

use policy_analysis::Analysis;
use policy_core::json::{Map, Value, json};
use policy_core::{Policy, Severity, ValidPolicy};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

const USERS: &[(&str, &str)] =
    &[("alice@example.com", "owner"), ("bob@example.com", "admin"), ("carol@example.org", "member")];
const GROUPS: &[(&str, &[&str])] = &[
    ("group:ab", &["alice@example.com", "bob@example.com"]),
    ("group:c", &["carol@example.org"]),
    ("group:none", &[]),
];
const TAGS: &[&str] = &["tag:a", "tag:b", "tag:c"];
/// Selectors of addresses, each with its first and last addresses.
const ADDRESSES: &[(&str, &[(&str, &str)])] = &[
    ("100.64.0.1", &[("100.64.0.1", "100.64.0.1")]),
    ("100.64.0.2/31", &[("100.64.0.2", "100.64.0.3")]),
    ("web", &[("100.64.0.4", "100.64.0.4")]),
    ("lab", &[("10.1.0.0", "10.1.255.255")]),
    ("10.1.2.0/24", &[("10.1.2.0", "10.1.2.255")]),
    ("10.0.0.0/8", &[("10.0.0.0", "10.255.255.255")]),
    ("10.9.0.1", &[("10.9.0.1", "10.9.0.1")]),
    ("8.8.8.0/24", &[("8.8.8.0", "8.8.8.255")]),
    ("ipset:x", &[("10.0.0.0", "10.0.255.255"), ("10.2.0.0", "10.3.255.255"), ("100.64.0.1", "100.64.0.2")]),
];
const ROUTES: &[(&str, (&str, &str))] = &[
    ("10.1.0.0/16", ("10.1.0.0", "10.1.255.255")),
    ("10.1.2.0/25", ("10.1.2.0", "10.1.2.127")),
    ("10.2.0.0/15", ("10.2.0.0", "10.3.255.255")),
    ("10.9.0.0/16", ("10.9.0.0", "10.9.255.255")),
];
const SOURCES: &[&str] = &[
    "*",
    "autogroup:danger-all",
    "autogroup:member",
    "autogroup:tagged",
    "autogroup:admin",
    "autogroup:owner",
    "alice@example.com",
    "carol@example.org",
    "group:ab",
    "group:c",
    "group:none",
    "user:*@example.com",
    "tag:a",
    "tag:b",
    "100.64.0.1",
    "100.64.0.2/31",
    "web",
    "lab",
    "ipset:x",
];
const DESTINATIONS: &[&str] = &[
    "*",
    "autogroup:member",
    "autogroup:tagged",
    "autogroup:self",
    "autogroup:self",
    "autogroup:internet",
    "alice@example.com",
    "bob@example.com",
    "group:ab",
    "group:none",
    "tag:a",
    "tag:b",
    "tag:c",
    "100.64.0.1",
    "100.64.0.2/31",
    "web",
    "lab",
    "10.1.2.0/24",
    "10.0.0.0/8",
    "10.9.0.1",
    "8.8.8.0/24",
    "ipset:x",
];
/// Protocols and ports of a grant. Without a protocol, they are 6, 17, 1 and 58.
const SERVICES: &[(&str, Option<u8>, (u16, u16))] = &[
    ("*", None, (0, 65535)),
    ("22", None, (22, 22)),
    ("80-443", None, (80, 443)),
    ("tcp:443", Some(6), (443, 443)),
    ("udp:*", Some(17), (0, 65535)),
    ("icmp:*", Some(1), (0, 65535)),
    ("47:*", Some(47), (0, 65535)),
];
/// Ports of an ACL's destination, and its protocol.
const PORTS: &[(&str, &[(u16, u16)])] =
    &[("*", &[(0, 65535)]), ("22", &[(22, 22)]), ("80-443", &[(80, 443)]), ("22,53", &[(22, 22), (53, 53)])];
const PROTOCOLS: &[(&str, Option<u8>)] = &[("", None), ("tcp", Some(6)), ("udp", Some(17)), ("47", Some(47))];
/// Packets as protocol and port. The port is 0 if the protocol has none.
const PACKETS: &[(u8, u16)] = &[(6, 22), (6, 443), (17, 53), (1, 0), (47, 0)];
/// Destinations that are not devices.
const ELSEWHERE: &[&str] = &["10.1.2.3", "10.1.200.1", "10.2.0.1", "10.9.0.1", "10.99.0.1", "8.8.8.8"];

#[derive(Clone, Debug)]
struct Device {
    user: Option<&'static str>,
    tags: Vec<&'static str>,
    address: String,
    /// Approved subnet routes, and one that is not approved.
    routes: Vec<&'static str>,
    pending: Option<&'static str>,
    is_exit_node: bool,
}

#[derive(Clone, Debug)]
struct Rule {
    is_acl: bool,
    src: Vec<&'static str>,
    dst: Vec<&'static str>,
    services: Vec<(&'static str, Option<u8>, (u16, u16))>,
    ports: Vec<(&'static str, &'static [(u16, u16)])>,
    proto: (&'static str, Option<u8>),
    via: Vec<&'static str>,
}

/// The user or device at one end of a packet.
struct End<'a> {
    user: Option<&'a str>,
    tags: &'a [&'a str],
    address: Option<&'a str>,
}

// ---------------------------------------------------------------- the model

fn within(address: &str, (first, last): (&str, &str)) -> bool {
    let number = |text: &str| text.split('.').fold(0u64, |sum, part| sum * 256 + part.parse::<u64>().unwrap());
    (number(first)..=number(last)).contains(&number(address))
}

fn is_named(selector: &str, end: &End) -> bool {
    let is_user = |login: &str| end.user == Some(login);
    match selector {
        "autogroup:member" => end.user.is_some(),
        "autogroup:tagged" => !end.tags.is_empty(),
        "autogroup:owner" => is_user("alice@example.com"),
        "autogroup:admin" => is_user("alice@example.com") || is_user("bob@example.com"),
        "user:*@example.com" => is_user("alice@example.com") || is_user("bob@example.com"),
        _ if selector.starts_with("tag:") => end.tags.contains(&selector),
        _ if selector.contains('@') => is_user(selector),
        _ => {
            let members = GROUPS.iter().find(|(name, _)| *name == selector).map_or(&[][..], |(_, members)| members);
            let ranges = ADDRESSES.iter().find(|(name, _)| *name == selector).map_or(&[][..], |(_, ranges)| ranges);
            members.iter().any(|member| is_user(member))
                || end.address.is_some_and(|address| ranges.iter().any(|&range| within(address, range)))
        }
    }
}

/// Returns whether an end is part of the tailnet, so that `*` includes it: a device, a user, or an
/// address behind a router.
fn is_known(devices: &[Device], end: &End) -> bool {
    let served = || ROUTES.iter().filter(|(route, _)| devices.iter().any(|device| device.routes.contains(route)));
    let is_known =
        |address| within(address, ("100.64.0.0", "100.127.255.255")) || served().any(|route| within(address, route.1));
    end.user.is_some() || !end.tags.is_empty() || end.address.is_some_and(is_known)
}

fn is_source(rule: &Rule, from: &End, is_known: bool) -> bool {
    rule.src.iter().any(|&source| match source {
        "*" => is_known,
        "autogroup:danger-all" => true,
        _ => is_named(source, from),
    })
}

/// Returns whether a rule allows this protocol and port to the destination at an index of its list.
fn is_open(rule: &Rule, place: usize, (protocol, port): (u8, u16)) -> bool {
    let fits = |wanted: Option<u8>, (first, last): (u16, u16)| {
        let fits = wanted.map_or([6, 17, 1, 58].contains(&protocol), |wanted| wanted == protocol);
        fits && (![6, 17].contains(&protocol) || (first..=last).contains(&port))
    };
    match rule.is_acl {
        true => rule.ports[place].1.iter().any(|&ports| fits(rule.proto.1, ports)),
        false => rule.services.iter().any(|&(_, wanted, ports)| fits(wanted, ports)),
    }
}

/// Returns whether a device admits a packet from another device to this address.
fn is_let_in(rules: &[Rule], from: &Device, to: &Device, address: &str, packet: (u8, u16)) -> bool {
    let is_own = to.address == address;
    let is_routed = ROUTES.iter().any(|&(route, range)| to.routes.contains(&route) && within(address, range));
    let is_public = address == "8.8.8.8";
    let (user, tags) = if is_own { (to.user, &to.tags[..]) } else { (None, &[][..]) };
    let source = End { user: from.user, tags: &from.tags, address: Some(&from.address) };
    let end = End { user, tags, address: Some(address) };
    rules.iter().filter(|rule| is_source(rule, &source, true)).any(|rule| {
        let carries = rule.via.is_empty() || rule.via.iter().any(|tag| to.tags.contains(tag));
        carries
            && (0..rule.dst.len()).filter(|&place| is_open(rule, place, packet)).any(|place| match rule.dst[place] {
                "*" => rule.via.is_empty(),
                "autogroup:self" => rule.via.is_empty() && is_own && to.user.is_some() && to.user == from.user,
                "autogroup:internet" => is_public && to.is_exit_node,
                selector => is_named(selector, &end) && (is_routed || (is_own && rule.via.is_empty())),
            })
    })
}

/// Returns whether the policy allows one end to reach the other, without regard to routers.
fn is_allowed(rules: &[Rule], (from, is_known): (&End, bool), to: &End, packet: (u8, u16)) -> bool {
    rules.iter().filter(|rule| is_source(rule, from, is_known)).any(|rule| {
        (0..rule.dst.len()).filter(|&place| is_open(rule, place, packet)).any(|place| match rule.dst[place] {
            "*" => true,
            "autogroup:self" => to.user.is_some() && to.user == from.user,
            "autogroup:internet" => to.address == Some("8.8.8.8"),
            selector => is_named(selector, to),
        })
    })
}

// ---------------------------------------------------------------- random policies

fn device(place: usize) -> impl Strategy<Value = Device> {
    let users = USERS.iter().map(|&(email, _)| Some(email));
    let owner = select(users.chain([None]).collect::<Vec<_>>());
    let routes = ROUTES.iter().map(|&(route, _)| route).collect::<Vec<_>>();
    (
        owner,
        subsequence(TAGS.to_vec(), 1..3),
        prop::option::weighted(0.4, subsequence(routes.clone(), 0..3)),
        select(routes),
        0..4,
    )
        .prop_map(move |(user, tags, approved, pending, kind)| {
            let routes = approved.unwrap_or_default();
            Device {
                user,
                tags: if user.is_some() { Vec::new() } else { tags },
                address: format!("100.64.0.{}", place + 1),
                pending: (kind == 1 && !routes.contains(&pending)).then_some(pending),
                routes,
                is_exit_node: kind == 0,
            }
        })
}

fn rule() -> impl Strategy<Value = Rule> {
    let services = prop::collection::vec(select(SERVICES), 1..4);
    let via = prop::option::weighted(0.2, subsequence(TAGS.to_vec(), 1..3));
    let some = |words: &'static [&'static str]| prop::collection::vec(select(words), 1..4);
    let ports = prop::collection::vec(select(PORTS), 3);
    (any::<bool>(), some(SOURCES), some(DESTINATIONS), services, ports, select(PROTOCOLS), via).prop_map(
        |(is_acl, src, dst, services, ports, proto, via)| {
            let via = if is_acl { None } else { via };
            Rule { is_acl, src, dst, services, ports, proto, via: via.unwrap_or_default() }
        },
    )
}

fn tailnet() -> impl Strategy<Value = Vec<Device>> {
    (device(0), device(1), device(2), device(3), device(4), 1..6usize)
        .prop_map(|(a, b, c, d, e, count)| [a, b, c, d, e].into_iter().take(count).collect())
}

// ---------------------------------------------------------------- the compiler

fn policy(rules: &[Rule], tests: &Value, devices: &[Device]) -> Policy {
    let groups: Map = GROUPS.iter().map(|&(name, members)| (name.to_owned(), json!(members))).collect();
    let owners: Map = TAGS.iter().map(|&tag| (tag.to_owned(), json!([]))).collect();
    let grants = rules.iter().filter(|rule| !rule.is_acl).map(|rule| {
        let ip: Vec<&str> = rule.services.iter().map(|service| service.0).collect();
        json!({"src": rule.src, "dst": rule.dst, "ip": ip, "via": rule.via})
    });
    let acls = rules.iter().filter(|rule| rule.is_acl).map(|rule| {
        let dst: Vec<String> =
            rule.dst.iter().zip(&rule.ports).map(|(dst, ports)| format!("{dst}:{}", ports.0)).collect();
        json!({"action": "accept", "src": rule.src, "dst": dst, "proto": rule.proto.0})
    });
    let text = json!({
        "groups": groups, "tagOwners": owners, "hosts": {"web": "100.64.0.4", "lab": "10.1.0.0/16"},
        "ipsets": {"ipset:x": ["add 10.0.0.0/14", "remove host:lab", "add 100.64.0.1-100.64.0.2"]},
        "grants": grants.collect::<Vec<_>>(), "acls": acls.collect::<Vec<_>>(), "tests": tests,
    });
    let policy = Policy::with_facts(&text.to_string(), &facts(devices));
    // ACLs are reported as old, which is not an error.
    let mut mistakes = policy.unreadable.iter().filter(|finding| finding.severity() == Severity::Error);
    assert_eq!(mistakes.next(), None, "{text}");
    policy
}

fn facts(devices: &[Device]) -> String {
    let users: Vec<Value> =
        USERS.iter().map(|(email, role)| json!({"name": email, "email": email, "role": role})).collect();
    let nodes = devices.iter().map(|device| {
        let exits: &[&str] = if device.is_exit_node { &["0.0.0.0/0", "::/0"] } else { &[] };
        let approved = [&device.routes[..], exits].concat();
        let advertised: Vec<&str> = approved.iter().copied().chain(device.pending).collect();
        json!({
            "name": device.address, "user": device.user, "tags": device.tags, "ipv4": device.address,
            "routable_ips": advertised, "approved_routes": approved,
        })
    });
    json!({"users": users, "nodes": nodes.collect::<Vec<_>>()}).to_string()
}

/// First and last addresses, as numbers.
type Range = (u32, u32);

/// A rule of a filter as a client reads it.
struct FilterRule {
    sources: Vec<Range>,
    destinations: Vec<(Range, (u64, u64))>,
    protocols: Vec<u64>,
}

fn range(text: &str) -> Option<Range> {
    let number = |text: &str| text.parse::<Ipv4Addr>().ok().map(u32::from);
    if text == "*" {
        return Some((0, u32::MAX));
    }
    if let Some((first, last)) = text.split_once('-') {
        return Some((number(first)?, number(last)?));
    }
    let (address, length) = text.split_once('/').unwrap_or((text, "32"));
    let host = u32::MAX.checked_shr(length.parse().unwrap()).unwrap_or(0);
    Some((number(address)? & !host, number(address)? | host))
}

fn filter(device: &Value) -> Vec<FilterRule> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let rules = list(&device["packet_filter_rules"]);
    rules
        .iter()
        .map(|rule| FilterRule {
            sources: list(&rule["SrcIPs"]).iter().filter_map(|source| range(source.as_str()?)).collect(),
            destinations: list(&rule["DstPorts"])
                .iter()
                .filter_map(|to| {
                    let port = |which: &str| to["Ports"][which].as_u64().unwrap();
                    Some((range(to["IP"].as_str()?)?, (port("First"), port("Last"))))
                })
                .collect(),
            protocols: match rule.get("IPProto") {
                None => vec![6, 17, 1, 58],
                Some(protocols) => list(protocols).iter().filter_map(Value::as_u64).collect(),
            },
        })
        .collect()
}

fn lets_in(filter: &[FilterRule], from: &str, address: &str, (protocol, port): (u8, u16)) -> bool {
    let [from, to] = [from, address].map(|text| u32::from(text.parse::<Ipv4Addr>().unwrap()));
    let is_in = |address: u32, range: Range| (range.0..=range.1).contains(&address);
    filter.iter().any(|rule| {
        rule.protocols.contains(&protocol.into())
            && rule.sources.iter().any(|&source| is_in(from, source))
            && rule.destinations.iter().any(|&(destination, (first, last))| {
                let is_port = ![6, 17].contains(&protocol) || (first..=last).contains(&port.into());
                is_in(to, destination) && is_port
            })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn filters_let_in_what_the_policy_says(devices in tailnet(), rules in prop::collection::vec(rule(), 0..5)) {
        let policy = policy(&rules, &json!([]), &devices);
        // Tailscale refuses some of these rules, but their meaning is clear.
        let compiled = ValidPolicy::from_findings(policy, &[]).unwrap().compile().to_json();
        // Grants come before ACLs, but the order does not affect what is allowed.
        for to in &devices {
            let filter = filter(&compiled[&to.address]);
            let routed = ELSEWHERE.iter().filter(|address| {
                let serves = |(route, range): &(&str, (&str, &str))| to.routes.contains(route) && within(address, *range);
                ROUTES.iter().any(serves) || (**address == "8.8.8.8" && to.is_exit_node)
            });
            for address in routed.copied().chain([to.address.as_str()]) {
                for from in &devices {
                    for &packet in PACKETS {
                        let expected = is_let_in(&rules, from, to, address, packet);
                        let found = lets_in(&filter, &from.address, address, packet);
                        prop_assert_eq!(found, expected, "{:?} from {} to {} at {}", packet, &from.address, address, &to.address);
                    }
                }
            }
        }
    }

    #[test]
    fn tests_hold_where_the_policy_says_so(
        devices in tailnet(),
        rules in prop::collection::vec(rule(), 0..5),
        source in select(&["alice@example.com", "carol@example.org", "group:ab", "tag:a", "tag:b", "100.64.0.1", "10.1.2.3"][..]),
        target in select(&["tag:a", "tag:c", "100.64.0.1", "100.64.0.9", "web", "10.1.2.3", "10.9.0.1", "8.8.8.8"][..]),
        packet in select(&[(6u8, 22u16), (6, 443), (17, 53)][..]),
    ) {
        let target_text = format!("{target}:{}", packet.1);
        let proto = if packet.0 == 6 { "tcp" } else { "udp" };
        let tests = json!([{"src": source, "proto": proto, "accept": [target_text], "deny": [target_text]}]);
        let policy = policy(&rules, &tests, &devices);
        let outcomes: Vec<bool> = policy_core::testing::test_outcomes(&policy).iter().map(|outcome| outcome.passes()).collect();

        let (from, to) = (ends(source, &devices), ends(target, &devices));
        let reached: Vec<bool> = from
            .iter()
            .map(|from| {
                let from = (from, is_known(&devices, from));
                to.iter().any(|to| is_allowed(&rules, from, to, packet))
            })
            .collect();
        let accepted = reached.iter().all(|&is_reached| is_reached);
        let denied = !reached.contains(&true);
        prop_assert_eq!(outcomes, [accepted, denied], "from {} to {}", source, target_text);
    }
}

/// Returns the ends that a name in a test stands for: the devices of a user or a tag, or a possible
/// one.
fn ends<'a>(word: &'a str, devices: &'a [Device]) -> Vec<End<'a>> {
    if let Some((_, members)) = GROUPS.iter().find(|(name, _)| *name == word) {
        return members.iter().flat_map(|member| ends(member, devices)).collect();
    }
    let word = if word == "web" { "100.64.0.4" } else { word };
    let has = |device: &&Device| device.user == Some(word) || device.tags.contains(&word);
    let (user, tag) = (word.contains('@').then_some(word), word.starts_with("tag:"));
    let tags = TAGS.iter().position(|known| *known == word).map_or(&[][..], |place| &TAGS[place..=place]);
    let mut ends: Vec<End> =
        devices.iter().filter(has).map(|device| End { user, tags, address: Some(&device.address) }).collect();
    if ends.is_empty() {
        ends.push(match devices.iter().find(|device| device.address == word) {
            Some(device) => End { user: device.user, tags: &device.tags, address: Some(&device.address) },
            None => End { user, tags, address: (user.is_none() && !tag).then_some(word) },
        });
    }
    ends
}

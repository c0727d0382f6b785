//! The connections to try under a policy, each with the question that `explain` gets.

use std::collections::BTreeSet;
use std::net::IpAddr;

use policy_core::access::{overlap, single};
use policy_core::model::Prefix;
use policy_generate::small::Random;
use policy_network::lab::{ACCOUNTS, Attempt};
use policy_network::nodes::world_behind;
use policy_network::tailnet::{Device, Tailnet};
use serde_json::{Value, json};

/// A connection, with the names of its ends.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    /// The source: the name of a device, or an address behind a router.
    pub(crate) source: String,
    /// The destination: the name of a device, or an address.
    pub(crate) destination: String,
    /// The connection.
    pub(crate) attempt: Attempt,
    /// The namespaces that may answer.
    pub(crate) receivers: Vec<String>,
}

/// Addresses outside the tailnet, some of which have a router.
const BEYOND: [&str; 16] = [
    "10.0.0.2",
    "10.0.0.5",
    "10.0.0.9",
    "10.0.0.77",
    "10.9.0.5",
    "192.168.0.1",
    "192.168.7.9",
    "198.51.100.1",
    "203.0.113.7",
    "203.0.113.200",
    "2001:db8::7",
    "2001:db8:a::9",
    "2001:db8:b::9",
    "2001:db8:8000::1",
    "fd7a:115c:a1e0:b1a:0:7:a00:2",
    "fd7a:115c:a1e0:b1a:0:7:a00:9",
];

/// Protocols without ports to try, and one with ports that has no answers here.
pub(crate) const SILENT: [u8; 2] = [47, 132];

/// The most ports to try between two addresses.
const PORTS: usize = 14;

/// Returns the ports at the boundaries of each range that a policy names, and beside them.
pub(crate) fn ports(policy: &Value) -> Vec<u16> {
    let mut found = BTreeSet::new();
    let mut named = |text: &str| {
        let ports = text.rsplit(':').next().unwrap_or_default();
        for range in ports.split(',') {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            let (Ok(first), Ok(last)) = (first.parse::<u16>(), last.parse::<u16>()) else { continue };
            found.extend([first.saturating_sub(1), first, first.midpoint(last), last, last.saturating_add(1)]);
        }
    };
    for (section, list) in [("grants", "ip"), ("acls", "dst")] {
        for rule in policy[section].as_array().into_iter().flatten() {
            rule[list].as_array().into_iter().flatten().filter_map(Value::as_str).for_each(&mut named);
        }
    }
    found.extend([22, 9000]);
    found.remove(&0);
    let mut ports: Vec<u16> = found.into_iter().collect();
    // The others would be more of the same.
    ports.truncate(PORTS);
    ports
}

/// Returns the packets to try between two addresses: protocols with ports.
fn packets(ports: &[u16], to: IpAddr) -> Vec<(u8, u16)> {
    let tcp = ports.iter().map(|port| (6, *port));
    let udp = ports.iter().map(|port| (17, *port));
    let echo = if to.is_ipv4() { 1 } else { 58 };
    tcp.chain(udp).chain([(echo, 0)]).collect()
}

/// Returns connections to try: about `count` of all, the same ones in every run. Half of them are
/// between ends that see each other, since all others fail in the same way.
pub(crate) fn questions(tailnet: &Tailnet, ports: &[u16], count: usize) -> Vec<Question> {
    let all = every_question(tailnet, ports).into_iter();
    let (seen, others): (Vec<Question>, Vec<Question>) = all.partition(|question| sees(tailnet, question));
    let of_others = others.len().min(count / 2);
    let mut questions = some_of(seen, count - of_others);
    questions.extend(some_of(others, of_others));
    questions
}

/// Returns whether the policy lets the sender, or the router in front of it, see the receiver.
fn sees(tailnet: &Tailnet, question: &Question) -> bool {
    let sender = tailnet.devices.iter().find(|device| {
        device.node == question.attempt.from || world_behind(&device.node).as_ref() == Some(&question.attempt.from)
    });
    match tailnet.device(&question.destination) {
        Some(to) => sender.is_some_and(|from| from.netmap["peers"].as_array().unwrap().contains(&json!(to.name))),
        None => !question.receivers.is_empty(),
    }
}

fn some_of(mut questions: Vec<Question>, count: usize) -> Vec<Question> {
    let all = questions.len().max(1);
    let mut random = Random::new(all as u64);
    questions.retain(|_| random.below(all) < count);
    questions
}

fn every_question(tailnet: &Tailnet, ports: &[u16]) -> Vec<Question> {
    let mut questions = Vec::new();
    for from in &tailnet.devices {
        for to in tailnet.devices.iter().filter(|to| to.name != from.name) {
            for address in common(from, to) {
                let silent = SILENT.iter().map(|&protocol| (protocol, if protocol == 132 { ports[0] } else { 0 }));
                for (protocol, port) in packets(ports, address).into_iter().chain(silent) {
                    questions.push(Question {
                        source: from.name.clone(),
                        destination: to.name.clone(),
                        attempt: attempt(&from.node, None, address, (protocol, port)),
                        receivers: vec![to.node.clone()],
                    });
                }
            }
        }
        questions.extend(to_networks(tailnet, from, ports));
        questions.extend(from_networks(tailnet, from, ports));
    }
    questions
}

fn attempt(from: &str, source: Option<IpAddr>, to: IpAddr, (protocol, port): (u8, u16)) -> Attempt {
    Attempt { from: from.to_owned(), source, to, protocol, port, account: None }
}

/// Returns the addresses of a device in the families that another has.
pub(crate) fn common<'d>(from: &'d Device, to: &'d Device) -> impl Iterator<Item = IpAddr> {
    let has = |address: &&IpAddr| from.addresses.iter().any(|own| own.is_ipv4() == address.is_ipv4());
    to.addresses.iter().filter(has).copied()
}

/// Returns connections to addresses outside the tailnet. A router does not accept the routes of
/// others, so there are none from a router.
fn to_networks(tailnet: &Tailnet, from: &Device, ports: &[u16]) -> Vec<Question> {
    let mut questions = Vec::new();
    for address in beyond().filter(|_| from.routes.is_empty()) {
        if !from.addresses.iter().any(|own| own.is_ipv4() == address.is_ipv4()) {
            continue;
        }
        let routes: Vec<_> =
            tailnet.peer_routes(from).into_iter().filter(|(_, route)| holds(*route, address)).collect();
        let longest = routes.iter().map(|(_, route)| route.length).max();
        let carriers = routes.iter().filter(|(_, route)| Some(route.length) == longest);
        let receivers: Vec<String> = carriers.filter_map(|(router, _)| world_behind(&router.node)).collect();
        for packet in packets(ports, address) {
            // The router pings with the machine's own program, which may not be there.
            if is_4via6(address) && packet.0 == 58 {
                continue;
            }
            questions.push(Question {
                source: from.name.clone(),
                destination: address.to_string(),
                attempt: attempt(&from.node, None, address, packet),
                receivers: receivers.clone(),
            });
        }
    }
    questions
}

/// Returns connections from addresses behind a router to devices.
fn from_networks(tailnet: &Tailnet, router: &Device, ports: &[u16]) -> Vec<Question> {
    let mut questions = Vec::new();
    let Some(world) = world_behind(&router.node) else { return questions };
    for source in beyond() {
        let own = router.routes.iter().filter(|route| route.length > 0 && holds(**route, source));
        let Some(own) = own.map(|route| route.length).max() else { continue };
        // What 4via6 addresses lead to has other addresses itself.
        if is_4via6(source) {
            continue;
        }
        for to in tailnet.devices.iter().filter(|to| to.name != router.name && to.routes.is_empty()) {
            // Answers go by the most specific route, which may be another router's.
            let back = tailnet.peer_routes(to).into_iter().filter(|(_, route)| holds(*route, source));
            if back.clone().any(|(peer, route)| peer.name != router.name && route.length >= own) {
                continue;
            }
            for address in to.addresses.iter().filter(|address| address.is_ipv4() == source.is_ipv4()) {
                for packet in packets(ports, *address) {
                    questions.push(Question {
                        source: source.to_string(),
                        destination: to.name.clone(),
                        attempt: attempt(&world, Some(source), *address, packet),
                        receivers: vec![to.node.clone()],
                    });
                }
            }
        }
    }
    questions
}

fn beyond() -> impl Iterator<Item = IpAddr> {
    BEYOND.iter().map(|address| address.parse().unwrap())
}

/// Returns whether a route leads to an address.
fn holds(route: Prefix, address: IpAddr) -> bool {
    overlap(route.range(), single(address))
}

fn is_4via6(address: IpAddr) -> bool {
    matches!(address, IpAddr::V6(v6) if v6.segments()[..4] == [0xfd7a, 0x115c, 0xa1e0, 0xb1a])
}

/// Returns logins to try: about `count` of all.
pub(crate) fn logins(tailnet: &Tailnet, count: usize) -> Vec<Question> {
    let mut questions = Vec::new();
    for from in &tailnet.devices {
        for to in tailnet.devices.iter().filter(|to| to.name != from.name) {
            for address in common(from, to) {
                for account in ACCOUNTS.into_iter().chain(["root"]) {
                    let mut attempt = attempt(&from.node, None, address, (6, 22));
                    attempt.account = Some(account.to_owned());
                    questions.push(Question {
                        source: from.name.clone(),
                        destination: to.name.clone(),
                        attempt,
                        receivers: Vec::new(),
                    });
                }
            }
        }
    }
    some_of(questions, count)
}

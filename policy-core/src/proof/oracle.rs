//! A reference model of the analyses, for the policies of [`policy_generate::small`]. It lists all
//! endpoints that such a policy can be about, and tries every pair on every port, without classes.

use std::collections::HashSet;
use std::net::IpAddr;

use crate::model::{
    Device, Invariant, InvariantKind, InvariantTarget, Policy, PortRange, PortSpec, Protocol, Role, Selector,
};
use crate::source::Origin;

/// The packets of [`policy_generate::small`], one per bit.
const PACKETS: [(u8, u16); 11] =
    [(6, 1), (6, 2), (6, 3), (6, 4), (17, 1), (17, 2), (17, 3), (17, 4), (1, 0), (58, 0), (47, 0)];

/// A device with one of its addresses, or an address that may belong to a device.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Oracle {
    /// The login, the role, and whether the user is in the synced group.
    pub(crate) person: Option<(String, Role, bool)>,
    /// True if it stands for many endpoints with the same values.
    pub(crate) is_many: bool,
    pub(crate) tags: Vec<String>,
    pub(crate) service: bool,
    pub(crate) shared: bool,
    pub(crate) address: Option<IpAddr>,
    /// True for IPv6. Used if no selector names its address alone.
    pub(crate) is_v6: bool,
    pub(crate) is_routed: bool,
    pub(crate) is_by_exit_node: bool,
    /// Endpoints in one slot are the same endpoint under different facts. One without a slot exists
    /// only under some facts.
    pub(crate) slot: Option<String>,
}

/// A rule about packets.
pub(crate) struct OracleRule {
    pub(super) origin: Origin,
    /// For each source item: whether it names each endpoint.
    pub(super) src: Vec<Vec<bool>>,
    /// For each destination item: whether it names each endpoint, whether it is `autogroup:self`,
    /// and the packets of each port item.
    pub(super) dst: Vec<(Vec<bool>, bool, Vec<u16>)>,
    /// The origins of destinations that are not behind routers.
    pub(super) devices: HashSet<Origin>,
    pub(super) via: bool,
    pub(super) app: bool,
    pub(super) postures: Vec<String>,
    /// The origins of the items: sources, destinations, ports.
    pub(super) places: [Vec<Origin>; 3],
}

/// Returns every endpoint that could connect, under every combination of unknown facts.
pub(super) fn everybody(policy: &Policy) -> Vec<Oracle> {
    use Role::*;
    let facts = &policy.facts;
    let addresses = |device: &Device| {
        device.ipv4.map(IpAddr::V4).into_iter().chain(device.ipv6.map(IpAddr::V6)).collect::<Vec<_>>()
    };
    let taken: Vec<IpAddr> = facts.devices.iter().flat_map(addresses).collect();
    let are_all_known = !facts.devices.is_empty() && facts.devices.iter().all(|device| !addresses(device).is_empty());
    let free = ["100.64.0.2", "100.64.0.5", "100.64.0.9", "fd7a:115c:a1e0::9"].map(|text| text.parse().unwrap());
    let free: Vec<IpAddr> = free.into_iter().filter(|address| !taken.contains(address)).collect();
    let mut all: Vec<Oracle> = Vec::new();
    let mut push = |one: Oracle, may_be_anywhere: bool| {
        for is_v6 in [false, true] {
            let slot = one.slot.as_ref().map(|slot| format!("{slot} {is_v6}"));
            all.push(Oracle { is_v6, slot, ..one.clone() });
        }
        for &address in free.iter().filter(|_| may_be_anywhere) {
            // The owner of an address is a fact about the address. The address of a service cannot
            // also be another device's.
            let slot = Some(format!("{address}")).filter(|_| !one.service && !one.shared);
            all.push(Oracle { address: Some(address), slot, ..one.clone() });
        }
    };
    let roles: Vec<Role> = [Owner, Admin, Auditor, Member].into_iter().collect();
    let free_roles: Vec<Role> = roles.into_iter().filter(|role| *role != Owner || facts.owner().is_none()).collect();
    let mut on_devices = Vec::new();
    for login in ["alice@example.com", "bob@example.com", "carol@other.org"] {
        let user = facts.users.iter().find(|user| *user.email == *login);
        let devices = facts
            .devices
            .iter()
            .filter(|device| device.owner.as_ref().is_some_and(|owner| user.is_some_and(|user| *user.name == **owner)));
        let devices: Vec<&Device> = devices.collect();
        for role in user.and_then(|user| user.role).map_or(free_roles.clone(), |role| vec![role]) {
            for synced in [false, true] {
                let person = Some((login.to_owned(), role, synced));
                let one = Oracle { person, slot: Some(login.to_owned()), ..Oracle::default() };
                push(one.clone(), !are_all_known);
                if user.is_none() {
                    push(Oracle { shared: true, slot: None, ..one.clone() }, !are_all_known);
                }
                for device in &devices {
                    for address in addresses(device) {
                        let slot = Some(format!("{login} {address}"));
                        on_devices.push(Oracle { address: Some(address), slot, ..one.clone() });
                    }
                }
            }
        }
    }
    for login in ["other@example.com", "other@elsewhere.net"] {
        for &role in &free_roles {
            for synced in [false, true] {
                let slot = if synced { "staff".to_owned() } else { format!("{login} {role:?}") };
                let person = Some((login.to_owned(), role, synced));
                push(Oracle { person, is_many: true, slot: Some(slot), ..Oracle::default() }, !are_all_known);
            }
        }
    }
    for tag in ["tag:a", "tag:b", "tag:c", "tag:r", "tag:other"] {
        let one = Oracle { tags: vec![tag.to_owned()], slot: Some(tag.to_owned()), ..Oracle::default() };
        push(one.clone(), !are_all_known);
        for device in facts.devices.iter().filter(|device| device.tags.iter().any(|own| *own.text == *tag)) {
            for address in addresses(device) {
                on_devices.push(Oracle {
                    address: Some(address),
                    slot: Some(format!("{tag} {address}")),
                    ..one.clone()
                });
            }
        }
    }
    push(Oracle { service: true, slot: Some("service".to_owned()), ..Oracle::default() }, true);
    push(Oracle { shared: true, slot: Some("shared".to_owned()), ..Oracle::default() }, !are_all_known);
    all.extend(on_devices);
    let tens = (0..10).map(|last| format!("10.0.0.{last}"));
    let hundreds = (0..12).map(|last| format!("100.64.0.{last}"));
    let more = ["8.8.8.8", "1.1.1.1", "192.168.0.1", "100.115.92.1", "fd7a:115c:a1e0::9", "2001::1", "fe80::1"];
    for address in tens.chain(hundreds).chain(more.map(str::to_owned)) {
        let address: IpAddr = address.parse().unwrap();
        for (is_routed, is_by_exit_node) in [(false, false), (true, false), (false, true)] {
            // Skip addresses that the device cannot have.
            if taken.contains(&address) || is_by_exit_node && !is_public(address) {
                continue;
            }
            let slot = match is_routed || is_by_exit_node {
                true => format!("{address} {is_routed}"),
                false => format!("{address}"),
            };
            let at = Oracle { address: Some(address), is_routed, is_by_exit_node, ..Oracle::default() };
            all.push(Oracle { slot: Some(slot), ..at });
        }
    }
    all
}

fn is_public(address: IpAddr) -> bool {
    ["8.8.8.8", "1.1.1.1", "2001::1"].contains(&&*address.to_string())
}

impl Oracle {
    fn is_v6(&self) -> bool {
        self.address.map_or(self.is_v6, |address| address.is_ipv6())
    }

    /// Returns whether it includes one address of each device in a family.
    fn is_anywhere_in(&self, is_v6: bool) -> bool {
        self.is_known() && self.address.is_none() && self.is_v6 == is_v6
    }

    fn is_known(&self) -> bool {
        self.person.is_some() || !self.tags.is_empty() || self.shared
    }

    fn is_named(&self, selector: &str) -> bool {
        let person = self.person.as_ref().map(|(login, role, synced)| (login.as_str(), *role, *synced));
        let login = person.map(|(login, ..)| login);
        // Most logins have the domain `example.com`, so users with such logins count as members.
        let member = person.filter(|(login, ..)| !self.shared || login.ends_with("@example.com"));
        let role = member.map(|(_, role, _)| role);
        let last = |prefix: &str| self.address.and_then(|at| at.to_string().strip_prefix(prefix)?.parse::<u32>().ok());
        match selector {
            "group:eng" => matches!(login, Some("alice@example.com" | "carol@other.org")),
            "group:ops" => matches!(login, Some("bob@example.com" | "carol@other.org")),
            "group:staff@example.com" => member.is_some_and(|(.., synced)| synced),
            "user:*@example.com" => login.is_some_and(|login| login.ends_with("@example.com")),
            "autogroup:member" => member.is_some(),
            "autogroup:admin" => matches!(role, Some(Role::Owner | Role::Admin)),
            "autogroup:owner" => role == Some(Role::Owner),
            "autogroup:auditor" => role == Some(Role::Auditor),
            "autogroup:tagged" => !self.tags.is_empty(),
            "svc:web" => self.service,
            "100.64.0.0/10" => {
                self.is_anywhere_in(false) || last("100.64.0.").is_some() || last("100.115.92.").is_some()
            }
            "fd7a:115c:a1e0::/48" => {
                self.is_anywhere_in(true) || self.address.is_some_and(|at| at.to_string().starts_with("fd7a:"))
            }
            "100.64.0.0/29" => last("100.64.0.").is_some_and(|last| last < 8),
            "10.0.0.0/29" => last("10.0.0.").is_some_and(|last| last < 8),
            "10.0.0.0/30" | "lab" => last("10.0.0.").is_some_and(|last| last < 4),
            "ipset:some" => last("10.0.0.").is_some_and(|last| last < 8 && last != 2) || last("100.64.0.") == Some(2),
            word if word.contains('@') => login == Some(word),
            word if word.starts_with("tag:") => self.tags.iter().any(|tag| tag == word),
            word => self.address.is_some_and(|address| address.to_string() == word),
        }
    }

    fn is_source(&self, policy: &Policy, selector: &str) -> bool {
        let routed = |last: u8| policy.facts.devices.iter().any(|device| !device.approved.is_empty()) && last < 2;
        match selector {
            "*" => {
                self.is_known()
                    || match self.address {
                        Some(IpAddr::V4(address)) => match address.octets() {
                            [100, 115, 92..=93, _] => self.is_routed,
                            [100, 64..=127, ..] => true,
                            [10, 0, 0, last] => self.is_routed || routed(last),
                            _ => self.is_routed,
                        },
                        Some(IpAddr::V6(address)) => {
                            address.to_string().starts_with("fd7a:115c:a1e0:") || self.is_routed
                        }
                        None => false,
                    }
            }
            "autogroup:danger-all" => true,
            "autogroup:shared" => self.shared,
            _ => self.is_named(selector),
        }
    }

    /// Returns whether a rule has it as a destination.
    fn is_destination(&self, selector: &str) -> bool {
        match selector {
            "*" => true,
            "autogroup:shared" | "autogroup:self" => false,
            "autogroup:internet" => self.is_by_exit_node,
            _ => !self.is_by_exit_node && self.is_named(selector),
        }
    }

    /// Returns whether an invariant has it as a destination. The way to an address does not matter.
    fn is_target(&self, selector: &str) -> bool {
        self.is_destination(selector) || self.is_by_exit_node && self.is_named(selector)
    }

    pub(super) fn may_be_source(&self, policy: &Policy) -> bool {
        // An address that is certainly routed, or in the tailnet, is not a possibly routed one.
        !(self.service
            || self.is_by_exit_node
            || self.is_routed && Oracle { is_routed: false, ..self.clone() }.is_source(policy, "*"))
    }

    pub(super) fn may_be_destination(&self) -> bool {
        // A user of another tailnet is not a destination, unless they may also be a member.
        !(self.is_routed || self.shared && self.person.is_none())
    }

    /// Returns how two endpoints can meet: as devices of one user (`true`), or otherwise.
    pub(crate) fn meetings(&self, other: &Oracle) -> Vec<bool> {
        if self.is_v6() != other.is_v6() {
            return Vec::new();
        }
        let (Some((a, role_a, synced_a)), Some((b, role_b, synced_b))) = (&self.person, &other.person) else {
            return vec![false];
        };
        let is_same = (a, role_a, synced_a) == (b, role_b, synced_b);
        let owners = *role_a == Role::Owner && *role_b == Role::Owner;
        let mut meetings = Vec::new();
        // Users of other tailnets have their devices in their own tailnets.
        if is_same && !self.shared && !other.shared {
            meetings.push(true);
        }
        if !owners && (a != b || self.is_many) {
            meetings.push(false);
        }
        meetings
    }
}

/// Returns whether a destination has addresses outside the tailnet, which routers lead to.
fn is_behind_routers(selector: &Selector) -> bool {
    ["autogroup:internet", "10.0.0.0/29", "10.0.0.2", "8.8.8.8", "lab", "ipset:some"].contains(&&*selector.text)
}

/// Returns the packets of port specs.
fn packets(specs: impl Iterator<Item = (Option<Protocol>, PortRange)>) -> u16 {
    let mut set = 0;
    for (protocol, ports) in specs {
        for (bit, &(number, port)) in PACKETS.iter().enumerate() {
            let is_on = match protocol {
                Some(protocol) => protocol.0 == number,
                None => number != 47,
            };
            if is_on && (port == 0 || ports.contains(port)) {
                set |= 1 << bit;
            }
        }
    }
    set
}

/// Returns the grants, followed by the ACLs.
pub(crate) fn rules(policy: &Policy, everybody: &[Oracle]) -> Vec<OracleRule> {
    let sources = |list: &[Selector]| -> Vec<Vec<bool>> {
        let is_one = |selector: &Selector| everybody.iter().map(|one| one.is_source(policy, &selector.text)).collect();
        list.iter().map(is_one).collect()
    };
    let destination = |selector: &Selector, packets: Vec<u16>| {
        let is_one = everybody.iter().map(|one| one.is_destination(&selector.text)).collect();
        (is_one, &*selector.text == "autogroup:self", packets)
    };
    let postures = |own: &[Selector]| -> Vec<String> {
        let list = if own.is_empty() { &policy.default_src_posture[..] } else { own };
        list.iter().map(|posture| posture.text.to_string()).collect()
    };
    let mut rules = Vec::new();
    for grant in policy.grants.iter().flatten() {
        let ports: Vec<u16> = grant.ip.iter().map(|spec| packets([(spec.protocol, spec.ports)].into_iter())).collect();
        rules.push(OracleRule {
            origin: grant.origin,
            src: sources(&grant.src),
            dst: grant.dst.iter().map(|dst| destination(dst, ports.clone())).collect(),
            devices: grant.dst.iter().filter(|dst| !is_behind_routers(dst)).map(|dst| dst.text.origin).collect(),
            via: !grant.via.is_empty(),
            app: grant.app.is_some(),
            postures: postures(&grant.src_posture),
            places: [
                grant.src.iter().map(|item| item.text.origin).collect(),
                grant.dst.iter().map(|item| item.text.origin).collect(),
                grant.ip.iter().map(|item| item.text.origin).collect(),
            ],
        });
    }
    for acl in policy.acls.iter().flatten() {
        rules.push(OracleRule {
            origin: acl.origin,
            src: sources(&acl.src),
            dst: acl
                .dst
                .iter()
                .map(|dst| destination(&dst.host, vec![packets(dst.ports.iter().map(|&ports| (acl.proto, ports)))]))
                .collect(),
            devices: HashSet::new(),
            via: false,
            app: false,
            postures: postures(&acl.src_posture),
            places: [
                acl.src.iter().map(|item| item.text.origin).collect(),
                acl.dst.iter().map(|item| item.text.origin).collect(),
                Vec::new(),
            ],
        });
    }
    rules
}

impl OracleRule {
    /// Returns the access that the whole rule allows.
    pub(crate) fn whole(&self) -> Opening {
        self.without(&HashSet::new())
    }

    /// Returns the access that the rule allows without the items at some origins. The routers of a
    /// `via` lead to no devices.
    pub(super) fn without(&self, removed: &HashSet<Origin>) -> Opening {
        let [srcs, dsts, ports] = &self.places;
        let removed = &match self.via {
            true => removed.union(&self.devices).copied().collect(),
            false => removed.clone(),
        };
        let (mut opening, is_removed) = (Opening::default(), removed.contains(&self.origin));
        for (src, _) in self.src.iter().zip(srcs).filter(|(_, place)| !is_removed && !removed.contains(place)) {
            opening.src.resize(src.len(), false);
            opening.src.iter_mut().zip(src).for_each(|(all, one)| *all |= one);
        }
        for ((dst, is_self, packets), _) in self.dst.iter().zip(dsts).filter(|(_, place)| !removed.contains(place)) {
            let left = |item: usize| ports.get(item).is_none_or(|place| !removed.contains(place));
            let packets = packets.iter().enumerate().filter(|(item, _)| left(*item));
            let packets = packets.fold(0, |set, (_, packets)| set | packets);
            opening.dst.resize(dst.len(), 0);
            opening.dst.iter_mut().zip(dst).filter(|(_, is_one)| **is_one).for_each(|(set, _)| *set |= packets);
            opening.own |= if *is_self { packets } else { 0 };
        }
        opening
    }
}

/// The packets that a rule allows.
#[derive(Default)]
pub(crate) struct Opening {
    pub(super) src: Vec<bool>,
    pub(super) dst: Vec<u16>,
    /// The packets to devices of the same user.
    pub(super) own: u16,
}

impl Opening {
    pub(crate) fn packets(&self, (source, destination, is_own): Pair) -> u16 {
        if !self.src.get(source).is_some_and(|is_one| *is_one) {
            return 0;
        }
        let direct = self.dst.get(destination).copied().unwrap_or_default();
        if is_own { direct | self.own } else { direct }
    }
}

/// A source, a destination, and whether they are devices of one user.
pub(crate) type Pair = (usize, usize, bool);

/// Returns every pair that can meet.
pub(super) fn pairs(policy: &Policy, all: &[Oracle]) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for (from, source) in all.iter().enumerate().filter(|(_, one)| one.may_be_source(policy)) {
        for (to, destination) in all.iter().enumerate().filter(|(_, one)| one.may_be_destination()) {
            pairs.extend(source.meetings(destination).into_iter().map(|is_own| (from, to, is_own)));
        }
    }
    pairs
}

/// Returns the packets that an invariant forbids between two endpoints, among those that a rule
/// allows and their pings.
pub(crate) fn forbidden(
    policy: &Policy,
    invariant: &Invariant,
    (source, destination, is_own): (&Oracle, &Oracle, bool),
    open: u16,
) -> u16 {
    let names = |one: &Oracle, list: &[Selector]| list.iter().any(|item| one.is_source(policy, &item.text));
    let reaches = |one: &Oracle, list: &[Selector]| {
        list.iter().any(|item| one.is_target(&item.text) || is_own && &*item.text == "autogroup:self")
    };
    let ports = |target: &InvariantTarget| match target.ip.is_empty() {
        true => u16::MAX,
        false => packets(target.ip.iter().map(|spec| (spec.protocol, spec.ports))),
    };
    let at = |targets: &[InvariantTarget], is_at: &dyn Fn(&InvariantTarget) -> bool| {
        targets.iter().filter(|target| is_at(target)).fold(0, |set, target| set | ports(target))
    };
    if invariant.kind == InvariantKind::Isolated {
        let without_self = |one: &Oracle, list: &[Selector]| list.iter().any(|item| one.is_target(&item.text));
        let goes_out = names(source, &invariant.src);
        let goes_in = without_self(destination, &invariant.src);
        if goes_out == goes_in {
            return 0;
        }
        return open
            & match goes_out {
                true => !at(&invariant.except, &|target| without_self(destination, &target.dst)),
                false => !at(&invariant.except, &|target| names(source, &target.dst)),
            };
    }
    if !names(source, &invariant.src) || names(source, &invariant.src_except) {
        return 0;
    }
    let is_at = |target: &InvariantTarget| reaches(destination, &target.dst);
    let except = at(&invariant.except, &is_at);
    if invariant.kind == InvariantKind::Only {
        return open & !(at(&invariant.targets, &is_at) & !except);
    }
    let open = open & !except;
    let explicit = open & at(&invariant.targets, &is_at);
    if open == 0 || explicit != 0 {
        return explicit;
    }
    let pings = if destination.is_v6() { 0b11_0000_0000 } else { 0b1_0000_0000 };
    let is_about_pings = |target: &InvariantTarget| {
        let is_ping = |spec: &PortSpec| match spec.protocol {
            Some(protocol) => matches!(protocol.0, 1 | 58),
            None => spec.ports == PortRange::ALL,
        };
        is_at(target) && (target.ip.is_empty() || target.ip.iter().any(is_ping))
    };
    pings & !except & at(&invariant.targets, &is_about_pings)
}

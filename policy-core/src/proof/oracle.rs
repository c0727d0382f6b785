//! The same analyses in the plainest way, for the policies of [`policy_generate::small`]: everybody who can be is written down,
//! every pair is tried on every port, and classes play no part.

use std::collections::HashSet;
use std::net::IpAddr;

use crate::model::{Invariant, InvariantKind, InvariantTarget, Policy, PortRange, Protocol, Role, Selector};
use crate::source::Origin;

/// What packets there are: the ports of [`policy_generate::small`], each a bit.
const PACKETS: [(u8, u16); 11] =
    [(6, 1), (6, 2), (6, 3), (6, 4), (17, 1), (17, 2), (17, 3), (17, 4), (1, 0), (58, 0), (47, 0)];

/// A device, or what may be taken for one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Oracle {
    /// Login, role, synced group.
    pub person: Option<(String, Role, bool)>,
    /// Whether others have the same.
    pub is_many: bool,
    pub tags: Vec<String>,
    pub service: bool,
    pub shared: bool,
    pub address: Option<IpAddr>,
    pub is_routed: bool,
}

/// A rule as far as packets go.
pub struct OracleRule {
    origin: Origin,
    /// By source, whether everybody is one.
    src: Vec<Vec<bool>>,
    /// By destination, whether everybody is one; whether it is `autogroup:self`; the packets of each item of the ports.
    dst: Vec<(Vec<bool>, bool, Vec<u16>)>,
    via: bool,
    app: bool,
    postures: Vec<String>,
    /// Where items are: sources, destinations, ports.
    places: [Vec<Origin>; 3],
}

/// All who could be, as the facts have it.
fn everybody(policy: &Policy) -> Vec<Oracle> {
    use Role::*;
    let nobody = Oracle::default();
    let facts = &policy.facts;
    let roles = [Owner, Admin, ItAdmin, NetworkAdmin, BillingAdmin, Auditor, Member];
    let free: Vec<Role> = roles.into_iter().filter(|role| *role != Owner || facts.owner().is_none()).collect();
    let mut all = Vec::new();
    for login in ["alice@example.com", "bob@example.com", "carol@other.org"] {
        let user = facts.users.iter().find(|user| *user.email == *login);
        let known = user.and_then(|user| user.role);
        let devices = facts
            .devices
            .iter()
            .filter(|device| device.owner.as_ref().is_some_and(|owner| user.is_some_and(|user| *user.name == **owner)));
        let addresses: Vec<Option<IpAddr>> =
            [None].into_iter().chain(devices.map(|device| device.ipv4.map(IpAddr::V4))).collect();
        for role in known.map_or(free.clone(), |role| vec![role]) {
            for &address in &addresses {
                all.push(Oracle { person: Some((login.to_owned(), role, false)), address, ..nobody.clone() });
            }
        }
    }
    for login in ["other@example.com", "other@elsewhere.net"] {
        for &role in &free {
            for synced in [false, true] {
                let person = Some((login.to_owned(), role, synced));
                all.push(Oracle { person, is_many: true, ..nobody.clone() });
            }
        }
    }
    for tag in ["tag:a", "tag:b", "tag:c", "tag:r", "tag:other"] {
        let tags = vec![tag.to_owned()];
        all.push(Oracle { tags: tags.clone(), ..nobody.clone() });
        for device in facts.devices.iter().filter(|device| device.tags.iter().any(|own| *own.text == *tag)) {
            all.push(Oracle { tags: tags.clone(), address: device.ipv4.map(IpAddr::V4), ..nobody.clone() });
        }
    }
    all.push(Oracle { service: true, ..nobody.clone() });
    all.push(Oracle { shared: true, ..nobody.clone() });
    let taken: Vec<IpAddr> = facts.devices.iter().filter_map(|device| device.ipv4).map(IpAddr::V4).collect();
    let tens = (0..10).map(|last| format!("10.0.0.{last}"));
    let hundreds = (0..12).map(|last| format!("100.64.0.{last}"));
    let more = ["8.8.8.8", "1.1.1.1", "192.168.0.1", "100.115.92.1", "fd7a:115c:a1e0::9", "2001::1", "fe80::1"];
    for address in tens.chain(hundreds).chain(more.map(str::to_owned)) {
        let address: IpAddr = address.parse().unwrap();
        if !taken.contains(&address) {
            for is_routed in [false, true] {
                all.push(Oracle { address: Some(address), is_routed, ..nobody.clone() });
            }
        }
    }
    all
}

impl Oracle {
    fn is_known(&self) -> bool {
        self.person.is_some() || !self.tags.is_empty() || self.shared
    }

    fn is_named(&self, selector: &str) -> bool {
        let person = self.person.as_ref().map(|(login, role, synced)| (login.as_str(), *role, *synced));
        let login = person.map(|(login, ..)| login);
        let role = person.map(|(_, role, _)| role);
        let last = |prefix: &str| self.address.and_then(|at| at.to_string().strip_prefix(prefix)?.parse::<u32>().ok());
        match selector {
            "group:eng" => matches!(login, Some("alice@example.com" | "carol@other.org")),
            "group:ops" => matches!(login, Some("bob@example.com" | "carol@other.org")),
            "group:staff@example.com" => person.is_some_and(|(.., synced)| synced),
            "user:*@example.com" => login.is_some_and(|login| login.ends_with("@example.com")),
            "autogroup:member" => person.is_some(),
            "autogroup:admin" => matches!(role, Some(Role::Owner | Role::Admin)),
            "autogroup:owner" => role == Some(Role::Owner),
            "autogroup:auditor" => role == Some(Role::Auditor),
            "autogroup:tagged" => !self.tags.is_empty(),
            "svc:web" => self.service,
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

    fn is_destination(&self, selector: &str) -> bool {
        match selector {
            "*" => true,
            "autogroup:shared" | "autogroup:self" => false,
            "autogroup:internet" => {
                self.address.is_some_and(|address| ["8.8.8.8", "1.1.1.1", "2001::1"].contains(&&*address.to_string()))
            }
            _ => self.is_named(selector),
        }
    }

    fn may_be_source(&self, policy: &Policy) -> bool {
        // What is routed for certain, or is in the tailnet, is not so perhaps.
        !(self.service || self.is_routed && Oracle { is_routed: false, ..self.clone() }.is_source(policy, "*"))
    }

    fn may_be_destination(&self) -> bool {
        !self.shared && !self.is_routed
    }

    /// In which ways two of them may meet: as devices of one user, or not.
    fn meetings(&self, other: &Oracle) -> Vec<bool> {
        let (Some((a, role_a, synced_a)), Some((b, role_b, synced_b))) = (&self.person, &other.person) else {
            return vec![false];
        };
        let is_same = (a, role_a, synced_a) == (b, role_b, synced_b);
        let owners = *role_a == Role::Owner && *role_b == Role::Owner;
        let mut meetings = Vec::new();
        if is_same {
            meetings.push(true);
        }
        if !owners && (a != b || self.is_many) {
            meetings.push(false);
        }
        meetings
    }
}

/// The packets of some ports.
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

/// Grants, then acls.
pub fn rules(policy: &Policy, everybody: &[Oracle]) -> Vec<OracleRule> {
    let sources = |list: &[Selector]| -> Vec<Vec<bool>> {
        let is_one =
            |selector: &Selector| everybody.iter().map(|twin| twin.is_source(policy, &selector.text)).collect();
        list.iter().map(is_one).collect()
    };
    let destination = |selector: &Selector, packets: Vec<u16>| {
        let is_one = everybody.iter().map(|twin| twin.is_destination(&selector.text)).collect();
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
    /// All of it.
    pub fn whole(&self) -> Opening {
        self.without(&HashSet::new())
    }

    /// What is left of it without the items at some places.
    fn without(&self, gone: &HashSet<Origin>) -> Opening {
        let [srcs, dsts, ports] = &self.places;
        let (mut opening, is_gone) = (Opening::default(), gone.contains(&self.origin));
        for (src, _) in self.src.iter().zip(srcs).filter(|(_, place)| !is_gone && !gone.contains(place)) {
            opening.src.resize(src.len(), false);
            opening.src.iter_mut().zip(src).for_each(|(all, one)| *all |= one);
        }
        for ((dst, is_self, packets), _) in self.dst.iter().zip(dsts).filter(|(_, place)| !gone.contains(place)) {
            let left = |item: usize| ports.get(item).is_none_or(|place| !gone.contains(place));
            let packets = packets.iter().enumerate().filter(|(item, _)| left(*item));
            let packets = packets.fold(0, |set, (_, packets)| set | packets);
            opening.dst.resize(dst.len(), 0);
            opening.dst.iter_mut().zip(dst).filter(|(_, is_one)| **is_one).for_each(|(set, _)| *set |= packets);
            opening.own |= if *is_self { packets } else { 0 };
        }
        opening
    }
}

/// The packets that a rule lets through.
#[derive(Default)]
pub struct Opening {
    src: Vec<bool>,
    dst: Vec<u16>,
    /// To devices of the same user
    own: u16,
}

impl Opening {
    pub fn packets(&self, (source, destination, is_own): Pair) -> u16 {
        if !self.src.get(source).is_some_and(|is_one| *is_one) {
            return 0;
        }
        let direct = self.dst.get(destination).copied().unwrap_or_default();
        if is_own { direct | self.own } else { direct }
    }
}

/// A source, a destination, and whether they are devices of one user.
pub type Pair = (usize, usize, bool);

/// Every pair that may meet.
fn pairs(policy: &Policy, all: &[Oracle]) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for (from, source) in all.iter().enumerate().filter(|(_, twin)| twin.may_be_source(policy)) {
        for (to, destination) in all.iter().enumerate().filter(|(_, twin)| twin.may_be_destination()) {
            pairs.extend(source.meetings(destination).into_iter().map(|is_own| (from, to, is_own)));
        }
    }
    pairs
}

/// The packets that an invariant forbids between two.
pub fn forbidden(
    policy: &Policy,
    invariant: &Invariant,
    (source, destination, is_own): (&Oracle, &Oracle, bool),
) -> u16 {
    let all = u16::MAX;
    let names = |twin: &Oracle, list: &[Selector]| list.iter().any(|item| twin.is_source(policy, &item.text));
    let reaches = |twin: &Oracle, list: &[Selector]| {
        list.iter().any(|item| twin.is_destination(&item.text) || is_own && &*item.text == "autogroup:self")
    };
    let ports = |target: &InvariantTarget| match target.ip.is_empty() {
        true => all,
        false => packets(target.ip.iter().map(|spec| (spec.protocol, spec.ports))),
    };
    let at = |targets: &[InvariantTarget], is_at: &dyn Fn(&InvariantTarget) -> bool| {
        targets.iter().filter(|target| is_at(target)).fold(0, |set, target| set | ports(target))
    };
    if invariant.kind == InvariantKind::Isolated {
        let without_self = |twin: &Oracle, list: &[Selector]| list.iter().any(|item| twin.is_destination(&item.text));
        let goes_out = names(source, &invariant.src);
        let goes_in = without_self(destination, &invariant.src);
        if goes_out == goes_in {
            return 0;
        }
        return match goes_out {
            true => !at(&invariant.except, &|target| without_self(destination, &target.dst)),
            false => !at(&invariant.except, &|target| names(source, &target.dst)),
        };
    }
    if !names(source, &invariant.src) || names(source, &invariant.src_except) {
        return 0;
    }
    let targets = at(&invariant.targets, &|target| reaches(destination, &target.dst))
        & !at(&invariant.except, &|target| reaches(destination, &target.dst));
    if invariant.kind == InvariantKind::Never { targets } else { !targets }
}

mod tests {
    use super::*;
    use crate::proof::classes::AccessClasses;
    use crate::proof::invariant::violation;
    use crate::proof::redundancy::{RedundantPart, redundancies};
    use policy_generate::small;
    use policy_generate::small::Random;

    #[test]
    fn an_invariant_holds_if_no_packet_breaks_it() {
        let mut verdicts = [0, 0];
        for seed in small::seeds(150) {
            let (text, facts) = small::policy(&mut Random::new(seed));
            let policy = Policy::with_facts(text.as_str(), facts.as_str());
            let everybody = everybody(&policy);
            let (pairs, rules) = (pairs(&policy, &everybody), rules(&policy, &everybody));
            let space = AccessClasses::new(&policy);
            for invariant in &policy.facts.invariants {
                let breaks = |rule: &OracleRule| {
                    let opening = rule.whole();
                    pairs.iter().find(|&&pair| {
                        let open = opening.packets(pair);
                        open != 0
                            && open & forbidden(&policy, invariant, (&everybody[pair.0], &everybody[pair.1], pair.2))
                                != 0
                    })
                };
                let broken: Vec<_> = rules.iter().filter_map(|rule| Some((rule.origin, breaks(rule)?))).collect();
                let found = violation(&space, invariant);
                assert_eq!(
                    found.as_ref().map_or(0, |found| found.rules),
                    broken.len(),
                    "seed {seed}\n{text}\n{facts}\n{broken:#?}\n{:?}",
                    found.map(|found| (
                        space.sources[found.source].name().to_owned(),
                        space.destinations[found.destination].name().to_owned(),
                        found.packet
                    )),
                );
                if let Some(found) = found {
                    assert!(broken.iter().any(|(rule, _)| *rule == found.access.rule), "seed {seed}");
                }
                verdicts[usize::from(broken.is_empty())] += 1;
            }
        }
        assert!(verdicts[0] > 30 && verdicts[1] > 30, "{verdicts:?}");
    }

    #[test]
    fn exactly_what_is_needless_can_be_taken_away() {
        let mut found_any = 0;
        for seed in small::seeds(150) {
            let (text, facts) = small::policy(&mut Random::new(seed));
            let policy = Policy::with_facts(text.as_str(), facts.as_str());
            let everybody = everybody(&policy);
            let (pairs, rules) = (pairs(&policy, &everybody), rules(&policy, &everybody));
            // What is open in each of these states: no posture, each posture; without and with the routers.
            let open = |gone: &HashSet<Origin>| -> Vec<[u16; 6]> {
                let openings: Vec<(&OracleRule, Opening)> =
                    rules.iter().map(|rule| (rule, rule.without(gone))).collect();
                let each = pairs.iter().map(|&pair| {
                    let mut open = [0; 6];
                    for (rule, opening) in &openings {
                        let packets = opening.packets(pair);
                        if packets == 0 {
                            continue;
                        }
                        for (state, posture) in [None, Some("posture:p"), Some("posture:q")].into_iter().enumerate() {
                            let is_met = rule.postures.is_empty()
                                || posture.is_some_and(|posture| rule.postures.iter().any(|one| one == posture));
                            if is_met {
                                open[state + 3 * usize::from(rule.via)] |= packets;
                            }
                        }
                    }
                    open
                });
                each.collect()
            };
            let found = redundancies(&AccessClasses::new(&policy));
            let mut gone = HashSet::new();
            for redundancy in &found {
                gone.insert(match &redundancy.part {
                    RedundantPart::Rule => redundancy.rule,
                    RedundantPart::Item(text) => text.origin,
                });
            }
            found_any += usize::from(!found.is_empty());
            let before = open(&HashSet::new());
            assert!(before == open(&gone), "seed {seed}\n{text}\n{facts}\n{found:#?}");
            // Whatever else goes is missed.
            for rule in rules.iter().filter(|rule| !rule.app && !gone.contains(&rule.origin)) {
                let opens = |without: &HashSet<Origin>| {
                    let opening = rule.without(without);
                    pairs.iter().any(|&pair| opening.packets(pair) != 0)
                };
                let lists =
                    rule.places.iter().filter(|list| list.iter().filter(|place| !gone.contains(place)).count() > 1);
                let items = lists.flatten().chain([&rule.origin]);
                for place in items.filter(|place| !gone.contains(place)) {
                    // What is about nobody is no redundancy.
                    let list = rule.places.iter().find(|list| list.contains(place));
                    let others = list.into_iter().flatten().filter(|other| *other != place).copied().collect();
                    if !opens(&others) {
                        continue;
                    }
                    let mut less = gone.clone();
                    less.insert(*place);
                    let word = text.get(place.start as usize..place.end as usize);
                    assert!(before != open(&less), "seed {seed}\n{text}\n{facts}\n{word:?} could go, too\n{found:#?}");
                }
            }
        }
        assert!(found_any > 30, "{found_any}");
    }
}

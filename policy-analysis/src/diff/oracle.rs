//! A reference model of the comparison. It lists every endpoint that can exist, and looks up every
//! pair, port and posture in both policies one by one. It uses no classes, regions or names.

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::diff::class_sets::EndSets;
use crate::diff::comparison::Comparison;
use crate::diff::cube::Gain;
use crate::diff::item::Channel;
use crate::diff::joint_classes::{JointClasses, Scope};
use crate::diff::joint_policy::JointPolicy;
use crate::diff::namer::Namer;
use crate::diff::posture::Postures;
use crate::diff::subtract::{Attribution, subtract};
use crate::diff::version::Version;
use crate::diff::{Direction, Relation, diff, network_access};
use policy_core::access::{BitSet, Endpoint, PortSet, Principal, Reach, RuleIndex, SelectorId, Tailnet};
use policy_core::model::{Policy, Protocol, Role};
use policy_generate::small;
use policy_generate::small::Random;

/// The packets that the ports of [`policy_generate::small`] distinguish, one bit each.
const PACKETS: [(u8, u16); 11] =
    [(6, 1), (6, 2), (6, 3), (6, 4), (17, 1), (17, 2), (17, 3), (17, 4), (1, 0), (58, 0), (47, 0)];

/// The bits of pings, which pass if any packet does.
const PINGS: u16 = 1 << 8 | 1 << 9;

/// Returns packets without implied pings. If there are only pings, returns those of both families.
fn without_implied_pings(open: Open) -> Open {
    open.map(|packets| match packets & !PINGS {
        0 if packets != 0 => PINGS,
        others => others,
    })
}

/// Returns every endpoint that can exist according to the facts.
pub(super) fn everybody<'p>(policy: &'p Policy, tailnet: &Tailnet<'p>) -> Vec<Endpoint<'p>> {
    let mut all: Vec<Endpoint> = Vec::new();
    let is_owned = policy.facts.owner().is_some();
    let roles: Vec<Role> = [Role::Owner, Role::Admin, Role::Auditor, Role::Member]
        .into_iter()
        .filter(|role| *role != Role::Owner || !is_owned)
        .collect();
    let mut push = |who: &Principal<'p>, devices: &[usize]| {
        all.push(Endpoint { who: who.clone(), ..Endpoint::default() });
        for node in devices.iter().map(|&device| &tailnet.devices[device]) {
            all.push(Endpoint { addresses: node.addresses.clone(), ..Endpoint::new(who.clone()) });
        }
    };
    for login in ["alice@example.com", "bob@example.com", "carol@other.org", "dave@example.com"] {
        let known = tailnet.user(login).map(|user| &tailnet.users[user]);
        let roles = known.and_then(|user| user.role).map_or(roles.clone(), |role| vec![role]);
        for role in roles {
            push(&Principal::User { login, role: Some(role) }, known.map_or(&[][..], |user| &user.devices));
        }
    }
    for domain in [Some("example.com"), None] {
        for &role in &roles {
            push(&Principal::Member { domain, role, group: None }, &[]);
        }
    }
    push(&Principal::Member { domain: None, role: Role::Member, group: Some("group:staff@example.com") }, &[]);
    for tag in ["tag:a", "tag:b", "tag:c", "tag:r"] {
        push(&Principal::Tagged(vec![tag]), &tailnet.with_tag(tag));
    }
    push(&Principal::Tagged(Vec::new()), &[]);
    push(&Principal::Service("svc:web"), &[]);
    push(&Principal::Shared, &[]);
    let taken: Vec<IpAddr> = tailnet.devices.iter().flat_map(|node| node.addresses.clone()).collect();
    let tens = (0..10).map(|last| format!("10.0.0.{last}"));
    let hundreds = [0, 1, 2, 3, 7, 8, 9].map(|last| format!("100.64.0.{last}"));
    let more = ["8.8.8.8", "1.1.1.1", "192.168.0.1", "100.115.92.1", "fd7a:115c:a1e0::9", "2001::1", "fe80::1"];
    for address in tens.chain(hundreds).chain(more.map(str::to_owned)) {
        let address: IpAddr = address.parse().unwrap();
        for reach in [Reach::Own, Reach::SubnetRoute, Reach::ExitNode] {
            if !taken.contains(&address) && (reach != Reach::ExitNode || is_public(address)) {
                all.push(Endpoint { addresses: vec![address], reach, ..Endpoint::default() });
            }
        }
    }
    // A packet goes from one address to another.
    all.iter().flat_map(Endpoint::by_address).collect()
}

/// Returns endpoints that combine several of [`everybody`]: members of a synced group whose domain
/// or role is also known, and devices with addresses that are not in the facts.
fn mixed<'p>(tailnet: &Tailnet<'p>, all: &[Endpoint<'p>]) -> Vec<Endpoint<'p>> {
    let mut mixed = Vec::new();
    for role in [Role::Admin, Role::Member] {
        let group = Some("group:staff@example.com");
        mixed.push(Endpoint::new(Principal::Member { domain: Some("example.com"), role, group }));
    }
    let free: [IpAddr; 4] =
        ["100.64.0.2", "100.64.0.5", "100.64.0.9", "fd7a:115c:a1e0::9"].map(|at| at.parse().unwrap());
    let is_free = |address: &IpAddr| tailnet.may_be_a_devices(policy_core::access::single(*address));
    for one in all.iter().filter(|one| one.addresses.is_empty() && one.who != Principal::Unknown) {
        for address in free.into_iter().filter(is_free) {
            mixed.push(Endpoint { addresses: vec![address], ..one.clone() });
        }
    }
    mixed
}

/// Returns whether an address of `everybody` is public.
pub(super) fn is_public(address: IpAddr) -> bool {
    ["8.8.8.8", "1.1.1.1", "2001::1"].contains(&&*address.to_string())
}

/// Returns whether packets can go from one endpoint to the other.
fn may_meet(source: &Endpoint, destination: &Endpoint) -> bool {
    let is_public = destination.addresses.iter().any(|&address| is_public(address));
    let is_routed = destination.reach != Reach::Own;
    !matches!(source.who, Principal::Service(_))
        && source.reach != Reach::ExitNode
        && destination.who != Principal::Shared
        && source.families().intersects(destination.families())
        // A public address is behind an exit node, any other one behind a subnet router.
        && is_routed == is_public
}

/// Returns how two endpoints may be related: whether they may be devices of the same user, and
/// whether they may not be.
pub(super) fn relations(a: &Endpoint, b: &Endpoint) -> Vec<bool> {
    let role = |one: &Endpoint| match one.who {
        Principal::User { role, .. } => role,
        Principal::Member { role, .. } => Some(role),
        _ => None,
    };
    let is_one =
        matches!((&a.who, &b.who), (Principal::User { login: a, .. }, Principal::User { login: b, .. }) if a == b);
    let is_same = role(a).is_some() && a.who == b.who;
    let both_own = role(a) == Some(Role::Owner) && role(b) == Some(Role::Owner);
    let others = (!is_one && !both_own).then_some(false);
    is_same.then_some(true).into_iter().chain(others).collect()
}

/// The packets that are allowed in each state: with no posture and with each posture, each without
/// and with the routers.
type Open = [u16; 6];

fn states(postures: &[String], via: bool) -> impl Iterator<Item = usize> {
    let is_met = |state: usize| match state {
        0 => postures.is_empty(),
        1 => postures.is_empty() || postures.iter().any(|one| one == "posture:p"),
        _ => postures.is_empty() || postures.iter().any(|one| one == "posture:q"),
    };
    (0..3).filter(move |&state| is_met(state)).map(move |state| state + 3 * usize::from(via))
}

/// A policy with the rules that apply to each endpoint.
struct PolicyModel<'p> {
    permits: RuleIndex<'p>,
    from: Vec<BitSet>,
    to: Vec<BitSet>,
    /// By endpoint, the selectors that name it as a destination.
    named: Vec<Vec<SelectorId>>,
    packets: Vec<u16>,
}

impl<'p> PolicyModel<'p> {
    fn new(policy: &'p Policy, tailnet: &Tailnet<'p>, all: &[Endpoint]) -> Self {
        let permits = RuleIndex::new(policy, tailnet);
        let packets = permits.list.iter().map(|permit| {
            let on = |&(_, &(protocol, port)): &(usize, &(u8, u16))| permit.is_on(Protocol(protocol), port);
            let packets = PACKETS.iter().enumerate().filter(on).fold(0, |set, (bit, _)| set | 1 << bit);
            if permit.ports.is_empty() { 0 } else { packets | PINGS }
        });
        PolicyModel {
            packets: packets.collect(),
            from: all.iter().map(|one| permits.from(tailnet, one)).collect(),
            to: all.iter().map(|one| permits.to(one)).collect(),
            named: all.iter().map(|one| permits.selectors.of_destination(one)).collect(),
            permits,
        }
    }

    fn open(&self, from: usize, to: usize, is_own: bool) -> Open {
        let mut open = [0; 6];
        for (number, permit) in self.permits.between(&self.from[from], &self.to[to], is_own) {
            let mut dst = permit.dst.iter().filter(|id| self.named[to].contains(id));
            // `via` applies to addresses behind routers and never to devices.
            if !permit.via().is_empty() && !dst.any(|&id| is_behind_router(&self.permits.selectors.distinct[id].text)) {
                continue;
            }
            let postures: Vec<String> = permit.postures.iter().map(|posture| posture.text.to_string()).collect();
            states(&postures, !permit.via().is_empty()).for_each(|state| open[state] |= self.packets[number]);
        }
        open
    }
}

fn is_behind_router(word: &str) -> bool {
    ["10.", "8.8.8.8", "1.1.1.1", "192.168.", "0.0.0.0", "2001:", "fe80:", "lab", "ipset:some", "autogroup:internet"]
        .iter()
        .any(|start| word.starts_with(start))
}

fn packets(ports: &PortSet) -> u16 {
    let on = |&(_, &(protocol, port)): &(usize, &(u8, u16))| {
        ports.ranges().any(|(of, range)| of.0 == protocol && range.contains(port))
    };
    PACKETS.iter().enumerate().filter(on).fold(0, |set, (bit, _)| set | 1 << bit)
}

/// Returns two policies and their facts. The second is often the first with a few words changed,
/// also in definitions.
fn pair(random: &mut Random) -> (String, String, String) {
    let (old, facts) = small::policy(random);
    let mut new = old.clone();
    match random.below(4) {
        0 => new = small::policy(random).0,
        1 => new = r#"{"tagOwners": {"tag:a": [], "tag:b": [], "tag:c": [], "tag:r": []}}"#.to_owned(),
        _ => {}
    }
    for _ in 0..random.below(5) {
        let (from, to) = CHANGES[random.below(CHANGES.len())];
        new = new.replacen(from, to, 1 + random.below(3));
    }
    if random.below(2) == 0 { (old, new, facts) } else { (new, old, facts) }
}

const CHANGES: &[(&str, &str)] = &[
    (
        r#""group:eng": ["alice@example.com", "carol@other.org"]"#,
        r#""group:eng": ["alice@example.com", "dave@example.com"]"#,
    ),
    (
        r#""group:ops": ["bob@example.com", "carol@other.org"]"#,
        r#""group:ops": ["carol@other.org", "bob@example.com"]"#,
    ),
    (r#""lab": "10.0.0.0/30""#, r#""lab": "10.0.0.4/30""#),
    (r#""add 10.0.0.0/29", "remove 10.0.0.2""#, r#""add 10.0.0.0/30", "remove 10.0.0.2""#),
    (r#""add 10.0.0.0/29""#, r#""add 10.0.0.0/30", "add 10.0.0.4/30""#),
    (r#""lab"]"#, r#""10.0.0.0/30"]"#),
    (r#"["*"]"#, r#"["autogroup:member"]"#),
    (r#"["*"#, r#"["tag:a"#),
    ("tag:a\"]", "tag:b\"]"),
    ("autogroup:self", "autogroup:member"),
    ("autogroup:member", "autogroup:self"),
    ("alice@", "bob@"),
    (r#""ip": ["1"]"#, r#""ip": ["1-2"]"#),
    (r#""ip": ["*"]"#, r#""ip": ["tcp:1-3"]"#),
    (r#""ip": ["tcp:*"]"#, r#""ip": ["*"]"#),
    (r#", "srcPosture": ["posture:p"]"#, ""),
    (r#""srcPosture": ["posture:p"]"#, r#""srcPosture": ["posture:q"]"#),
    (r#", "via": ["tag:r"]"#, ""),
    (r#""defaultSrcPosture": ["posture:p"],"#, ""),
    (r#"{"src": ["#, r#"{"src": ["tag:c", "#),
    ("autogroup:admin", "autogroup:owner"),
    ("100.64.0.2", "100.64.0.9"),
];

/// Returns the packets of gains for a pair of endpoints. Panics if two gains have a packet in
/// common.
fn gained_packets(
    sets: &EndSets,
    classes: &[(Option<usize>, Option<usize>)],
    (gains, postures, version): (&[Gain<PortSet>], &Postures, Version),
    (from, to, is_own): (usize, usize, bool),
) -> Open {
    let mut open = [0; 6];
    let (Some(source), Some(destination)) = (classes[from].0, classes[to].1) else { return open };
    for Gain { region, cube } in gains {
        let is_related = match cube.relation {
            Relation::Any => true,
            Relation::Own => is_own,
            Relation::Others => !is_own,
        };
        let sources = sets.sources.classes(region.sources);
        let destinations = sets.destinations.classes(region.destinations);
        if is_related && cube.sources.contains(source, sources) && cube.destinations.contains(destination, destinations)
        {
            let unless = postures.names(version, &cube.unless);
            for state in states(&postures.names(version, &cube.when), region.channel == 1) {
                let is_out = unless.iter().any(|one| ["", "posture:p", "posture:q"][state % 3] == one);
                if !is_out {
                    assert_eq!(open[state] & packets(&cube.extent), 0, "two gains overlap");
                    open[state] |= packets(&cube.extent);
                }
            }
        }
    }
    open
}

/// Returns the source class and the destination class of each endpoint.
pub(super) fn class_ids(classes: &JointClasses, all: &[Endpoint]) -> Vec<(Option<usize>, Option<usize>)> {
    let space = &classes.space;
    let selectors = &space.rules.selectors;
    all.iter()
        .map(|one| {
            let ids = selectors.of_source(&space.tailnet, one);
            let source = space.sources.iter().position(|class| class.selectors == ids);
            let ids = selectors.of_destination(one);
            (source, space.destinations.iter().position(|class| class.selectors == ids))
        })
        .collect()
}

/// Checks that the names of gains stand for their classes and no others.
fn check_names(classes: &JointClasses, sets: &EndSets, version: Version, gains: &[Gain<PortSet>], context: &str) {
    let (sources, destinations) = (Namer::of_sources(classes, version), Namer::of_destinations(classes, version));
    for Gain { region, cube } in gains {
        let terms = sources.terms(None, &cube.sources, &region.src, &[]);
        let wanted: BTreeSet<usize> = cube.sources.iter(sets.sources.classes(region.sources)).collect();
        assert_eq!(sources.meaning(&terms), wanted, "{terms:?}\n{context}");
        if !region.same_user {
            let terms = destinations.terms(None, &cube.destinations, &region.dst, &[]);
            let universe = sets.destinations.classes(region.destinations);
            let wanted: BTreeSet<usize> = cube.destinations.iter(universe).collect();
            assert_eq!(destinations.meaning(&terms), wanted, "{terms:?}\n{context}");
        }
    }
}

#[test]
fn gains_are_what_one_policy_opens_and_the_other_does_not() {
    let mut found = 0;
    for seed in small::seeds(60) {
        let (old, new, facts) = pair(&mut Random::new(seed));
        let context = format!("seed {seed}\n{old}\n{new}\n{facts}");
        let (old, new) = (Policy::with_facts(&old, &facts), Policy::with_facts(&new, &facts));
        let joint = JointPolicy::new(&old, &new);
        let classes = JointClasses::new(&joint, Scope::Everyone);
        let postures = Postures::new(&old, &new);
        let mut comparison = Comparison::new([&old, &new], &classes, &postures);
        // The channel of any router is 0, and that of `tag:r` is 1.
        comparison.channels.intern(Channel::Routers(["tag:r".to_owned()].into()));
        let [before, after] = comparison.read(network_access::read);
        let sets = &comparison.sets;
        let gained = subtract(&comparison, &after, &before, Attribution::Largest);
        let lost = subtract(&comparison, &before, &after, Attribution::Largest);
        found += usize::from(!gained.is_empty() && !lost.is_empty());
        for (version, gains) in [(Version::New, &gained), (Version::Old, &lost)] {
            check_names(&classes, sets, version, gains, &context);
        }
        let (old_tailnet, new_tailnet) = (Tailnet::new(&old), Tailnet::new(&new));
        let all = everybody(&new, &new_tailnet);
        // If the diff is empty, it is empty for combined endpoints, too.
        let together: Vec<Endpoint> = all.iter().cloned().chain(mixed(&new_tailnet, &all)).collect();
        if gained.is_empty() || lost.is_empty() {
            let models = [(&old, &old_tailnet), (&new, &new_tailnet)];
            let [old, new] = models.map(|(policy, tailnet)| PolicyModel::new(policy, tailnet, &together));
            for (from, source) in together.iter().enumerate() {
                for (to, destination) in together.iter().enumerate().filter(|(_, to)| may_meet(source, to)) {
                    for is_own in relations(source, destination) {
                        let (old, new) = (old.open(from, to, is_own), new.open(from, to, is_own));
                        for (changes, has, lacks) in [(&gained, new, old), (&lost, old, new)] {
                            let is_changed = (0..6).any(|state| has[state] & !lacks[state] != 0);
                            assert!(!is_changed || !changes.is_empty(), "{context}\n{source:?}\n{destination:?}");
                        }
                    }
                }
            }
        }
        let (old, new) = (PolicyModel::new(&old, &old_tailnet, &all), PolicyModel::new(&new, &new_tailnet, &all));
        let ids = class_ids(&classes, &all);
        for (from, source) in all.iter().enumerate() {
            for (to, destination) in all.iter().enumerate() {
                if !may_meet(source, destination) {
                    continue;
                }
                for is_own in relations(source, destination) {
                    let pair = (from, to, is_own);
                    let (old, new) = (old.open(from, to, is_own), new.open(from, to, is_own));
                    for (version, gains, has, lacks) in
                        [(Version::New, &gained, new, old), (Version::Old, &lost, old, new)]
                    {
                        let found = gained_packets(sets, &ids, (gains, &postures, version), pair);
                        let wanted: Open = std::array::from_fn(|state| has[state] & !lacks[state]);
                        let [found, wanted] = [found, wanted].map(without_implied_pings);
                        assert_eq!(
                            found, wanted,
                            "{version:?} {context}\n{source:?}\n{destination:?} {is_own}\n{gains:#?}"
                        );
                    }
                }
            }
        }
    }
    assert!(found > 15, "{found}");
}

#[test]
fn gains_of_one_direction_are_losses_of_the_other() {
    for seed in small::seeds(60) {
        let (old, new, facts) = pair(&mut Random::new(seed));
        let reformatted = Policy::with_facts(&format!("// The same\n{old}"), &facts);
        let (old, new) = (Policy::with_facts(&old, &facts), Policy::with_facts(&new, &facts));
        let same = diff(&old, &reformatted);
        assert!(same.is_text_changed && same.is_empty(), "seed {seed}\n{}\n{:#?}", old.text, same.changes);
        let lines = |old: &Policy, new: &Policy, direction: Direction| -> Vec<String> {
            let changes = diff(old, new).changes;
            let lines = changes.iter().filter(|change| change.direction == direction).map(|change| change.to_string());
            let mut lines: Vec<String> = lines.collect();
            lines.sort();
            lines
        };
        assert_eq!(lines(&old, &new, Direction::Gained), lines(&new, &old, Direction::Lost), "seed {seed}");
        assert_eq!(lines(&old, &new, Direction::Lost), lines(&new, &old, Direction::Gained), "seed {seed}");
    }
}

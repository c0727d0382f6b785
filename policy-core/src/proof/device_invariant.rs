//! Proves invariants for known devices. Several tags on one device may together break an invariant
//! that holds for each tag alone.
//!
//! A device with two tags has the access of both. [`violations`](super::violations) examines each
//! tag alone, so it cannot see that. This module uses the same prover with other classes: those of
//! each device with all of its tags, and those of each of these tags alone. It reports an invariant
//! that two devices break and that no pair of their tags breaks.

use std::collections::{HashMap, HashSet};

use crate::access::{
    AccessRule, DeviceId, Endpoint, Families, PortSet, Principal, Reach, SelectorId, SelectorIndex, Tailnet,
};
use crate::model::{Device, Invariant, Policy, Protocol, Role};
use crate::proof::carrier::{pass_tailnet, with_any_tag};
use crate::proof::class_name::ClassName;
use crate::proof::classes::{AccessClasses, Class, ClassId, RuleId};
use crate::proof::invariant::{InvariantProver, Reading};
use crate::proof::representative::{Representative, devices, routed_addresses};
use crate::source::Origin;

/// A packet that an invariant forbids and a rule allows, because of the tags that a device combines.
#[derive(Clone, Debug)]
pub struct DeviceViolation<'p> {
    /// The invariant.
    pub invariant: &'p Invariant,
    /// The name of the device, or of the user, that sends the packet.
    pub source: ClassName,
    /// The name of the device that receives it.
    pub destination: ClassName,
    /// The devices among the two that combine several tags, each once.
    pub combining: Vec<&'p Device>,
    /// The protocol and port. Protocols without ports have port 0.
    pub packet: (Protocol, u16),
    /// The rule that allows the packet.
    pub rule: Origin,
}

/// Returns a counterexample to each invariant that a device with several tags breaks although each tag alone does not, in
/// the order of the invariants.
///
/// ```
/// use policy_core::Policy;
/// use policy_core::proof::device_violations;
/// let facts = r#"{
///     "nodes": [{"name": "cellar", "tags": ["tag:db", "tag:web"]}],
///     "invariants": [{"kind": "never", "src": ["autogroup:member"], "targets": [{"dst": ["tag:db"]}]}]
/// }"#;
/// let policy = Policy::with_facts(r#"{
///     "tagOwners": {"tag:db": [], "tag:web": []},
///     "grants": [{"src": ["autogroup:member"], "dst": ["tag:web"], "ip": ["tcp:443"]}],
/// }"#, facts);
/// let found = device_violations(&policy);
/// assert_eq!((found[0].destination.to_string(), found[0].packet.1), ("`cellar`".to_owned(), 443));
/// ```
pub fn device_violations(policy: &Policy) -> Vec<DeviceViolation<'_>> {
    let invariants = &policy.facts.invariants;
    if invariants.is_empty() || !policy.facts.devices.iter().any(|device| device.tags.len() > 1) {
        return Vec::new();
    }
    let classes = AccessClasses::of(policy, &[], &[], false, |policy, tailnet, index| {
        let participants = participants(policy, tailnet, index).into_iter();
        participants.flat_map(|one| one.by_tag.into_iter().chain([one.whole])).collect()
    });
    let mut seen = HashSet::new();
    let class_index = ClassIndex::new(&classes);
    let participants = participants(policy, &classes.tailnet, &classes.rules.selectors);
    let mut participants: Vec<ClassifiedParticipant> =
        participants.into_iter().map(|one| class_index.classify(one)).collect();
    // Participants that no selector distinguishes are examined once.
    participants.retain(|one| seen.insert((one.whole, one.by_tag.clone(), one.families, one.carriers.clone())));
    invariants.iter().filter_map(|invariant| device_violation(&classes, &participants, invariant)).collect()
}

/// A known device with one of its addresses, a user who may have a device, or an address behind a
/// known router.
struct Participant<'p> {
    device: Option<&'p Device>,
    /// The device with all of its tags, or the user.
    whole: Representative<'p>,
    /// The device with each tag alone, if it has several.
    by_tag: Vec<Representative<'p>>,
}

/// Returns the devices of the facts, once for each of their addresses. They are followed by the
/// users of the facts, one other member and one user of another tailnet, each without a device, and
/// by the addresses that the routes of the devices lead to.
fn participants<'p>(policy: &'p Policy, tailnet: &Tailnet<'p>, index: &SelectorIndex<'p>) -> Vec<Participant<'p>> {
    let known = devices(tailnet).into_iter().zip(&tailnet.devices).flat_map(|(mut device, node)| {
        // A device with neither an owner nor tags is named only by its addresses.
        if device.endpoint.who == Principal::Tagged(Vec::new()) {
            device.endpoint.who = Principal::Unknown;
        }
        let parts = device.endpoint.by_address().into_iter();
        parts.map(move |part| {
            let with = |who: Principal<'p>| {
                let endpoint = Endpoint { who, ..part.clone() };
                Representative::named(endpoint, device.name.clone())
            };
            let tags = node.fact.tags.iter().filter(|_| node.fact.tags.len() > 1);
            let by_tag = tags.map(|tag| with(Principal::Tagged(vec![tag.text.as_str()]))).collect();
            let mut whole = with(part.who.clone());
            whole.carriers.clone_from(&device.carriers);
            Participant { device: Some(node.fact), whole, by_tag }
        })
    });
    let routed = routed_addresses(tailnet, index).into_iter();
    let routed = routed.map(|whole| Participant { device: None, whole, by_tag: Vec::new() });
    let users = policy.facts.users.iter().map(|user| {
        let name = if policy.facts.are_in_source() { &user.name } else { &user.email };
        (format!("`{name}`"), Principal::User { login: &user.email, role: user.role })
    });
    let other = Principal::Member { domain: None, role: Role::Member, group: None };
    let others = [("any other member", other), ("someone a device is shared with", Principal::Shared)];
    let others = others.into_iter().map(|(name, who)| (name.to_owned(), who));
    let users = users.chain(others).flat_map(|(name, who)| {
        Endpoint::new(who).by_address().into_iter().map(move |endpoint| {
            let whole = Representative::named(endpoint, ClassName::new(name.clone()));
            Participant { device: None, whole, by_tag: Vec::new() }
        })
    });
    known.chain(users).chain(routed).collect()
}

/// The classes of an endpoint as a source and as a destination. An endpoint behind an exit node is
/// not a source.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct EndpointClasses {
    source: Option<ClassId>,
    destination: Option<ClassId>,
}

/// A [`Participant`] with its classes.
struct ClassifiedParticipant<'p> {
    device: Option<&'p Device>,
    carriers: Vec<DeviceId>,
    reach: Reach,
    /// True if it is an address of the facts, and not a user who may have one.
    is_known: bool,
    families: Families,
    name: ClassName,
    whole: EndpointClasses,
    by_tag: Vec<EndpointClasses>,
}

impl ClassifiedParticipant<'_> {
    /// Returns `true` if a packet can go from this participant to the other through the tailnet.
    fn can_send_to(&self, destination: &ClassifiedParticipant) -> bool {
        self.families.intersects(destination.families)
            && pass_tailnet(&self.carriers, &destination.carriers, destination.reach)
    }

    /// Returns the classes of each tag alone. Without several tags, returns the classes of the
    /// participant itself.
    fn each_tag(&self) -> &[EndpointClasses] {
        if self.by_tag.is_empty() { std::slice::from_ref(&self.whole) } else { &self.by_tag }
    }
}

/// Finds the classes of an endpoint.
struct ClassIndex<'a, 'p> {
    classes: &'a AccessClasses<'p>,
    sources: HashMap<&'a [SelectorId], ClassId>,
    destinations: HashMap<&'a [SelectorId], ClassId>,
}

impl<'a, 'p> ClassIndex<'a, 'p> {
    fn new(classes: &'a AccessClasses<'p>) -> Self {
        let by_selectors = |classes: &'a [Class<'p>]| {
            classes.iter().enumerate().map(|(id, class)| (class.selectors.as_slice(), id)).collect()
        };
        let (sources, destinations) = (by_selectors(&classes.sources), by_selectors(&classes.destinations));
        ClassIndex { classes, sources, destinations }
    }

    fn classes_of(&self, endpoint: &Endpoint) -> EndpointClasses {
        let selectors = &self.classes.rules.selectors;
        let source = self.sources.get(selectors.of_source(&self.classes.tailnet, endpoint).as_slice());
        let destination = self.destinations.get(selectors.of_destination(endpoint).as_slice());
        EndpointClasses { source: source.copied(), destination: destination.copied() }
    }

    fn classify(&self, participant: Participant<'p>) -> ClassifiedParticipant<'p> {
        let by_tag = participant.by_tag.iter().map(|one| self.classes_of(&one.endpoint)).collect();
        let whole = self.classes_of(&participant.whole.endpoint);
        let is_known = participant.device.is_some() || participant.whole.endpoint.reach != Reach::Own;
        ClassifiedParticipant {
            is_known,
            device: participant.device,
            carriers: participant.whole.carriers,
            reach: participant.whole.endpoint.reach,
            families: participant.whole.endpoint.families(),
            name: participant.whole.name,
            whole,
            by_tag,
        }
    }
}

/// Returns the first two participants that break an invariant because of a combination of tags.
fn device_violation<'p>(
    classes: &AccessClasses<'p>,
    participants: &[ClassifiedParticipant<'p>],
    invariant: &'p Invariant,
) -> Option<DeviceViolation<'p>> {
    let prover = InvariantProver::new(classes, invariant, Reading::Possible);
    // If no rule breaks the invariant between any two classes, there are no pairs to examine.
    let breaking: Vec<RuleId> = prover.breaches().map(|breach| breach.rule).collect();
    if breaking.is_empty() {
        return None;
    }
    let breaking_from = |source: ClassId| {
        let rules = classes.rules_from(source).into_iter();
        rules.filter(|rule| breaking.binary_search(rule).is_ok()).collect()
    };
    let pairs = PairProver { prover, breaking_from: (0..classes.sources.len()).map(breaking_from).collect() };
    for source in participants {
        for destination in participants.iter().filter(|one| one.is_known) {
            let combines = !source.by_tag.is_empty() || !destination.by_tag.is_empty();
            if !combines || !source.can_send_to(destination) {
                continue;
            }
            // Only routers with a tag of its `via` carry the traffic that a rule allows.
            let is_carried = |rule: RuleId| {
                let via = classes.rule(rule).map_or(&[][..], AccessRule::via);
                let via: Vec<&str> = via.iter().map(|tag| tag.text.as_str()).collect();
                let (carriers, is_known) = (&destination.carriers, !destination.carriers.is_empty());
                via.is_empty() || !is_known || !with_any_tag(&classes.tailnet, carriers, &via).is_empty()
            };
            let packet = pairs.first_packet(source.whole, destination.whole, is_carried);
            let Some((packet, rule)) = packet else { continue };
            // A violation by a single tag is not caused by the device.
            let is_broken_by_tag = |&from: &EndpointClasses| {
                let mut tags = destination.each_tag().iter();
                tags.any(|&to| pairs.first_packet(from, to, is_carried).is_some())
            };
            if source.each_tag().iter().any(is_broken_by_tag) {
                continue;
            }
            let mut combining: Vec<&Device> = Vec::new();
            for device in [source, destination].into_iter().filter(|one| !one.by_tag.is_empty()) {
                combining.extend(device.device);
            }
            combining.dedup_by(|a, b| std::ptr::eq(*a, *b));
            let (from, to) = (source.name.clone(), destination.name.clone());
            let rule = classes.rule(rule)?.rule.origin();
            return Some(DeviceViolation { invariant, source: from, destination: to, combining, packet, rule });
        }
    }
    None
}

/// Proves an invariant for one source and one destination.
struct PairProver<'a, 'p> {
    prover: InvariantProver<'a, 'p>,
    /// By class of sources: its rules that break the invariant at some destination.
    breaking_from: Vec<Vec<RuleId>>,
}

impl PairProver<'_, '_> {
    /// Returns the first packet that one of the rules allows against the invariant, and the rule. A
    /// device with several tags has no user, so the two ends are never devices of one user.
    fn first_packet(
        &self,
        from: EndpointClasses,
        to: EndpointClasses,
        is_wanted: impl Fn(RuleId) -> bool,
    ) -> Option<((Protocol, u16), RuleId)> {
        let (source, destination) = (from.source?, to.destination?);
        let rules = self.breaking_from.get(source).into_iter().flatten();
        let packets = rules.filter(|&&rule| is_wanted(rule)).filter_map(|&rule| {
            let ports = self.prover.forbidden_ports(rule, source, destination);
            Some((lowest_packet(&ports)?, rule))
        });
        packets.min_by_key(|&(packet, _)| order(packet))
    }
}

/// Returns the packet to the lowest port, preferably over TCP. No packet is sent to port 0.
fn lowest_packet(ports: &PortSet) -> Option<(Protocol, u16)> {
    let packets = ports.ranges().filter_map(|(protocol, range)| {
        if !protocol.has_ports() {
            return Some((protocol, 0));
        }
        (range.last > 0).then(|| (protocol, range.first.max(1)))
    });
    packets.min_by_key(|&packet| order(packet))
}

/// Orders packets by how well known their protocol is, and then by port.
fn order((protocol, port): (Protocol, u16)) -> (usize, u16) {
    let known = [Protocol::TCP, Protocol::UDP, Protocol::ICMP, Protocol::ICMPV6];
    (known.iter().position(|&one| one == protocol).unwrap_or(known.len()), port)
}

//! Invariants that hold of each tag, and not on a device that carries several of them.
//!
//! An invariant is proved of names, one by one. A device with two tags has the rules of both, and so may do what the
//! owner of neither may. What is found here are pairs of known devices for which that makes a difference; it is found by trying
//! every port at which something that the two and the invariant say begins or ends.

use std::collections::{BTreeSet, HashSet};
use std::net::IpAddr;

use crate::access::bit_set::BitSet;
use crate::access::endpoint::{Endpoint, Principal};
use crate::access::rule_index::{AccessRule, RuleIndex};
use crate::access::selector_index::{SelectorId, SelectorIndex};
use crate::access::tailnet::{Node, Tailnet};
use crate::diagnostic::{Code, Diagnostic};
use crate::findings::multi_tag_bypass::{HELP, is_among, words_of_rule};
use crate::findings::words::listed;
use crate::model::{Device, Invariant, InvariantKind, InvariantTarget, Policy, PortSpec, Protocol, Role, Selector};
use crate::source::Origin;

/// A warning for each invariant that a device with several tags makes false.
pub(super) fn device_invariants(policy: &Policy) -> Vec<Diagnostic> {
    let invariants = &policy.facts.invariants;
    if invariants.is_empty() || !policy.facts.devices.iter().any(|device| device.tags.len() > 1) {
        return Vec::new();
    }
    let tailnet = Tailnet::new(policy);
    let permits = RuleIndex::new(policy, &tailnet);
    let statements = SelectorIndex::new(&tailnet, invariants.iter().flat_map(Invariant::selectors));
    let world = DeviceWorld { tailnet: &tailnet, permits: &permits, statements: &statements };
    let mut seen = HashSet::new();
    // Devices that nothing tells apart are one here.
    let devices = tailnet.devices.iter().map(|node| TaggedDevice::of_device(&world, node));
    let bearers = devices.chain(TaggedDevice::of_people(policy, &world));
    let bearers: Vec<TaggedDevice> =
        bearers.filter(|bearer| seen.insert((bearer.whole.key.clone(), bearer.whole.user))).collect();
    invariants.iter().filter_map(|invariant| finding(policy, &world, &bearers, invariant)).collect()
}

struct DeviceWorld<'a, 'p> {
    tailnet: &'a Tailnet<'p>,
    permits: &'a RuleIndex<'p>,
    /// The selectors of the invariants.
    statements: &'a SelectorIndex<'p>,
}

/// A device, as a whole and by each of its tags alone; or somebody who may have one.
struct TaggedDevice<'p> {
    name: String,
    device: Option<&'p Device>,
    whole: MatchedSelectors,
    by_tag: Vec<MatchedSelectors>,
}

/// What rules and invariants may call somebody.
struct MatchedSelectors {
    from: BitSet,
    to: BitSet,
    /// What the invariants have of it, as a source and as a destination.
    as_source: Vec<SelectorId>,
    as_destination: Vec<SelectorId>,
    user: Option<usize>,
    /// All of that, to compare it.
    key: [Vec<SelectorId>; 4],
}

impl<'p> TaggedDevice<'p> {
    fn of_device(world: &DeviceWorld<'_, 'p>, node: &Node<'p>) -> Self {
        let tags: Vec<&str> = node.fact.tags.iter().map(|tag| tag.text.as_str()).collect();
        let by_tag = if tags.len() > 1 { tags.clone() } else { Vec::new() };
        let user = node.user.and_then(|user| world.tailnet.users.get(user));
        let who = match user {
            Some(user) => Principal::User { login: user.email, role: user.role },
            None if tags.is_empty() => Principal::Unknown,
            None => Principal::Tagged(tags),
        };
        let face = |who| MatchedSelectors::new(world, who, &node.addresses, node.user);
        TaggedDevice {
            name: format!("`{}`", node.fact.name),
            device: Some(node.fact),
            whole: face(who),
            by_tag: by_tag.into_iter().map(|tag| face(Principal::Tagged(vec![tag]))).collect(),
        }
    }

    /// Users without a device that is known, and whoever else joins.
    fn of_people(policy: &'p Policy, world: &DeviceWorld<'_, 'p>) -> impl Iterator<Item = Self> {
        let users = policy.facts.users.iter().map(|user| {
            let who = Principal::User { login: &user.email, role: user.role };
            (format!("`{}`", if policy.facts.are_in_source() { &user.name } else { &user.email }), who)
        });
        let other = Principal::Member { domain: None, role: Role::Member, group: None };
        users.chain([("any other member".to_owned(), other)]).map(|(name, who)| {
            let user = match &who {
                Principal::User { login, .. } => world.tailnet.user(login),
                _ => None,
            };
            TaggedDevice { name, device: None, whole: MatchedSelectors::new(world, who, &[], user), by_tag: Vec::new() }
        })
    }

    /// What it is to those who prove things of names: each of its tags, or itself.
    fn names(&self) -> &[MatchedSelectors] {
        if self.by_tag.is_empty() { std::slice::from_ref(&self.whole) } else { &self.by_tag }
    }
}

impl MatchedSelectors {
    fn new(world: &DeviceWorld, who: Principal, addresses: &[IpAddr], user: Option<usize>) -> Self {
        let identity = Endpoint { who, addresses: addresses.to_vec(), is_routed: false };
        let of_rules = &world.permits.selectors;
        let as_source = world.statements.of_source(world.tailnet, &identity);
        let as_destination = world.statements.of_destination(&identity);
        let key = [
            of_rules.of_source(world.tailnet, &identity),
            of_rules.of_destination(&identity),
            as_source.clone(),
            as_destination.clone(),
        ];
        let (from, to) = (world.permits.from(world.tailnet, &identity), world.permits.to(&identity));
        MatchedSelectors { from, to, as_source, as_destination, user, key }
    }
}

fn finding(
    policy: &Policy,
    world: &DeviceWorld,
    bearers: &[TaggedDevice],
    invariant: &Invariant,
) -> Option<Diagnostic> {
    let demand = DeviceInvariant {
        world,
        invariant,
        src: world.statements.ids(&invariant.src),
        src_except: world.statements.ids(&invariant.src_except),
    };
    let destinations = || bearers.iter().filter(|destination| destination.device.is_some());
    let mut pairs = bearers.iter().flat_map(|source| destinations().map(move |destination| (source, destination)));
    let (source, destination, (protocol, port), rule) = pairs.find_map(|(source, destination)| {
        let is_several = !source.by_tag.is_empty() || !destination.by_tag.is_empty();
        let (packet, rule) = is_several.then(|| demand.broken_between(&source.whole, &destination.whole)).flatten()?;
        // What is broken by names is not the devices' fault.
        let mut names = source.names().iter().flat_map(|from| destination.names().iter().map(move |to| (from, to)));
        let is_broken_by_name = names.any(|(from, to)| demand.broken_between(from, to).is_some());
        (!is_broken_by_name).then_some((source, destination, packet, rule))
    })?;
    let port = if protocol.has_ports() { format!("`{protocol}:{port}`") } else { format!("`{protocol}`") };
    let (from, to) = (&source.name, &destination.name);
    let message = format!("this does not hold of the devices that are known: {from} reaches {to} on {port}");
    let mut finding =
        Diagnostic::new(Code::ReachableDevice, invariant.origin, message).note_at("this rule allows it", rule);
    let named: Vec<&Selector> = words_of_rule(policy, rule).into_iter().chain(invariant.selectors()).collect();
    let several = [source, destination].into_iter().filter(|bearer| !bearer.by_tag.is_empty());
    for device in several.filter_map(|bearer| bearer.device).take(if from == to { 1 } else { 2 }) {
        let tags: Vec<&Selector> = device.tags.iter().filter(|tag| is_among(&named, tag)).collect();
        let tags = if tags.len() > 1 { tags } else { device.tags.iter().collect() };
        finding = finding.note_at(format!("`{}` carries {}", device.name, listed(tags)), device.origin);
    }
    Some(finding.help(HELP))
}

/// What an invariant demands.
struct DeviceInvariant<'a, 'p> {
    world: &'a DeviceWorld<'a, 'p>,
    invariant: &'a Invariant,
    src: Vec<SelectorId>,
    src_except: Vec<SelectorId>,
}

impl DeviceInvariant<'_, '_> {
    fn is_about(&self, source: &MatchedSelectors, destination: &MatchedSelectors) -> bool {
        let is_source = common(&self.src, &source.as_source);
        match self.invariant.kind {
            InvariantKind::Only | InvariantKind::Never => is_source && !common(&self.src_except, &source.as_source),
            InvariantKind::Isolated => is_source != common(&self.src, &destination.as_destination),
        }
    }

    /// A packet that gets through and must not, and the rule that lets it through.
    fn broken_between(
        &self,
        source: &MatchedSelectors,
        destination: &MatchedSelectors,
    ) -> Option<((Protocol, u16), Origin)> {
        let is_own = source.user.is_some() && source.user == destination.user;
        let permits: Vec<&AccessRule> =
            self.world.permits.between(&source.from, &destination.to, is_own).map(|(_, permit)| permit).collect();
        if permits.is_empty() || !self.is_about(source, destination) {
            return None;
        }
        // What is isolated may be at either end, and what is let in or out then is at the other.
        let is_inward = self.invariant.kind == InvariantKind::Isolated && !common(&self.src, &source.as_source);
        let far = if is_inward { &source.as_source } else { &destination.as_destination };
        let own = self.world.statements.own_devices().filter(|_| is_own);
        let is_there = |target: &&InvariantTarget| {
            let ids = self.world.statements.ids(&target.dst);
            common(&ids, far) || own.is_some_and(|own| ids.contains(&own))
        };
        let targets: Vec<&InvariantTarget> = self.invariant.targets.iter().filter(is_there).collect();
        let except: Vec<&InvariantTarget> = self.invariant.except.iter().filter(is_there).collect();
        let is_at = |targets: &[&InvariantTarget], protocol, port| {
            targets
                .iter()
                .any(|target| target.ip.is_empty() || target.ip.iter().any(|spec| opens(spec, protocol, port)))
        };
        let is_target = |protocol, port| is_at(&targets, protocol, port) && !is_at(&except, protocol, port);
        packets(&permits, &[targets.as_slice(), &except].concat()).into_iter().find_map(|(protocol, port)| {
            let is_wrong = match self.invariant.kind {
                InvariantKind::Never => is_target(protocol, port),
                InvariantKind::Only => !is_target(protocol, port),
                InvariantKind::Isolated => !is_at(&except, protocol, port),
            };
            let mut rules = permits.iter().filter(|permit| is_wrong && permit.is_on(protocol, port));
            rules.next().map(|permit| ((protocol, port), permit.rule.origin()))
        })
    }
}

fn opens(spec: &PortSpec, protocol: Protocol, port: u16) -> bool {
    crate::access::rule_index::opens((spec.protocol, spec.ports), protocol, port)
}

/// Packets of which one is wrong if any is: something begins at each, or has just ended. TCP comes first.
fn packets(permits: &[&AccessRule], targets: &[&InvariantTarget]) -> Vec<(Protocol, u16)> {
    let specs = targets.iter().flat_map(|target| &target.ip).map(|spec| (spec.protocol, spec.ports));
    let mut protocols = vec![Protocol::TCP, Protocol::UDP, Protocol::ICMP, Protocol::ICMPV6];
    let mut ports = BTreeSet::from([1]);
    for (protocol, range) in permits.iter().flat_map(|permit| permit.ports.iter().copied()).chain(specs) {
        protocols.extend(protocol.filter(|protocol| !protocols.contains(protocol)));
        ports.insert(range.first.max(1));
        ports.extend(range.last.checked_add(1));
    }
    let of_protocol = |protocol: Protocol| {
        let ports = if protocol.has_ports() { ports.iter().copied().collect() } else { vec![0] };
        ports.into_iter().map(move |port| (protocol, port))
    };
    protocols.into_iter().flat_map(of_protocol).collect()
}

/// Whether two lists, of which the second is sorted, have something in common.
fn common(some: &[SelectorId], sorted: &[SelectorId]) -> bool {
    some.iter().any(|id| sorted.binary_search(id).is_ok())
}

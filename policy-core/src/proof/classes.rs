//! Equivalence classes of sources and destinations, and the access that the rules allow between
//! them.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::access::{
    AccessRule, Denotation, DeviceId, Endpoint, Families, Family, PortSet, Principal, Reach, RuleIndex, RuleRef,
    SelectorId, SelectorIndex, Tailnet, UnknownSelectors, ip_set, rule_selectors, sorted,
};
use crate::model::{AddressRange, Invariant, Policy, Role, Selector};
use crate::proof::class_name::ClassName;
use crate::proof::doubt::{Doubt, Openness};
use crate::proof::representative::{
    Representative, devices, group_members_of_ordered_rules, representatives_with_placed_members, routed_addresses,
    whole_representatives,
};
use crate::source::Origin;

/// A class by its index in [`AccessClasses::sources`] or [`AccessClasses::destinations`].
pub type ClassId = usize;
/// A rule by its index in the list of [`AccessClasses::rules`].
pub type RuleId = usize;

/// A set of sources, or of destinations, that no selector of the policy distinguishes.
#[derive(Debug)]
pub struct Class<'p> {
    /// The names of its members, the most useful example first.
    pub names: Vec<ClassName>,
    /// Its members, in the order of [`names`](Class::names).
    pub members: Vec<Endpoint<'p>>,
    /// By member, whether it exists only under an assumption that no fact states.
    assumed: Vec<bool>,
    /// By member, the known devices that send and receive for it: the device itself, or the routers
    /// of an address. Empty if none is known.
    pub carriers: Vec<Vec<DeviceId>>,
    /// The selectors that name it, in order.
    pub selectors: Vec<SelectorId>,
    /// The families of its members' addresses.
    pub families: Families,
    /// The unknown facts about the member with the fewest of them.
    pub(super) doubt: Doubt,
    /// True if all members exist only under an assumption that no fact states.
    pub(super) is_conditional: bool,
    /// The facts that may be true of some member.
    pub(super) openness: Openness,
    /// The login of all members, if they have the same one.
    only_login: Option<&'p str>,
    has_only_owners: bool,
}

impl Class<'_> {
    /// Returns `true` if its most useful example has an assumed role.
    pub fn is_of_assumed_role(&self) -> bool {
        self.names.first().is_some_and(|name| name.assumed_role.is_some() && name.device.is_none())
    }

    /// Returns the users among its members that exist whatever the unknown facts are, with the
    /// families of their addresses.
    fn certain_users(&self) -> impl Iterator<Item = (Principal<'_>, Families)> {
        self.members.iter().zip(&self.assumed).filter(|(_, is_assumed)| !**is_assumed).filter_map(|(one, _)| user(one))
    }

    /// Returns the name of its most useful example.
    pub fn name(&self) -> String {
        self.names.first().map_or_else(|| "nobody".to_owned(), ClassName::to_string)
    }
}

/// The access that one rule gives a source class to a destination class.
#[derive(Clone, Debug)]
pub struct ClassAccess {
    /// The rule, or the whole policy if it has no rules.
    pub rule: Origin,
    /// The ports that the rule allows.
    pub ports: PortSet,
    /// The postures of which the source must meet one. Empty if none is required.
    pub postures: Vec<String>,
    /// True if the traffic must pass one of the rule's `via` routers.
    pub is_via: bool,
}

/// The equivalence classes of a policy, with the access between them. See [`proof`](super).
#[derive(Debug)]
pub struct AccessClasses<'p> {
    /// The policy.
    pub policy: &'p Policy,
    /// The facts and declarations of the policy.
    pub tailnet: Tailnet<'p>,
    /// The classes of sources, the most useful examples first.
    pub sources: Vec<Class<'p>>,
    /// The classes of destinations, the most useful examples first.
    pub destinations: Vec<Class<'p>>,
    /// The rules of the policy.
    pub rules: RuleIndex<'p>,
    /// By rule, the ports that it allows.
    pub ports: Vec<PortSet>,
    /// By selector, the classes of sources that it names, in order.
    pub sources_of: Vec<Vec<ClassId>>,
    /// By selector, the classes of destinations that it names, in order.
    pub destinations_of: Vec<Vec<ClassId>>,
    /// By class of sources, the classes of destinations that have a device of the same user, in order.
    pub same_user: Vec<Vec<ClassId>>,
    /// By class of destinations, the classes of sources that have a device of the same user, in order.
    pub same_user_sources: Vec<Vec<ClassId>>,
    /// The classes of the addresses that selectors name, by end.
    pub(super) named_ranges: [Vec<NamedRange>; 2],
    /// The selectors that depend on unknown facts, if the policy has invariants that may depend on
    /// them.
    pub(super) unknown_selectors: UnknownSelectors,
}

/// Addresses that a selector names, and that no other selector splits.
#[derive(Clone, Copy, Debug)]
pub(super) struct NamedRange {
    pub(super) class: ClassId,
    pub(super) range: AddressRange,
}

/// A function that enumerates representatives for a policy, a tailnet and selectors.
type Enumerate<'p> = for<'a> fn(&'p Policy, &'a Tailnet<'p>, &'a SelectorIndex<'p>) -> Vec<Representative<'p>>;

impl<'p> AccessClasses<'p> {
    /// Returns the classes that the rules and invariants of a valid policy distinguish.
    ///
    /// ```
    /// use policy_core::Policy;
    /// use policy_core::proof::{AccessClasses, Class};
    /// let policy = Policy::parse(r#"{
    ///     "tagOwners": {"tag:web": [], "tag:db": []},
    ///     "grants": [{"src": ["tag:web"], "dst": ["tag:db"], "ip": ["tcp:5432", "443"]}],
    /// }"#);
    /// let classes = AccessClasses::new(&policy);
    /// let find = |name: &str, classes: &[Class]| {
    ///     classes.iter().position(|class| class.names.iter().any(|known| known.to_string() == name)).unwrap()
    /// };
    /// let (web, db) = (find("`tag:web`", &classes.sources), find("`tag:db`", &classes.destinations));
    /// assert_eq!(classes.open_ports(web, db).to_string(), "443, tcp:5432");
    /// ```
    pub fn new(policy: &'p Policy) -> AccessClasses<'p> {
        AccessClasses::of(policy, &[], &[], false, representatives_with_placed_members)
    }

    /// Like [`new`](AccessClasses::new), but also splits classes at `selectors` of other rules.
    /// `ordered` has the sources of those rules among them of which the first match decides, such
    /// as SSH rules.
    pub fn with_selectors(policy: &'p Policy, selectors: &'p [Selector], ordered: &'p [Selector]) -> AccessClasses<'p> {
        AccessClasses::of(policy, selectors, ordered, false, representatives_with_placed_members)
    }

    /// Returns the classes that the rules and the selectors of a question distinguish, for answers
    /// that examine the addresses of each member and the ways to them one by one. Each member
    /// appears once: a device with both of its addresses, and a public address with all ways to it.
    pub fn with_questions(policy: &'p Policy, questions: &'p [Selector]) -> AccessClasses<'p> {
        AccessClasses::of(policy, questions, &[], true, whole_representatives)
    }

    /// Like [`with_selectors`](AccessClasses::with_selectors), but the only members are the known
    /// devices and the addresses behind their routes. Each device has all of its tags.
    pub fn of_devices(policy: &'p Policy, selectors: &'p [Selector]) -> AccessClasses<'p> {
        AccessClasses::of(policy, selectors, &[], false, |_, tailnet, index| {
            devices(tailnet).into_iter().chain(routed_addresses(tailnet, index)).collect()
        })
    }

    /// Groups representatives into classes.
    pub(super) fn of(
        policy: &'p Policy,
        selectors: &'p [Selector],
        ordered: &'p [Selector],
        are_whole: bool,
        enumerate: Enumerate<'p>,
    ) -> AccessClasses<'p> {
        let tailnet = Tailnet::new(policy);
        let invariants: Vec<&Selector> = policy.facts.invariants.iter().flat_map(Invariant::selectors).collect();
        let mut all = rule_selectors(policy);
        all.extend(&invariants);
        all.extend(selectors);
        let mut rules = RuleIndex::among(policy, &tailnet, all);
        rules.selectors.ask(&tailnet, invariants);
        let index = &rules.selectors;
        let mut all = enumerate(policy, &tailnet, index);
        all.extend(group_members_of_ordered_rules(ordered));
        let tells_families_apart = !are_whole && index.tells_families_apart();
        let mut sources = Grouping::new(tells_families_apart, are_whole);
        let mut destinations = Grouping::new(tells_families_apart, are_whole);
        for one in &all {
            if one.is_source {
                sources.add(one, |endpoint| index.of_source(&tailnet, endpoint));
            }
            if one.is_destination {
                destinations.add(one, |endpoint| index.of_destination(endpoint));
            }
        }
        let named_ranges = [sources.named_ranges, destinations.named_ranges];
        let (sources, destinations) = (sources.classes, destinations.classes);
        let (same_user, same_user_sources) = classes_of_same_user(&sources, &destinations);
        let unknown_selectors = match policy.facts.invariants.is_empty() {
            true => UnknownSelectors::default(),
            false => UnknownSelectors::new(&tailnet, index),
        };
        let count = index.len();
        AccessClasses {
            policy,
            ports: rules.list.iter().map(|rule| PortSet::new(rule.ports.iter().copied())).collect(),
            sources_of: classes_by_selector(&sources, count),
            destinations_of: classes_by_selector(&destinations, count),
            tailnet,
            sources,
            destinations,
            rules,
            same_user,
            same_user_sources,
            named_ranges,
            unknown_selectors,
        }
    }

    /// Returns the access that each rule allows between two classes, in the order of the policy.
    pub fn allowed_between(&self, source: ClassId, destination: ClassId) -> Vec<ClassAccess> {
        let is_same_user = self.may_be_same_user(source, destination);
        if !is_same_user && !self.may_be_different_users(source, destination) {
            return Vec::new();
        }
        let rules = self.rules_from(source).into_iter();
        let rules = rules.filter(|&rule| self.targets(rule, destination) || is_same_user && self.targets_self(rule));
        rules.filter_map(|rule| self.class_access(rule)).collect()
    }

    /// Returns the ports that any rule allows between two classes, whatever postures it requires.
    pub fn open_ports(&self, source: ClassId, destination: ClassId) -> PortSet {
        let allowed = self.allowed_between(source, destination);
        allowed.iter().fold(PortSet::default(), |open, access| open.with(&access.ports))
    }

    pub(super) fn class_access(&self, rule: RuleId) -> Option<ClassAccess> {
        let ports = self.ports.get(rule)?.clone();
        let rule = self.rules.list.get(rule)?;
        let postures = rule.postures.iter().map(Selector::to_string).collect();
        Some(ClassAccess { rule: rule.rule.origin(), ports, postures, is_via: !rule.via().is_empty() })
    }

    /// Returns a rule.
    pub fn rule(&self, rule: RuleId) -> Option<&AccessRule<'p>> {
        self.rules.list.get(rule)
    }

    /// Returns the rules that have a class as a source, in order.
    pub fn rules_from(&self, source: ClassId) -> Vec<RuleId> {
        let selectors = self.sources.get(source).map_or(&[][..], |class| &class.selectors);
        self.rules.with_source(selectors)
    }

    /// Returns `true` if a rule has a class as a destination other than by `autogroup:self`.
    pub fn targets(&self, rule: RuleId, destination: ClassId) -> bool {
        let class = self.destinations.get(destination);
        self.rule(rule).zip(class).is_some_and(|(rule, class)| sorted::intersects(&rule.dst, &class.selectors))
    }

    /// Returns the destinations that a rule allows. The routers of a `via` lead only to addresses
    /// and the internet, so devices among the destinations of such a rule are left out.
    pub(super) fn opened<'r>(&self, rule: &'r AccessRule<'p>) -> Cow<'r, [SelectorId]> {
        match rule.via() {
            [] => Cow::Borrowed(&rule.dst),
            _ => Cow::Owned(rule.dst.iter().copied().filter(|&id| self.is_behind_routers(id)).collect()),
        }
    }

    /// Returns `true` if a selector names something that the routers of a `via` lead to.
    pub fn is_behind_routers(&self, selector: SelectorId) -> bool {
        match self.rules.selectors.denotations.get(selector) {
            Some(Denotation::Internet) => true,
            Some(&denotation @ Denotation::Addresses(_)) => {
                let ranges = ip_set::named_addresses(&self.tailnet.declarations, denotation);
                !ranges.iter().all(|&range| Tailnet::is_in_tailnet(range))
            }
            _ => false,
        }
    }

    /// Returns `true` if a rule has `autogroup:self` as a destination.
    pub fn targets_self(&self, rule: RuleId) -> bool {
        let own_devices = self.rules.selectors.own_devices();
        self.rule(rule).zip(own_devices).is_some_and(|(rule, own_devices)| rule.dst.contains(&own_devices))
    }

    /// Returns `true` if members of the two classes may be devices of one user, and have addresses
    /// of the same family.
    pub fn may_be_same_user(&self, source: ClassId, destination: ClassId) -> bool {
        self.same_user.get(source).is_some_and(|destinations| sorted::contains(destinations, destination))
    }

    /// Returns `true` if members of the two classes are devices of one user, whatever the unknown facts are.
    pub(super) fn are_same_user(&self, source: ClassId, destination: ClassId) -> bool {
        let (Some(source), Some(destination)) = (self.sources.get(source), self.destinations.get(destination)) else {
            return false;
        };
        let certain: Vec<(Principal, Families)> = destination.certain_users().collect();
        let is_own = |(user, families): (Principal, Families)| {
            certain.iter().any(|(other, own)| *other == user && own.intersects(families))
        };
        source.certain_users().any(is_own)
    }

    /// Returns `true` if members of the two classes may be devices of different users, or of no
    /// user, and have addresses of the same family.
    pub fn may_be_different_users(&self, source: ClassId, destination: ClassId) -> bool {
        let (Some(source), Some(destination)) = (self.sources.get(source), self.destinations.get(destination)) else {
            return false;
        };
        if !source.families.intersects(destination.families) {
            return false;
        }
        let is_one = source.only_login.zip(destination.only_login).is_some_and(|(a, b)| a.eq_ignore_ascii_case(b));
        // A tailnet has one owner.
        !(is_one || source.has_only_owners && destination.has_only_owners)
    }

    /// Returns the classes at one end that any of the selectors may name, depending on an unknown
    /// fact, in order.
    pub(super) fn possibly_named_by(&self, end: &[Class], selectors: &[SelectorId]) -> Vec<ClassId> {
        let depends = |doubt: &Doubt| {
            let dependent = self.unknown_selectors.dependent_on(doubt.facts());
            sorted::intersects(selectors, &dependent)
        };
        let doubts: Vec<Doubt> = Doubt::ALL.into_iter().filter(depends).collect();
        if doubts.is_empty() {
            return Vec::new();
        }
        let classes = end.iter().enumerate().filter(|(_, class)| doubts.contains(&class.doubt));
        classes.map(|(id, _)| id).collect()
    }

    /// Returns the classes of sources that any of the selectors names, in order.
    pub fn sources_named_by(&self, selectors: &[SelectorId]) -> Vec<ClassId> {
        sorted::union_of(&self.sources_of, selectors)
    }

    /// Returns the classes of destinations that any of the selectors names other than by
    /// `autogroup:self`, in order.
    pub fn destinations_named_by(&self, selectors: &[SelectorId]) -> Vec<ClassId> {
        sorted::union_of(&self.destinations_of, selectors)
    }
}

impl<'p> AccessRule<'p> {
    /// Returns the routers of which one must carry the traffic. Empty if none is required.
    pub fn via(&self) -> &'p [Selector] {
        match self.rule {
            RuleRef::Grant(grant) => &grant.via,
            RuleRef::Acl(_) | RuleRef::ImplicitAllowAll(_) => &[],
        }
    }
}

/// A builder that groups the representatives at one end by their selectors. A class has the index
/// of its most useful example.
struct Grouping<'p> {
    classes: Vec<Class<'p>>,
    ids: HashMap<Vec<SelectorId>, ClassId>,
    /// The first member for each class, generic name and set of families. Many members share a
    /// generic name.
    generic: HashMap<(ClassId, ClassName, Families), usize>,
    named_ranges: Vec<NamedRange>,
    /// True if selectors distinguish the two addresses of a device whose addresses are unknown.
    tells_families_apart: bool,
    /// True if the known addresses of a device are not examined one by one.
    are_whole: bool,
}

impl<'p> Grouping<'p> {
    fn new(tells_families_apart: bool, are_whole: bool) -> Self {
        Grouping {
            classes: Vec::new(),
            ids: HashMap::new(),
            generic: HashMap::new(),
            named_ranges: Vec::new(),
            tells_families_apart,
            are_whole,
        }
    }

    /// Adds a representative. If the selectors of its addresses differ, it is added once for each
    /// address, because a packet has only one.
    fn add(&mut self, one: &Representative<'p>, selectors_of: impl Fn(&Endpoint) -> Vec<SelectorId>) {
        let endpoint = &one.endpoint;
        let may_differ = match endpoint.addresses.len() {
            0 => self.tells_families_apart && endpoint.family.is_none() && endpoint.who.is_device(),
            addresses => addresses > 1 && !self.are_whole,
        };
        if !may_differ {
            self.add_to_class(one, endpoint.clone(), None, selectors_of(endpoint));
            return;
        }
        let parts = endpoint.by_address().into_iter();
        let parts: Vec<(Endpoint, Vec<SelectorId>)> = parts.map(|part| (part.clone(), selectors_of(&part))).collect();
        let differ = parts.iter().zip(parts.iter().skip(1)).any(|((_, a), (_, b))| a != b);
        if let (false, Some((_, selectors))) = (differ, parts.first()) {
            self.add_to_class(one, endpoint.clone(), None, selectors.clone());
            return;
        }
        for (part, selectors) in parts {
            let family = Family::BOTH.into_iter().find(|&family| part.families().contains(family));
            self.add_to_class(one, part, family, selectors);
        }
    }

    fn add_to_class(
        &mut self,
        one: &Representative<'p>,
        endpoint: Endpoint<'p>,
        family: Option<Family>,
        selectors: Vec<SelectorId>,
    ) {
        let (login, is_owner) = match endpoint.who {
            Principal::User { login, role } => (Some(login), role == Some(Role::Owner)),
            Principal::Login(login) => (Some(login), false),
            Principal::Member { role, .. } => (None, role == Role::Owner),
            _ => (None, false),
        };
        let classes = &mut self.classes;
        let id = *self.ids.entry(selectors).or_insert_with_key(|selectors| {
            classes.push(Class {
                names: Vec::new(),
                members: Vec::new(),
                assumed: Vec::new(),
                carriers: Vec::new(),
                selectors: selectors.clone(),
                families: Families::default(),
                doubt: one.doubt,
                is_conditional: true,
                openness: Openness::default(),
                only_login: login,
                has_only_owners: true,
            });
            classes.len() - 1
        });
        self.named_ranges.extend(one.named_range.map(|range| NamedRange { class: id, range }));
        let Some(class) = self.classes.get_mut(id) else { return };
        let is_same = class.only_login.zip(login).is_some_and(|(a, b)| a.eq_ignore_ascii_case(b));
        class.only_login = class.only_login.filter(|_| is_same);
        class.has_only_owners &= is_owner;
        class.families = class.families.with(endpoint.families());
        class.openness = class.openness.or(Openness::of(&endpoint, one.may_be_shared));
        // The member with the fewest unknown facts decides what is certain.
        let is_conditional = one.is_assumed;
        if (is_conditional, one.doubt) < (class.is_conditional, class.doubt) {
            (class.is_conditional, class.doubt) = (is_conditional, one.doubt);
        }
        let name = ClassName { family, ..one.name.clone() };
        let next = class.members.len();
        let families = if self.are_whole { endpoint.families() } else { Families::default() };
        let key = || (id, name.clone(), families);
        let member = if one.is_generic() { *self.generic.entry(key()).or_insert(next) } else { next };
        match (class.members.get_mut(member), class.carriers.get_mut(member)) {
            (Some(same), Some(carriers)) => {
                // The other family may have other exit nodes.
                if one.endpoint.reach == Reach::ExitNode && !endpoint.families().intersects(same.families()) {
                    same.addresses.extend(endpoint.addresses);
                    *carriers = sorted::union(carriers, &one.carriers);
                }
            }
            _ => {
                class.names.push(name);
                class.members.push(endpoint);
                class.assumed.push(one.is_assumed);
                class.carriers.push(one.carriers.clone());
            }
        }
    }
}

fn classes_by_selector(classes: &[Class], selectors: usize) -> Vec<Vec<ClassId>> {
    let mut lists: Vec<Vec<ClassId>> = vec![Vec::new(); selectors];
    for (id, class) in classes.iter().enumerate() {
        for &selector in &class.selectors {
            if let Some(list) = lists.get_mut(selector) {
                list.push(id);
            }
        }
    }
    lists
}

/// Returns, for each class of sources, the classes of destinations that have a device of one of its
/// users, and the reverse for each class of destinations.
fn classes_of_same_user(sources: &[Class], destinations: &[Class]) -> (Vec<Vec<ClassId>>, Vec<Vec<ClassId>>) {
    let mut destinations_of_user: HashMap<Principal, Vec<(ClassId, Families)>> = HashMap::new();
    for (id, class) in destinations.iter().enumerate() {
        for (user, families) in class.members.iter().filter_map(user) {
            destinations_of_user.entry(user).or_default().push((id, families));
        }
    }
    let mut by_destination: Vec<Vec<ClassId>> = vec![Vec::new(); destinations.len()];
    let by_source = sources.iter().enumerate().map(|(id, class)| {
        let users = class.members.iter().filter_map(user);
        let of_users = users.flat_map(|(user, families)| {
            let devices = destinations_of_user.get(&user).into_iter().flatten();
            devices.filter(move |(_, own)| own.intersects(families)).map(|&(id, _)| id)
        });
        let same_user = sorted::sort(of_users.collect());
        for &destination in &same_user {
            if let Some(sources) = by_destination.get_mut(destination) {
                sources.push(id);
            }
        }
        same_user
    });
    let by_source = by_source.collect();
    (by_source, by_destination)
}

/// Returns the principal of an endpoint and the families of its addresses, if it is a user.
fn user<'p>(endpoint: &Endpoint<'p>) -> Option<(Principal<'p>, Families)> {
    match endpoint.who {
        Principal::User { .. } | Principal::Member { .. } => Some((endpoint.who.clone(), endpoint.families())),
        _ => None,
    }
}

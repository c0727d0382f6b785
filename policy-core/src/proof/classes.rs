use std::collections::HashMap;

use crate::access::endpoint::{Endpoint, Principal};
use crate::access::port_set::PortSet;
use crate::access::rule_index;
use crate::access::rule_index::{AccessRule, RuleIndex, RuleRef};
use crate::access::selector_index::SelectorId;
use crate::access::tailnet::Tailnet;
use crate::model::{Invariant, Policy, Role, Selector};
use crate::proof::representative::{Representative, devices, individuals};
use crate::source::Origin;

/// A class by its place among [`AccessClasses::sources`] or [`AccessClasses::destinations`].
pub type ClassId = usize;

/// Those whom no rule, no invariant and no question tells apart at one end of a connection.
#[derive(Debug)]
pub struct Class<'p> {
    /// What its members are called, with backticks around words of the policy; the best example first.
    pub names: Vec<String>,
    pub members: Vec<Endpoint<'p>>,
    pub selectors: Vec<SelectorId>,
    /// The login that all its members have, if it is one.
    only_login: Option<&'p str>,
    has_only_owners: bool,
    is_of_assumed_role: bool,
}

impl Class<'_> {
    /// Whether its best example is in it only if they have a role that no fact gives them.
    pub fn is_of_assumed_role(&self) -> bool {
        self.is_of_assumed_role
    }

    /// The best example.
    pub fn name(&self) -> &str {
        self.names.first().map_or("nobody", String::as_str)
    }
}

/// What one rule gives to a source at a destination.
#[derive(Clone, Debug)]
pub struct ClassAccess {
    /// The rule; the whole policy if it has no rules.
    pub rule: Origin,
    /// What is open.
    pub ports: PortSet,
    /// The postures of which one must be met, if there are any.
    pub postures: Vec<String>,
    /// Whether the rule's `via` must lead there.
    pub is_via: bool,
}

/// Everybody and everything that a policy can tell apart, and what it allows between them. See [`super`].
#[derive(Debug)]
pub struct AccessClasses<'p> {
    /// The policy.
    pub policy: &'p Policy,
    /// Principal and what is known.
    pub tailnet: Tailnet<'p>,
    /// The classes of sources, the best examples first.
    pub sources: Vec<Class<'p>>,
    /// The classes of destinations, the best examples first.
    pub destinations: Vec<Class<'p>>,
    pub permits: RuleIndex<'p>,
    /// What each permit opens.
    pub ports: Vec<PortSet>,
    /// By selector, the classes of sources that it names, in order.
    pub sources_of: Vec<Vec<ClassId>>,
    pub destinations_of: Vec<Vec<ClassId>>,
    /// By class of sources, the classes of destinations with a device of the same user, in order.
    pub own: Vec<Vec<ClassId>>,
    /// By class of destinations, the classes of such sources.
    pub own_back: Vec<Vec<ClassId>>,
}

impl<'p> AccessClasses<'p> {
    /// What the rules and invariants of a valid policy tell apart.
    ///
    /// ```
    /// use policy_core::Policy;
    /// use policy_core::proof::classes::AccessClasses;
    /// let policy = Policy::parse(r#"{
    ///     "tagOwners": {"tag:web": [], "tag:db": []},
    ///     "grants": [{"src": ["tag:web"], "dst": ["tag:db"], "ip": ["tcp:5432", "443"]}],
    /// }"#);
    /// let space = AccessClasses::new(&policy);
    /// let class = |name: &str, classes: &[policy_core::proof::classes::Class]| {
    ///     classes.iter().position(|class| class.names.iter().any(|known| known == name)).unwrap()
    /// };
    /// let (web, db) = (class("`tag:web`", &space.sources), class("`tag:db`", &space.destinations));
    /// assert_eq!(space.open(web, db).to_string(), "443, tcp:5432");
    /// ```
    pub fn new(policy: &'p Policy) -> AccessClasses<'p> {
        AccessClasses::with(policy, &[])
    }

    /// The same, with more selectors that classes must not straddle: those of a question.
    pub fn with(policy: &'p Policy, questions: &'p [Selector]) -> AccessClasses<'p> {
        AccessClasses::among(policy, questions, individuals)
    }

    /// The same of the devices of the facts alone, each with all that it is.
    pub fn of_devices(policy: &'p Policy, questions: &'p [Selector]) -> AccessClasses<'p> {
        AccessClasses::among(policy, questions, |_, tailnet, _| devices(tailnet))
    }

    fn among(
        policy: &'p Policy,
        questions: &'p [Selector],
        individuals: impl FnOnce(&'p Policy, &Tailnet<'p>, &[&'p Selector]) -> Vec<Representative<'p>>,
    ) -> AccessClasses<'p> {
        let tailnet = Tailnet::new(policy);
        let invariants = policy.facts.invariants.iter().flat_map(Invariant::selectors);
        let selectors = rule_index::ends(policy).chain(invariants).chain(questions);
        let permits = RuleIndex::among(policy, &tailnet, selectors);
        let all = individuals(policy, &tailnet, &permits.selectors.distinct);
        let sources = all.iter().filter(|one| !matches!(one.identity.who, Principal::Service(_)));
        let sources = sources.map(|one| (one, permits.selectors.of_source(&tailnet, &one.identity)));
        let sources = classes(sources);
        // Nothing is told to somebody whom a device is shared with, and whether an address is routed is no matter.
        let destinations = all.iter().filter(|one| one.identity.who != Principal::Shared && !one.identity.is_routed);
        let destinations = destinations.map(|one| (one, permits.selectors.of_destination(&one.identity)));
        let destinations = classes(destinations);
        let (own, own_back) = own_devices(&sources, &destinations);
        let count = permits.selectors.len();
        AccessClasses {
            policy,
            ports: permits.list.iter().map(|permit| PortSet::new(permit.ports.iter().copied())).collect(),
            sources_of: by_selector(&sources, count),
            destinations_of: by_selector(&destinations, count),
            tailnet,
            sources,
            destinations,
            permits,
            own,
            own_back,
        }
    }

    /// What each rule opens between two classes, in the order of the policy.
    pub fn cell(&self, source: ClassId, destination: ClassId) -> Vec<ClassAccess> {
        let is_own = self.may_be_own(source, destination);
        if !is_own && !self.may_be_two(source, destination) {
            return Vec::new();
        }
        let found = self
            .permits_from(source)
            .into_iter()
            .filter(|&permit| self.leads_to(permit, destination) || is_own && self.leads_home(permit));
        found.filter_map(|permit| self.access(permit)).collect()
    }

    /// What is open between two classes by any rule, whatever postures are asked for.
    pub fn open(&self, source: ClassId, destination: ClassId) -> PortSet {
        let cell = self.cell(source, destination);
        cell.iter().fold(PortSet::default(), |open, access| open.with(&access.ports))
    }

    pub fn access(&self, permit: usize) -> Option<ClassAccess> {
        let ports = self.ports.get(permit)?.clone();
        let permit = self.permits.list.get(permit)?;
        let postures = permit.postures.iter().map(Selector::to_string).collect();
        Some(ClassAccess { rule: permit.rule.origin(), ports, postures, is_via: !permit.via().is_empty() })
    }

    pub fn permit(&self, number: usize) -> Option<&AccessRule<'p>> {
        self.permits.list.get(number)
    }

    /// The permits that a class is a source of, in order.
    pub fn permits_from(&self, source: ClassId) -> Vec<usize> {
        let selectors = self.sources.get(source).map_or(&[][..], |class| &class.selectors);
        self.permits.with_source(selectors)
    }

    pub fn leads_to(&self, permit: usize, destination: ClassId) -> bool {
        let class = self.destinations.get(destination);
        self.permit(permit).zip(class).is_some_and(|(permit, class)| meets(&permit.dst, &class.selectors))
    }

    /// Whether a permit is to `autogroup:self`.
    pub fn leads_home(&self, permit: usize) -> bool {
        let own = self.permits.selectors.own_devices();
        self.permit(permit).zip(own).is_some_and(|(permit, own)| permit.dst.contains(&own))
    }

    /// Whether a source and a destination of these classes may be devices of one user.
    pub fn may_be_own(&self, source: ClassId, destination: ClassId) -> bool {
        self.own.get(source).is_some_and(|own| own.binary_search(&destination).is_ok())
    }

    /// Whether a source and a destination of these classes may be devices of two users, or of nobody.
    pub fn may_be_two(&self, source: ClassId, destination: ClassId) -> bool {
        let (Some(source), Some(destination)) = (self.sources.get(source), self.destinations.get(destination)) else {
            return false;
        };
        let is_one = source.only_login.zip(destination.only_login).is_some_and(|(a, b)| a.eq_ignore_ascii_case(b));
        // A tailnet has one owner.
        !(is_one || source.has_only_owners && destination.has_only_owners)
    }

    /// The classes of sources that one of the selectors names, in order.
    pub fn sources_among(&self, selectors: &[SelectorId]) -> Vec<ClassId> {
        union(&self.sources_of, selectors)
    }

    /// The classes of destinations that one of the selectors names, `autogroup:self` apart, in order.
    pub fn destinations_among(&self, selectors: &[SelectorId]) -> Vec<ClassId> {
        union(&self.destinations_of, selectors)
    }
}

impl<'p> AccessRule<'p> {
    /// The routers that alone may carry it.
    pub fn via(&self) -> &'p [Selector] {
        match self.rule {
            RuleRef::Grant(grant) => &grant.via,
            RuleRef::Acl(_) | RuleRef::NoRules(_) => &[],
        }
    }
}

/// Whether one of a few selectors is among those of a class.
pub fn meets(few: &[SelectorId], sorted: &[SelectorId]) -> bool {
    few.iter().any(|id| sorted.binary_search(id).is_ok())
}

fn union(lists: &[Vec<ClassId>], selectors: &[SelectorId]) -> Vec<ClassId> {
    let mut union: Vec<ClassId> = selectors.iter().filter_map(|&id| lists.get(id)).flatten().copied().collect();
    union.sort_unstable();
    union.dedup();
    union
}

/// Individuals with the same selectors are one class, whose place is that of its best example.
fn classes<'a, 'p: 'a>(individuals: impl Iterator<Item = (&'a Representative<'p>, Vec<SelectorId>)>) -> Vec<Class<'p>> {
    let mut numbers: HashMap<Vec<SelectorId>, ClassId> = HashMap::new();
    let mut classes: Vec<Class> = Vec::new();
    for (one, selectors) in individuals {
        let login = match one.identity.who {
            Principal::User { login, .. } => Some(login),
            _ => None,
        };
        let is_owner = matches!(
            one.identity.who,
            Principal::User { role: Some(Role::Owner), .. } | Principal::Member { role: Role::Owner, .. }
        );
        let number = *numbers.entry(selectors).or_insert_with_key(|selectors| {
            classes.push(Class {
                names: Vec::new(),
                members: Vec::new(),
                selectors: selectors.clone(),
                only_login: login,
                has_only_owners: true,
                is_of_assumed_role: one.is_of_assumed_role,
            });
            classes.len() - 1
        });
        if let Some(class) = classes.get_mut(number) {
            let is_same = class.only_login.zip(login).is_some_and(|(a, b)| a.eq_ignore_ascii_case(b));
            class.only_login = class.only_login.filter(|_| is_same);
            class.has_only_owners &= is_owner;
            class.names.push(one.name.clone());
            class.members.push(one.identity.clone());
        }
    }
    classes
}

fn by_selector(classes: &[Class], selectors: usize) -> Vec<Vec<ClassId>> {
    let mut lists: Vec<Vec<ClassId>> = vec![Vec::new(); selectors];
    for (number, class) in classes.iter().enumerate() {
        for &id in &class.selectors {
            if let Some(list) = lists.get_mut(id) {
                list.push(number);
            }
        }
    }
    lists
}

/// For each class of sources those of destinations that have a device of one of its people, and the other way round.
fn own_devices(sources: &[Class], destinations: &[Class]) -> (Vec<Vec<ClassId>>, Vec<Vec<ClassId>>) {
    let mut homes: HashMap<Principal, Vec<ClassId>> = HashMap::new();
    for (number, class) in destinations.iter().enumerate() {
        for who in class.members.iter().filter_map(person) {
            homes.entry(who).or_default().push(number);
        }
    }
    let mut back: Vec<Vec<ClassId>> = vec![Vec::new(); destinations.len()];
    let there = sources.iter().enumerate().map(|(number, class)| {
        let people = class.members.iter().filter_map(person);
        let mut own: Vec<ClassId> = people.filter_map(|who| homes.get(&who)).flatten().copied().collect();
        own.sort_unstable();
        own.dedup();
        for &home in &own {
            if let Some(sources) = back.get_mut(home) {
                sources.push(number);
            }
        }
        own
    });
    let there = there.collect();
    (there, back)
}

/// Principal a member of a class is, if it is a person.
fn person<'p>(identity: &Endpoint<'p>) -> Option<Principal<'p>> {
    match identity.who {
        Principal::User { .. } | Principal::Member { .. } => Some(identity.who.clone()),
        _ => None,
    }
}

//! Equivalence classes of sources and destinations, and what the rules allow between them.

use std::collections::HashMap;

use crate::access::{
    AccessRule, Endpoint, PortSet, Principal, Reach, RuleIndex, RuleRef, SelectorId, Tailnet, rule_selectors, sorted,
};
use crate::model::{Invariant, Policy, Role, Selector};
use crate::proof::class_name::ClassName;
use crate::proof::representative::{Representative, devices, representatives};
use crate::source::Origin;

/// A class by its place among [`AccessClasses::sources`] or [`AccessClasses::destinations`].
pub type ClassId = usize;
/// A rule by its place in the list of [`AccessClasses::rules`].
pub type RuleId = usize;

/// Sources, or destinations, that no selector of the policy tells apart.
#[derive(Debug)]
pub struct Class<'p> {
    /// The names of its members, the most useful example first.
    pub names: Vec<ClassName>,
    /// Its members, in the order of [`names`](Class::names).
    pub members: Vec<Endpoint<'p>>,
    /// The selectors that name it, in order.
    pub selectors: Vec<SelectorId>,
    /// The login that all its members have, if they share one.
    only_login: Option<&'p str>,
    has_only_owners: bool,
}

impl Class<'_> {
    /// Returns `true` if its most useful example has a role that no fact gives them.
    pub fn is_of_assumed_role(&self) -> bool {
        self.names.first().is_some_and(|name| name.assumed_role.is_some() && name.device.is_none())
    }

    /// Returns the name of its most useful example.
    pub fn name(&self) -> String {
        self.names.first().map_or_else(|| "nobody".to_owned(), ClassName::to_string)
    }
}

/// The access that one rule gives a source class to a destination class.
#[derive(Clone, Debug)]
pub struct ClassAccess {
    /// The rule; the whole policy if it has no rules.
    pub rule: Origin,
    /// The ports that the rule opens.
    pub ports: PortSet,
    /// The postures of which the source must meet one, if there are any.
    pub postures: Vec<String>,
    /// Whether the traffic must pass one of the rule's `via` routers.
    pub is_via: bool,
}

/// The equivalence classes of a policy, and what it allows between them. See [`proof`](super).
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
    /// By rule, the ports that it opens.
    pub ports: Vec<PortSet>,
    /// By selector, the classes of sources that it names, in order.
    pub sources_of: Vec<Vec<ClassId>>,
    /// By selector, the classes of destinations that it names, in order.
    pub destinations_of: Vec<Vec<ClassId>>,
    /// By class of sources, the classes of destinations that have a device of the same user, in order.
    pub same_user: Vec<Vec<ClassId>>,
    /// By class of destinations, the classes of sources that have a device of the same user, in order.
    pub same_user_sources: Vec<Vec<ClassId>>,
}

/// Enumerates the representatives whose classes are wanted, by policy, tailnet and selectors.
type Enumerate<'p> = for<'a> fn(&'p Policy, &'a Tailnet<'p>, &'a [&'p Selector]) -> Vec<Representative<'p>>;

impl<'p> AccessClasses<'p> {
    /// Returns the classes that the rules and invariants of a valid policy tell apart.
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
        AccessClasses::with_selectors(policy, &[])
    }

    /// Like [`new`](AccessClasses::new), but also splits classes at `selectors`, such as those of a question.
    pub fn with_selectors(policy: &'p Policy, selectors: &'p [Selector]) -> AccessClasses<'p> {
        AccessClasses::of(policy, selectors, representatives)
    }

    /// Like [`with_selectors`](AccessClasses::with_selectors), but with the known devices as the only members, each with
    /// all of its tags.
    pub fn of_devices(policy: &'p Policy, selectors: &'p [Selector]) -> AccessClasses<'p> {
        AccessClasses::of(policy, selectors, |_, tailnet, _| devices(tailnet))
    }

    /// Returns the classes of some representatives.
    pub(super) fn of(policy: &'p Policy, selectors: &'p [Selector], enumerate: Enumerate<'p>) -> AccessClasses<'p> {
        let tailnet = Tailnet::new(policy);
        let invariants = policy.facts.invariants.iter().flat_map(Invariant::selectors);
        let selectors = rule_selectors(policy).chain(invariants).chain(selectors);
        let rules = RuleIndex::among(policy, &tailnet, selectors);
        let all = enumerate(policy, &tailnet, &rules.selectors.distinct);
        let sources = all.iter().filter(|one| !matches!(one.endpoint.who, Principal::Service(_)));
        let sources = sources.map(|one| (one, rules.selectors.of_source(&tailnet, &one.endpoint)));
        let sources = group_into_classes(sources);
        // The outsiders with whom a device is shared are no destinations, and to a destination it makes no difference
        // whether it is routed.
        let destinations =
            all.iter().filter(|one| one.endpoint.who != Principal::Shared && one.endpoint.reach == Reach::Own);
        let destinations = destinations.map(|one| (one, rules.selectors.of_destination(&one.endpoint)));
        let destinations = group_into_classes(destinations);
        let (same_user, same_user_sources) = classes_of_same_user(&sources, &destinations);
        let count = rules.selectors.len();
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
        }
    }

    /// Returns what each rule allows between two classes, in the order of the policy.
    pub fn allowed_between(&self, source: ClassId, destination: ClassId) -> Vec<ClassAccess> {
        let is_same_user = self.may_be_same_user(source, destination);
        if !is_same_user && !self.may_be_different_users(source, destination) {
            return Vec::new();
        }
        let rules = self.rules_from(source).into_iter();
        let rules = rules.filter(|&rule| self.targets(rule, destination) || is_same_user && self.targets_self(rule));
        rules.filter_map(|rule| self.class_access(rule)).collect()
    }

    /// Returns the ports that any rule opens between two classes, whichever postures the rule requires.
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

    /// Returns `true` if a rule has a class as a destination, apart from `autogroup:self`.
    pub fn targets(&self, rule: RuleId, destination: ClassId) -> bool {
        let class = self.destinations.get(destination);
        self.rule(rule).zip(class).is_some_and(|(rule, class)| sorted::intersects(&rule.dst, &class.selectors))
    }

    /// Returns `true` if a rule has `autogroup:self` as a destination.
    pub fn targets_self(&self, rule: RuleId) -> bool {
        let own_devices = self.rules.selectors.own_devices();
        self.rule(rule).zip(own_devices).is_some_and(|(rule, own_devices)| rule.dst.contains(&own_devices))
    }

    /// Returns `true` if members of the two classes may be devices of one user.
    pub fn may_be_same_user(&self, source: ClassId, destination: ClassId) -> bool {
        self.same_user.get(source).is_some_and(|destinations| sorted::contains(destinations, destination))
    }

    /// Returns `true` if members of the two classes may be devices of different users, or of no user.
    pub fn may_be_different_users(&self, source: ClassId, destination: ClassId) -> bool {
        let (Some(source), Some(destination)) = (self.sources.get(source), self.destinations.get(destination)) else {
            return false;
        };
        let is_one = source.only_login.zip(destination.only_login).is_some_and(|(a, b)| a.eq_ignore_ascii_case(b));
        // A tailnet has one owner.
        !(is_one || source.has_only_owners && destination.has_only_owners)
    }

    /// Returns the classes of sources that one of the selectors names, in order.
    pub fn sources_named_by(&self, selectors: &[SelectorId]) -> Vec<ClassId> {
        sorted::union_of(&self.sources_of, selectors)
    }

    /// Returns the classes of destinations that one of the selectors names, apart from `autogroup:self`, in order.
    pub fn destinations_named_by(&self, selectors: &[SelectorId]) -> Vec<ClassId> {
        sorted::union_of(&self.destinations_of, selectors)
    }
}

impl<'p> AccessRule<'p> {
    /// Returns the routers of which one must carry the traffic, if there are any.
    pub fn via(&self) -> &'p [Selector] {
        match self.rule {
            RuleRef::Grant(grant) => &grant.via,
            RuleRef::Acl(_) | RuleRef::ImplicitAllowAll(_) => &[],
        }
    }
}

/// Groups representatives with the same selectors. A class has the place of its most useful example.
fn group_into_classes<'a, 'p: 'a>(
    representatives: impl Iterator<Item = (&'a Representative<'p>, Vec<SelectorId>)>,
) -> Vec<Class<'p>> {
    let mut ids: HashMap<Vec<SelectorId>, ClassId> = HashMap::new();
    let mut classes: Vec<Class> = Vec::new();
    for (one, selectors) in representatives {
        let (login, is_owner) = match one.endpoint.who {
            Principal::User { login, role } => (Some(login), role == Some(Role::Owner)),
            Principal::Member { role, .. } => (None, role == Role::Owner),
            _ => (None, false),
        };
        let id = *ids.entry(selectors).or_insert_with_key(|selectors| {
            classes.push(Class {
                names: Vec::new(),
                members: Vec::new(),
                selectors: selectors.clone(),
                only_login: login,
                has_only_owners: true,
            });
            classes.len() - 1
        });
        if let Some(class) = classes.get_mut(id) {
            let is_same = class.only_login.zip(login).is_some_and(|(a, b)| a.eq_ignore_ascii_case(b));
            class.only_login = class.only_login.filter(|_| is_same);
            class.has_only_owners &= is_owner;
            class.names.push(one.name.clone());
            class.members.push(one.endpoint.clone());
        }
    }
    classes
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

/// Returns, by class of sources, the classes of destinations that have a device of one of its users, and the same by
/// class of destinations.
fn classes_of_same_user(sources: &[Class], destinations: &[Class]) -> (Vec<Vec<ClassId>>, Vec<Vec<ClassId>>) {
    let mut destinations_of_user: HashMap<Principal, Vec<ClassId>> = HashMap::new();
    for (id, class) in destinations.iter().enumerate() {
        for user in class.members.iter().filter_map(user) {
            destinations_of_user.entry(user).or_default().push(id);
        }
    }
    let mut by_destination: Vec<Vec<ClassId>> = vec![Vec::new(); destinations.len()];
    let by_source = sources.iter().enumerate().map(|(id, class)| {
        let users = class.members.iter().filter_map(user);
        let of_users = users.filter_map(|user| destinations_of_user.get(&user));
        let same_user = sorted::sort(of_users.flatten().copied().collect());
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

/// Returns the principal of an endpoint if it is a user.
fn user<'p>(endpoint: &Endpoint<'p>) -> Option<Principal<'p>> {
    match endpoint.who {
        Principal::User { .. } | Principal::Member { .. } => Some(endpoint.who.clone()),
        _ => None,
    }
}

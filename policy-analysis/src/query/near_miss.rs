//! What keeps rules from being about two ends: those that come nearest.

use crate::query::path::QueryEnds;
use crate::query::query_world::{QueryEnd, QueryWorld};
use policy_core::access::endpoint::Principal;
use policy_core::access::port_set::PortSet;
use policy_core::access::rule_index::{AccessRule, RuleRef};
use policy_core::access::selector_index::SelectorId;
use policy_core::diagnostic::listed;
use policy_core::model::{Action, Autogroup, Policy, Protocol, Role, Selector, SelectorKind};
use policy_core::source::Origin;

/// A rule that would allow it but for one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Near {
    /// The rule.
    pub rule: Origin,
    /// What keeps it from doing so, after "it": `` is for `autogroup:admin`, not for `bob` ``.
    pub lack: String,
}

/// So many are told.
const TOLD: usize = 3;

/// The rules that come nearest to letting a packet through, by the measure of failing tests: other ports of the same
/// destination are nearer than another source, that is nearer than another destination, and a rule towards `*` is
/// about no destination in particular.
pub(super) fn to_packet(world: &QueryWorld, ends: QueryEnds, (protocol, port): (Protocol, u16)) -> Vec<Near> {
    let policy = world.space.policy;
    let mut found: Vec<(u8, &AccessRule)> = Vec::new();
    for (number, permit) in world.space.permits.list.iter().enumerate() {
        let comes = names(&permit.src, ends.source);
        let is_home = ends.is_own && world.space.leads_home(number);
        let goes = is_home || names(&permit.dst, ends.destination);
        match (comes, goes, permit.is_on(protocol, port)) {
            (true, true, false) if !permit.ports.is_empty() => found.push((0, permit)),
            (false, true, true) => {
                let is_exact = names_exactly(world, permit, ends.destination);
                found.push((if is_exact { 1 } else { 3 }, permit));
            }
            (true, false, true) => found.push((2, permit)),
            _ => {}
        }
    }
    found.sort_by_key(|(distance, _)| *distance);
    let mut told: Vec<Near> = Vec::new();
    for (distance, permit) in found {
        let rule = permit.rule.origin();
        if told.len() < TOLD && told.iter().all(|near| near.rule != rule) {
            let lack = match distance {
                0 => format!("opens {} only", on(&PortSet::new(permit.ports.iter().copied()))),
                2 => leads_elsewhere(policy, destinations(permit).iter().copied(), ends),
                _ => is_for_others(policy, permit.rule.src(), ends.source),
            };
            told.push(Near { rule, lack });
        }
    }
    told
}

/// The SSH rules that come nearest to letting somebody in as an account.
pub(super) fn to_login(world: &QueryWorld, ends: QueryEnds, account: &str) -> Vec<Near> {
    let policy = world.space.policy;
    let mut found: Vec<(u8, Near)> = Vec::new();
    for ssh in world.ssh.iter().filter(|ssh| ssh.rule.action.is_some()) {
        let (rule, origin) = (ssh.rule, ssh.rule.origin);
        let comes = names(&ssh.src, ends.source);
        let goes = ends.is_own && ssh.is_to_own || names(&ssh.dst, ends.destination);
        match (comes, goes, is_account(rule.users.iter().map(|user| user.as_str()), account, ends.source)) {
            (true, true, false) => {
                found.push((
                    0,
                    Near { rule: origin, lack: format!("is for the accounts {} only", listed(&rule.users)) },
                ));
            }
            (false, true, true) => {
                found.push((1, Near { rule: origin, lack: is_for_others(policy, &rule.src, ends.source) }));
            }
            (true, false, true) => {
                found.push((2, Near { rule: origin, lack: leads_elsewhere(policy, rule.dst.iter(), ends) }));
            }
            _ => {}
        }
    }
    found.sort_by_key(|(distance, _)| *distance);
    found.into_iter().take(TOLD).map(|(_, near)| near).collect()
}

/// Whether a rule for these accounts lets somebody be one.
pub(super) fn is_account<'r>(users: impl IntoIterator<Item = &'r str>, account: &str, source: &QueryEnd) -> bool {
    let login = match source.identity.who {
        Principal::User { login, .. } => login.rsplit_once('@'),
        _ => None,
    };
    users.into_iter().any(|user| match user.strip_prefix("localpart:*@") {
        Some(domain) => login == Some((account, domain)),
        None if user == Autogroup::Nonroot.name() => account != "root",
        None => user == account,
    })
}

/// What an action is called after "allowed".
pub(super) fn decisive(actions: &[Option<Action>]) -> Option<usize> {
    let place = |wanted: Action| actions.iter().position(|action| *action == Some(wanted));
    // Check rules come before all others. `ssh-multi-rule-accept-then-check`
    place(Action::Check).or_else(|| place(Action::Accept))
}

fn names(few: &[SelectorId], end: &QueryEnd) -> bool {
    few.iter().any(|id| end.selectors.binary_search(id).is_ok())
}

/// Whether a permit is to the end by another name than `*`.
fn names_exactly(world: &QueryWorld, permit: &AccessRule, end: &QueryEnd) -> bool {
    let everything = world.space.permits.selectors.id("*");
    permit.dst.iter().any(|id| Some(*id) != everything && end.selectors.binary_search(id).is_ok())
}

fn destinations<'p>(permit: &AccessRule<'p>) -> Vec<&'p Selector> {
    match permit.rule {
        RuleRef::Grant(grant) => grant.dst.iter().collect(),
        RuleRef::Acl(acl) => {
            permit.dst_items.iter().filter_map(|&item| acl.dst.get(item)).map(|dst| &dst.host).collect()
        }
        RuleRef::NoRules(_) => Vec::new(),
    }
}

fn on(ports: &PortSet) -> String {
    listed(ports.to_string().split(", "))
}

fn is_for_others(policy: &Policy, sources: &[Selector], source: &QueryEnd) -> String {
    let name = source.name();
    let role = match source.identity.who {
        Principal::User { login, .. } => {
            policy.facts.users.iter().find(|user| user.email.eq_ignore_ascii_case(login)).and_then(|user| user.role)
        }
        _ => None,
    };
    let is_role =
        |selector: &Selector| matches!(selector.kind, SelectorKind::Autogroup(Some(autogroup)) if autogroup.is_role());
    let sources_in_words = listed(sources.iter().map(|selector| word(policy, selector)));
    match (sources, role) {
        ([only], Some(role)) if is_role(only) => {
            let role = Role::NAMES.iter().find(|(_, known)| *known == role).map_or("member", |(name, _)| name);
            format!("is for {sources_in_words}, and {name} has the role `{role}`")
        }
        ([only], _) if only.kind == SelectorKind::Wildcard => {
            format!("is for {sources_in_words}, and {name} is not known to be part of the tailnet")
        }
        ([only], _) if only.kind == SelectorKind::Group => {
            format!("is for {sources_in_words}, and {name} is not in it")
        }
        _ => format!("is for {sources_in_words}, not for {name}"),
    }
}

fn leads_elsewhere<'r>(policy: &Policy, destinations: impl Iterator<Item = &'r Selector>, ends: QueryEnds) -> String {
    let all: Vec<&Selector> = destinations.collect();
    let name = ends.destination.name();
    match all.as_slice() {
        [only] if only.kind == SelectorKind::Autogroup(Some(Autogroup::SelfDevices)) => {
            format!("leads to the own devices of {} only", ends.source.name())
        }
        _ => format!("leads to {}, not to {name}", listed(all.iter().map(|selector| word(policy, selector)))),
    }
}

/// A selector as the policy's own source has it.
fn word<'a>(policy: &'a Policy, selector: &'a Selector) -> &'a str {
    let is_user = selector.kind == SelectorKind::User && policy.facts.are_in_source();
    let user = policy.facts.users.iter().find(|user| is_user && user.email.eq_ignore_ascii_case(&selector.text));
    user.map_or(&selector.text, |user| &user.name)
}

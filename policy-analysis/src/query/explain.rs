//! May one reach the other, by which rule, and what is missing if not?

use std::collections::HashSet;

use crate::query::near_miss;
use crate::query::near_miss::{Near, is_account};
use crate::query::path;
use crate::query::path::QueryEnds;
use crate::query::query_world::{Block, QueryEnd, QueryWorld, RulesBetween, is_own_devices};
use crate::query::subject::{Side, Subject};
use crate::query::{AppRuleMatch, QueryError, RuleMatch, SshRuleMatch, check_period};
use policy_core::access::port_set::PortSet;
use policy_core::access::posture;
use policy_core::access::rule_index::{AccessRule, RuleRef};
use policy_core::model::{Action, Policy, Protocol, Selector, SshRule};

/// One connection.
#[derive(Clone, Copy, Debug)]
pub struct Question<'q> {
    /// From whom: a login, the name of a user or a device, or any selector.
    pub source: &'q str,
    /// To what, likewise.
    pub destination: &'q str,
    /// Over which protocol.
    pub protocol: Protocol,
    /// To which port. Protocols without ports have port 0.
    pub port: u16,
    /// As which account, if it is a login over Tailscale SSH.
    pub account: Option<&'q str>,
}

/// The answer to a [`Question`].
#[derive(Clone, Debug)]
pub struct Explanation {
    /// What the source is, where its word does not tell, after "is".
    pub source: Option<String>,
    /// What the destination is, likewise.
    pub destination: Option<String>,
    /// The answer for each part of the source and of the destination for which it is another; none if one of them
    /// stands for nobody.
    pub cases: Vec<Case>,
}

/// Whether something is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is, to whoever meets the postures that the rules ask for.
    Allowed,
    /// It hangs on what is not known, or it is so for some and not for others.
    Depends,
    /// It is not.
    Denied,
}

/// Sources and destinations for all of which the answer is the same.
#[derive(Clone, Debug)]
pub struct Case {
    /// What the sources are called, the best name first; names that the policy has are in backticks.
    pub sources: Vec<String>,
    /// The destinations, likewise.
    pub destinations: Vec<String>,
    /// Whether it is between devices of one user, where that makes a difference.
    pub is_own: Option<bool>,
    /// Whether it is about a device that is meant because of one of its tags, with all its tags.
    pub has_all_tags: bool,
    /// The rules that allow it, in the order of the policy.
    pub rules: Vec<Reason>,
    /// Rules that may allow it, for all that is known: the way tells on what it hangs.
    pub perhaps: Vec<Reason>,
    /// Where none allows it, the rules that come nearest.
    pub nearest: Vec<Near>,
    /// What the source may do to applications of the destination, where it gets there.
    pub apps: Vec<AppRuleMatch>,
    /// The login, if one was asked for.
    pub login: Option<Login>,
}

/// A rule, and by which way both ends are in it.
#[derive(Clone, Debug)]
pub struct Reason {
    /// The rule.
    pub way: RuleMatch,
    /// How each end is named by it, in a sentence; nothing where it is named as it was asked.
    pub path: Vec<String>,
}

/// Whether one gets in over Tailscale SSH. The port must be open as well, which the rules of the [`Case`] tell.
#[derive(Clone, Debug)]
pub struct Login {
    /// The rule that decides: check rules come before all others.
    pub rule: Option<SshRuleMatch>,
    /// How each end is named by it, in a sentence; nothing where it is named as it was asked.
    pub path: Vec<String>,
    /// Rules that may let them in, with what that hangs on.
    pub perhaps: Vec<(SshRuleMatch, Vec<String>)>,
    /// Where none lets them in, the SSH rules that come nearest.
    pub nearest: Vec<Near>,
}

impl Explanation {
    /// The answer for all cases together.
    pub fn verdict(&self) -> Answer {
        let mut verdicts = self.cases.iter().map(Case::verdict);
        let Some(first) = verdicts.next() else { return Answer::Denied };
        if verdicts.all(|verdict| verdict == first) { first } else { Answer::Depends }
    }
}

impl Case {
    /// Whether it is allowed, and if a login was asked for, whether that is as well.
    pub fn verdict(&self) -> Answer {
        let of = |is_allowed: bool, may_be: bool| match (is_allowed, may_be) {
            (true, _) => Answer::Allowed,
            (false, true) => Answer::Depends,
            (false, false) => Answer::Denied,
        };
        let network = of(!self.rules.is_empty(), !self.perhaps.is_empty());
        let Some(login) = &self.login else { return network };
        match (network, of(login.rule.is_some(), !login.perhaps.is_empty())) {
            (Answer::Denied, _) | (_, Answer::Denied) => Answer::Denied,
            (Answer::Allowed, Answer::Allowed) => Answer::Allowed,
            _ => Answer::Depends,
        }
    }
}

/// Whether a valid policy allows a connection, by which rules, and what comes nearest if none does.
///
/// # Errors
/// If the policy knows no such source or destination; in the words in which a rule with it is refused.
///
/// ```
/// use policy_core::Policy;
/// use policy_analysis::query::{Question, Answer, explain};
/// use policy_core::model::Protocol;
/// let policy = Policy::parse(r#"{
///     "groups": {"group:dba": ["alice@example.com"]},
///     "tagOwners": {"tag:db": []},
///     "grants": [{"src": ["group:dba"], "dst": ["tag:db"], "ip": ["tcp:5432"]}],
/// }"#);
/// let ask = |source, port| {
///     explain(&policy, &Question { source, destination: "tag:db", protocol: Protocol::TCP, port, account: None }).unwrap()
/// };
/// let yes = ask("alice@example.com", 5432);
/// assert_eq!(yes.verdict(), Answer::Allowed);
/// assert_eq!(yes.cases[0].rules[0].path, ["`alice@example.com` is in `group:dba`"]);
/// let no = ask("alice@example.com", 22);
/// assert_eq!(no.verdict(), Answer::Denied);
/// assert_eq!(no.cases[0].nearest[0].lack, "opens `tcp:5432` only");
/// ```
pub fn explain(policy: &Policy, question: &Question) -> Result<Explanation, QueryError> {
    let source = Subject::new(policy, question.source, Side::Source)?;
    let destination = Subject::new(policy, question.destination, Side::Destination)?;
    let questions = QueryWorld::questions(policy, &[&source, &destination]);
    let world = QueryWorld::new(policy, &questions);
    let (sources, destinations) = (world.sources(&source), world.destinations(&destination));
    let asker = Explainer { world: &world, question };
    let rectangles = world.rectangles(&sources, &destinations, is_own_devices(&destination), |between, source| {
        asker.relevant(between, source)
    })?;
    let case = |rectangle: &Block| {
        Some((asker.is_variant(&sources, &destinations, rectangle), asker.case(&sources, &destinations, rectangle)?))
    };
    let mut cases: Vec<(bool, Case)> = rectangles.iter().filter_map(case).collect();
    // That the answer stays the same with another role or with more tags is no news, whichever rules it has then.
    let mut plain = cases.iter().filter(|(is_variant, _)| !is_variant).map(|(_, case)| case.verdict());
    if let Some(first) = plain.next()
        && plain.all(|verdict| verdict == first)
    {
        cases.retain(|(is_variant, case)| !is_variant || case.verdict() != first);
    }
    let cases = cases.into_iter().map(|(_, case)| case).collect();
    Ok(Explanation { source: source.meaning, destination: destination.meaning, cases })
}

struct Explainer<'a, 'p> {
    world: &'a QueryWorld<'p>,
    question: &'a Question<'a>,
}

impl<'p> Explainer<'_, 'p> {
    /// What of all that is given matters to the question.
    fn relevant(&self, mut between: RulesBetween, source: &QueryEnd) -> RulesBetween {
        let is_on = |permit: &AccessRule| permit.is_on(self.question.protocol, self.question.port);
        let permit = |number: &usize| self.world.space.permit(*number);
        between.permits.retain(|number| permit(number).is_some_and(|permit| is_on(permit) || app(permit).is_some()));
        between.permits_perhaps.retain(|number| permit(number).is_some_and(is_on));
        let is_theirs = |number: &usize| {
            let users = self.world.ssh.get(*number).into_iter().flat_map(|ssh| &ssh.rule.users);
            self.question.account.is_some_and(|account| is_account(users.map(|user| user.as_str()), account, source))
        };
        between.ssh.retain(is_theirs);
        between.ssh_perhaps.retain(is_theirs);
        between
    }

    /// Whether it is about what somebody would have with a role that no fact gives them, or has by other tags.
    fn is_variant(&self, sources: &[QueryEnd], destinations: &[QueryEnd], rectangle: &Block) -> bool {
        let is_one = |ends: &[QueryEnd], places: &[usize]| {
            places.iter().filter_map(|&place| ends.get(place)).all(|end| end.is_of_assumed_role || end.is_carrier)
        };
        is_one(sources, &rectangle.sources) || is_one(destinations, &rectangle.destinations)
    }

    fn case(&self, sources: &[QueryEnd<'p>], destinations: &[QueryEnd<'p>], rectangle: &Block) -> Option<Case> {
        let (source, destination) =
            (sources.get(*rectangle.sources.first()?)?, destinations.get(*rectangle.destinations.first()?)?);
        let ends = QueryEnds {
            source,
            destination,
            is_own: rectangle.is_own != Some(false) && self.world.may_be_own(source, destination),
        };
        let between = &rectangle.between;
        let (protocol, port) = (self.question.protocol, self.question.port);
        let reasons = |numbers: &[usize]| -> Vec<Reason> {
            let permits = numbers.iter().filter_map(|&number| self.world.space.permit(number));
            let mut reasons: Vec<Reason> = Vec::new();
            for permit in permits.filter(|permit| permit.is_on(protocol, port)) {
                // An acl may have several permits.
                if reasons.last().is_none_or(|last| last.way.rule != permit.rule.origin()) {
                    reasons.push(Reason { way: way(permit), path: self.path_of(permit, ends) });
                }
            }
            reasons
        };
        let rules = reasons(&between.permits);
        let perhaps = if rules.is_empty() { reasons(&between.permits_perhaps) } else { Vec::new() };
        let is_denied = rules.is_empty() && perhaps.is_empty();
        let nearest = if is_denied { near_miss::to_packet(self.world, ends, (protocol, port)) } else { Vec::new() };
        Some(Case {
            sources: all_names(sources, &rectangle.sources),
            destinations: all_names(destinations, &rectangle.destinations),
            is_own: rectangle.is_own,
            has_all_tags: source.is_carrier || destination.is_carrier,
            rules,
            perhaps,
            nearest,
            apps: apps(self.world, &between.permits),
            login: self.question.account.map(|account| self.login(between, ends, account)),
        })
    }

    fn path_of(&self, permit: &AccessRule, ends: QueryEnds) -> Vec<String> {
        let of = |list: &[Selector], side: Side| {
            let item = path::item(self.world, ends, list, side)?;
            path::sentence(self.world, ends, item, side)
        };
        let destination = match permit.rule {
            RuleRef::Grant(grant) => of(&grant.dst, Side::Destination),
            RuleRef::Acl(acl) => {
                let items = permit.dst_items.iter().filter_map(|&item| acl.dst.get(item));
                let hosts: Vec<Selector> = items.map(|destination| destination.host.clone()).collect();
                of(&hosts, Side::Destination)
            }
            RuleRef::NoRules(_) => None,
        };
        of(permit.rule.src(), Side::Source).into_iter().chain(destination).collect()
    }

    fn login(&self, between: &RulesBetween, ends: QueryEnds, account: &str) -> Login {
        let rules: Vec<&SshRule> = self.world.ssh_rules(&between.ssh);
        let path = |rule: &SshRule| -> Vec<String> {
            let of = |list: &[Selector], side: Side| {
                let item = path::item(self.world, ends, list, side)?;
                path::sentence(self.world, ends, item, side)
            };
            of(&rule.src, Side::Source).into_iter().chain(of(&rule.dst, Side::Destination)).collect()
        };
        let actions: Vec<Option<Action>> = rules.iter().map(|rule| rule.action).collect();
        let decisive = near_miss::decisive(&actions).and_then(|place| rules.get(place).copied());
        let policy = self.world.space.policy;
        // A check that may be asked for matters even where another rule lets in for certain.
        let perhaps = self.world.ssh_rules(&between.ssh_perhaps).into_iter().filter(|rule| match decisive {
            None => true,
            Some(decisive) => decisive.action == Some(Action::Accept) && rule.action == Some(Action::Check),
        });
        let perhaps: Vec<_> = perhaps.filter_map(|rule| Some((ssh_way(policy, rule)?, path(rule)))).collect();
        let is_denied = decisive.is_none() && perhaps.is_empty();
        Login {
            rule: decisive.and_then(|rule| ssh_way(policy, rule)),
            path: decisive.map_or(Vec::new(), path),
            perhaps,
            nearest: if is_denied { near_miss::to_login(self.world, ends, account) } else { Vec::new() },
        }
    }
}

/// The names of some ends, in their order. Somebody of whom no role is known is there once, if the role is no matter.
pub(super) fn all_names(ends: &[QueryEnd], places: &[usize]) -> Vec<String> {
    let mut names: Vec<String> =
        places.iter().filter_map(|&place| ends.get(place)).flat_map(|end| end.names.iter().cloned()).collect();
    let plain: HashSet<String> = names.iter().filter(|name| !name.contains(" (if ")).cloned().collect();
    names.retain(|name| name.split_once(" (if ").is_none_or(|(person, _)| !plain.contains(person)));
    names
}

/// The ports that a permit opens.
pub(super) fn way(permit: &AccessRule) -> RuleMatch {
    RuleMatch {
        rule: permit.rule.origin(),
        ports: PortSet::new(permit.ports.iter().copied()),
        postures: texts(permit.postures),
        via: texts(permit.via()),
    }
}

fn texts(selectors: &[Selector]) -> Vec<String> {
    selectors.iter().map(Selector::to_string).collect()
}

/// The capabilities that some permits give.
pub(super) fn apps(world: &QueryWorld, permits: &[usize]) -> Vec<AppRuleMatch> {
    let permits = permits.iter().filter_map(|&number| world.space.permit(number));
    permits
        .filter_map(|permit| {
            app(permit).map(|capabilities| AppRuleMatch {
                rule: permit.rule.origin(),
                capabilities,
                postures: texts(permit.postures),
            })
        })
        .collect()
}

/// The capabilities of a grant, if it has some. One with `via` gives none.
fn app(permit: &AccessRule) -> Option<Vec<(String, Vec<policy_core::json::Value>)>> {
    let RuleRef::Grant(grant) = permit.rule else { return None };
    let app = grant.app.as_ref().filter(|app| !app.is_blank() && grant.via.is_empty())?;
    let values = |capability: &policy_core::model::Capability| {
        capability.values.iter().map(|(value, _)| value.clone()).collect()
    };
    Some(app.capabilities.iter().map(|capability| (capability.name.to_string(), values(capability))).collect())
}

/// An SSH rule that lets somebody in, if it has an action.
pub(super) fn ssh_way(policy: &Policy, rule: &SshRule) -> Option<SshRuleMatch> {
    let action = rule.action?;
    Some(SshRuleMatch {
        rule: rule.origin,
        action,
        users: rule.users.iter().map(ToString::to_string).collect(),
        check_period: check_period(action, rule.check_period.as_ref()),
        postures: texts(posture::required(policy, &rule.src_posture)),
        recorder: texts(&rule.recorder),
    })
}

//! Explains whether one end can reach the other, by which rule, or what is missing.

use std::collections::HashSet;

use crate::query::QueryError;
use crate::query::block::{Block, group_pairs};
use crate::query::explanation::{Case, Explanation, Login, Question, Reason};
use crate::query::near_miss::{nearest_to_login, nearest_to_packet};
use crate::query::path::{LOCAL_SSH, describe_path};
use crate::query::query_end::QueryEnd;
use crate::query::query_ends::QueryEnds;
use crate::query::query_world::QueryWorld;
use crate::query::rule_match::{RuleMatch, SshRuleMatch, granted_app};
use crate::query::rules_between::RulesBetween;
use crate::query::subject::Subject;
use policy_core::access::{AccessRule, Families, PortSet, Side};
use policy_core::model::{Action, Policy, Protocol, Selector, SshRule};
use policy_core::proof::ClassName;
use policy_core::testing::{Decision, Words, includes_account};

/// See [`Analysis::explain`](crate::Analysis::explain).
pub(crate) fn explain(policy: &Policy, question: &Question) -> Result<Explanation, QueryError> {
    let source = Subject::new(policy, question.source, Side::Source)?;
    let destination = Subject::new(policy, question.destination, Side::Destination)?;
    let questions = QueryWorld::questions(policy, &[&source, &destination]);
    let world = QueryWorld::new(policy, &questions);
    let (mut sources, mut destinations) = (world.sources(&source), world.destinations(&destination));
    // The answer may depend on the address families of a device.
    for (ends, side) in [(&mut sources, Side::Source), (&mut destinations, Side::Destination)] {
        ends.extend(world.devices_of_one_family(ends, side));
    }
    let families = Families::of_protocol(question.protocol);
    sources.iter_mut().chain(&mut destinations).for_each(|end| end.keep_families(families));
    let explainer = Explainer { world: &world, words: Words::new(policy), question };
    let blocks = group_pairs(&world, &sources, &destinations, destination.is_own_devices(), |between, source| {
        explainer.keep_relevant(between, source)
    })?;
    let case = |block: &Block| {
        Some((explainer.is_variant(&sources, &destinations, block), explainer.case(&sources, &destinations, block)?))
    };
    let mut cases: Vec<(bool, Case)> = blocks.iter().filter_map(case).collect();
    // A variant with the same decision is left out, even if its rules differ.
    let mut plain = cases.iter().filter(|(is_variant, _)| !is_variant).map(|(_, case)| case.decision());
    if let Some(first) = plain.next()
        && plain.all(|decision| decision == first)
    {
        cases.retain(|(is_variant, case)| !is_variant || case.decision() != first);
    }
    let cases: Vec<Case> = cases.into_iter().map(|(_, case)| case).collect();
    let is_nobody = sources.is_empty() || destinations.is_empty() || destination.is_own_devices();
    let is_about_nobody = is_nobody && cases.is_empty();
    Ok(Explanation { source: source.meaning, destination: destination.meaning, cases, is_about_nobody })
}

struct Explainer<'a, 'p> {
    world: &'a QueryWorld<'p>,
    words: Words<'p>,
    question: &'a Question<'a>,
}

impl<'p> Explainer<'_, 'p> {
    /// Keeps the rules that are relevant to the question.
    fn keep_relevant(&self, mut between: RulesBetween, source: &QueryEnd) -> RulesBetween {
        let rule = |number: usize| self.world.space.rule(number);
        between
            .retain_network(|number| rule(number).is_some_and(|rule| self.is_on(rule) || granted_app(rule).is_some()));
        between.network.possible.retain(|&number| rule(number).is_some_and(|rule| self.is_on(rule)));
        between.not_carried.retain(|&number| rule(number).is_some_and(|rule| self.is_on(rule)));
        let login = source.login().and_then(|login| login.rsplit_once('@'));
        let is_for_account = |number: &usize| {
            let rule = self.world.ssh.list.get(*number);
            rule.zip(self.question.account).is_some_and(|(rule, account)| includes_account(rule, account, login))
        };
        between.retain_ssh(|number| is_for_account(&number));
        between
    }

    /// Returns whether a rule allows the packet of the question. A device answers pings from every
    /// source that it admits, on any port.
    fn is_on(&self, rule: &AccessRule) -> bool {
        if self.question.is_ping() {
            return !rule.ports.is_empty();
        }
        rule.is_on(self.question.protocol, self.question.port)
    }

    /// Returns whether a block only concerns users with an assumed role, devices with several tags,
    /// or devices of one family.
    fn is_variant(&self, sources: &[QueryEnd], destinations: &[QueryEnd], block: &Block) -> bool {
        let are_variants = |ends: &[QueryEnd], places: &[usize]| {
            places
                .iter()
                .filter_map(|&place| ends.get(place))
                .all(|end| end.is_of_assumed_role || end.is_multi_tag() || end.is_of_one_family)
        };
        are_variants(sources, &block.sources) || are_variants(destinations, &block.destinations)
    }

    fn case(&self, sources: &[QueryEnd<'p>], destinations: &[QueryEnd<'p>], block: &Block) -> Option<Case> {
        let source = sources.get(*block.sources.first()?)?;
        let destination = destinations.get(*block.destinations.first()?)?;
        let is_own = block.is_own != Some(false) && self.world.may_be_own(source, destination);
        let ends = QueryEnds { source, destination, is_own };
        let network = &block.between.network;
        let mut decision = Decision::Allow;
        let mut reasons = self.reasons(&network.certain, &block.between, ends);
        let (mut nearest, mut not_carried) = (Vec::new(), Vec::new());
        let expected_families = source.expected_families(destination);
        let has_no_common_family = source.common_families(destination).is_empty();
        if reasons.is_empty() {
            decision = Decision::Unknown;
            reasons = self.reasons(&network.possible, &block.between, ends);
        }
        if reasons.is_empty() {
            decision = Decision::Deny;
            not_carried = self.reasons(&block.between.not_carried, &block.between, ends);
        }
        if reasons.is_empty() && not_carried.is_empty() && !has_no_common_family {
            nearest = nearest_to_packet(self.world, &self.words, ends, &|rule| self.is_on(rule));
        }
        let is_ping_open = decision == Decision::Allow && self.question.protocol.has_ports();
        let opens_pings = |ports: &PortSet| {
            [Protocol::ICMP, Protocol::ICMPV6].iter().all(|&ping| ports.contains(&PortSet::single(ping, 0)))
        };
        Some(Case {
            sources: all_names(sources, &block.sources),
            destinations: all_names(destinations, &block.destinations),
            is_own: block.is_own,
            has_all_tags: source.is_multi_tag() || destination.is_multi_tag(),
            network: decision,
            families: if decision == Decision::Allow { limit(&reasons, expected_families) } else { None },
            has_no_common_family,
            is_ping_implied: is_ping_open && !reasons.iter().any(|reason| opens_pings(&reason.by.ports)),
            obstacle: (!not_carried.is_empty()).then(|| self.world.obstacle(source, destination)),
            not_carried,
            reasons,
            nearest,
            apps: self.world.apps(&network.certain),
            login: self.question.account.map(|account| self.login(&block.between, ends, account)),
        })
    }

    fn reasons(&self, numbers: &[usize], between: &RulesBetween, ends: QueryEnds) -> Vec<Reason<RuleMatch>> {
        let mut reasons: Vec<Reason<RuleMatch>> = Vec::new();
        for (number, rule) in numbers.iter().filter_map(|&number| Some((number, self.world.space.rule(number)?))) {
            // An ACL with different ports is several rules in the index.
            let is_known = reasons.last().is_some_and(|last| last.by.rule == rule.rule.origin());
            if self.is_on(rule) && !is_known {
                let path = self.path(rule.rule.src(), rule.destinations(), ends);
                let by = RuleMatch { families: between.limit(number), ..RuleMatch::new(rule) };
                reasons.push(Reason { by, path });
            }
        }
        reasons
    }

    fn login(&self, between: &RulesBetween, ends: QueryEnds, account: &str) -> Login {
        let policy = self.world.space.policy;
        let reason = |rule: &SshRule| {
            let mut path = self.path(&rule.src, &rule.dst, ends);
            let is_named = |selector: &Selector| {
                ends.is_named(self.world, selector, Side::Destination)
                    || ends.may_be_named(self.world, selector, Side::Destination)
            };
            if !rule.dst.iter().any(is_named) {
                path.push(LOCAL_SSH.to_owned());
            }
            Some(Reason { by: SshRuleMatch::new(policy, rule)?, path })
        };
        let rules = self.world.ssh_rules(&between.ssh.certain);
        // Check rules come before all others. `ssh-multi-rule-accept-then-check`
        let with = |action| rules.iter().copied().find(|rule| rule.action == Some(action));
        let deciding = with(Action::Check).or_else(|| with(Action::Accept));
        // A possible check matters even if another rule certainly allows the login.
        let mut possible = self.world.ssh_rules(&between.ssh.possible);
        if let Some(deciding) = deciding {
            possible.retain(|rule| deciding.action == Some(Action::Accept) && rule.action == Some(Action::Check));
        }
        let possible: Vec<Reason<SshRuleMatch>> = possible.into_iter().filter_map(reason).collect();
        let is_denied = deciding.is_none() && possible.is_empty();
        Login {
            rule: deciding.and_then(reason),
            possible,
            nearest: if is_denied { nearest_to_login(self.world, &self.words, ends, account) } else { Vec::new() },
        }
    }

    fn path<'s>(
        &self,
        src: &'s [Selector],
        dst: impl IntoIterator<Item = &'s Selector>,
        ends: QueryEnds,
    ) -> Vec<String> {
        let source = describe_path(self.world, ends, src, Side::Source);
        source.into_iter().chain(describe_path(self.world, ends, dst, Side::Destination)).collect()
    }
}

/// Returns the families of addresses over which some rules allow access, if these are not the
/// expected ones.
fn limit(reasons: &[Reason<RuleMatch>], expected: Families) -> Option<Families> {
    let families = reasons.iter().map(|reason| reason.by.families.unwrap_or(expected));
    Some(families.fold(Families::default(), Families::with)).filter(|families| *families != expected)
}

/// Returns the names of some ends, in order. Someone whose role is unknown is listed once if the
/// role makes no difference.
pub(super) fn all_names(ends: &[QueryEnd], places: &[usize]) -> Vec<String> {
    let names = || places.iter().filter_map(|&place| ends.get(place)).flat_map(|end| &end.names);
    let unconditional: HashSet<&str> =
        names().filter(|name| name.conditions().is_empty()).map(|name| name.base.as_str()).collect();
    let is_shown = |name: &&ClassName| name.assumed_role.is_none() || !unconditional.contains(name.base.as_str());
    let mut seen = HashSet::new();
    names().filter(is_shown).map(ClassName::to_string).filter(|name| seen.insert(name.clone())).collect()
}

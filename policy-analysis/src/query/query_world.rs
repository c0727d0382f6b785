//! Everything that a question can be about.

use std::cell::OnceCell;
use std::collections::HashSet;

use crate::compile::{self, Compiled};
use crate::query::carriers::{Carriers, is_beyond_tailnet};
use crate::query::numbers::Numbers;
use crate::query::obstacle::Obstacle;
use crate::query::query_end::{EndPart, QueryEnd};
use crate::query::rule_match::AppRuleMatch;
use crate::query::rules_between::RulesBetween;
use crate::query::subject::Subject;
use crate::query::tailnet_selectors::TailnetSelectors;
use policy_core::access::{
    BitSet, Denotation, DeviceId, Families, OwnDomains, Principal, SelectorId, Side, SshRuleIndex, UnknownSelectors,
    sorted, ssh_rule_selectors,
};
use policy_core::model::{Policy, Selector, SelectorKind, SshRule, localpart_domain};
use policy_core::proof::{AccessClasses, Class};

/// A policy with all the ends that its rules and SSH rules distinguish.
pub(super) struct QueryWorld<'p> {
    pub(super) space: AccessClasses<'p>,
    pub(super) ssh: SshRuleIndex<'p>,
    pub(super) unknown_selectors: UnknownSelectors,
    /// The selectors that distinguish addresses of devices.
    pub(super) tailnet_selectors: TailnetSelectors,
    pub(super) own_domains: OwnDomains,
    /// The SSH rules with `localpart:`, which also apply to the own devices of their sources.
    local_ssh: BitSet,
    /// The configuration of each device, computed if a question needs it.
    compiled: OnceCell<Compiled<'p>>,
}

impl<'p> QueryWorld<'p> {
    /// Returns the selectors, in addition to those of rules, that distinguish classes: selectors of
    /// SSH rules and of the question, and services that only approvers name.
    pub(super) fn questions(policy: &Policy, subjects: &[&Subject]) -> Vec<Selector> {
        let asked = subjects.iter().filter_map(|subject| subject.selector.as_ref());
        let services = policy.auto_approvers.services.iter();
        let services = services.map(|approvers| &approvers.service).filter(|one| one.kind == SelectorKind::Service);
        ssh_rule_selectors(policy).chain(asked).chain(services).cloned().collect()
    }

    pub(super) fn new(policy: &'p Policy, questions: &'p [Selector]) -> QueryWorld<'p> {
        let space = AccessClasses::with_questions(policy, questions);
        let ssh = SshRuleIndex::new(policy, &space.rules.selectors);
        let mut unknown_selectors = UnknownSelectors::new(&space.tailnet, &space.rules.selectors);
        let tailnet_selectors = TailnetSelectors::new(&space.tailnet, &space.rules.selectors);
        let own_domains = OwnDomains::new(policy, space.rules.selectors.distinct.iter().copied());
        unknown_selectors.keep_shared(&space.tailnet, &space.rules.selectors, &own_domains);
        let mut local_ssh = BitSet::new(ssh.list.len());
        let is_local = |rule: &SshRule| rule.users.iter().any(|user| localpart_domain(user).is_some());
        ssh.list.iter().enumerate().filter(|(_, rule)| is_local(rule)).for_each(|(number, _)| local_ssh.insert(number));
        QueryWorld {
            space,
            ssh,
            unknown_selectors,
            tailnet_selectors,
            own_domains,
            local_ssh,
            compiled: OnceCell::new(),
        }
    }

    /// Returns the number of a selector that a rule has.
    pub(super) fn id(&self, selector: &Selector) -> Option<SelectorId> {
        self.space.rules.selectors.id(&selector.text)
    }

    pub(super) fn classes(&self, side: Side) -> &[Class<'p>] {
        if side == Side::Source { &self.space.sources } else { &self.space.destinations }
    }

    /// Returns the SSH rules with `localpart:` that have one of these selectors as a source.
    pub(super) fn local_ssh(&self, selectors: &[SelectorId]) -> Vec<usize> {
        let mut numbers = self.ssh.by_source.numbers(selectors);
        numbers.retain(|&number| self.local_ssh.contains(number));
        numbers
    }

    /// Returns the possible cases: `true` for devices of one user, `false` for devices of different
    /// users.
    pub(super) fn ownerships(&self, source: &QueryEnd, destination: &QueryEnd, only_own: bool) -> Vec<bool> {
        let mut ownerships = Vec::new();
        match (source.class(), destination.class()) {
            (Some(source), Some(destination)) => {
                ownerships.extend(self.space.may_be_same_user(source, destination).then_some(true));
                ownerships.extend(self.space.may_be_different_users(source, destination).then_some(false));
            }
            // A tagged device has no user.
            _ => ownerships.push(false),
        }
        ownerships.retain(|is_own| *is_own || !only_own);
        ownerships
    }

    /// Returns whether both ends can be devices of one user.
    pub(super) fn may_be_own(&self, source: &QueryEnd, destination: &QueryEnd) -> bool {
        self.ownerships(source, destination, true).contains(&true)
    }

    /// Returns the SSH rules with these numbers.
    pub(super) fn ssh_rules(&self, numbers: &[usize]) -> Vec<&'p SshRule> {
        self.ssh.rules(numbers.iter().copied()).collect()
    }

    /// Returns the rules from one end to the other that open something between addresses of the
    /// same family. `is_own` says whether the ends are devices of one user.
    pub(super) fn between(&self, source: &QueryEnd<'p>, destination: &QueryEnd<'p>, is_own: bool) -> RulesBetween {
        let ownership = source.ownership(destination, is_own);
        let (network_to_own, ssh_to_own) = (&self.space.rules.to_own, &self.ssh.to_own);
        let mut pairs: Vec<(Families, Numbers)> = Vec::new();
        let mut ssh: Vec<Numbers> = Vec::new();
        for from in &source.parts {
            for to in &destination.parts {
                let families = from.families.common(to.families);
                if !families.is_empty() {
                    pairs.push((families, Numbers::between(&from.rules, &to.rules, network_to_own, ownership)));
                    ssh.push(Numbers::between(&from.ssh, &to.ssh, ssh_to_own, ownership));
                }
            }
        }
        let limited = limits(&pairs, source.expected_families(destination));
        let mut between = RulesBetween {
            network: Numbers::any(pairs.into_iter().map(|(_, numbers)| numbers)),
            limited,
            not_carried: Vec::new(),
            ssh: Numbers::any(ssh),
            doubts: Default::default(),
        };
        if is_own {
            // With `localpart:`, a rule also applies to a source's own devices if they are sources
            // themselves. `ssh-d2`
            let own = sorted::intersection(&source.local_ssh, &destination.local_ssh);
            between.ssh = Numbers::any([between.ssh, Numbers { certain: own, possible: Vec::new() }]);
        }
        self.keep_carried(source, destination, &mut between);
        let network = doubts(&between.network.possible, [source, destination], |part| &part.rules);
        between.doubts = [network, doubts(&between.ssh.possible, [source, destination], |part| &part.ssh)];
        between
    }

    /// Removes the rules whose packets no router carries.
    fn keep_carried(&self, source: &QueryEnd<'p>, destination: &QueryEnd<'p>, between: &mut RulesBetween) {
        if let Some(carriers) = &destination.carriers {
            // The routes of the source do not show which routes it would get if an unknown fact
            // were true. So possible rules are checked with routers from anywhere.
            let anywhere = carriers.without(source.device);
            let carriers = self.carriers_from(source.device, destination, carriers);
            let is_carried = |number: usize, by| self.is_carried(number, destination, by);
            let Numbers { certain, possible } = &mut between.network;
            between.not_carried.extend(certain.iter().copied().filter(|&number| !is_carried(number, &carriers)));
            between.not_carried.extend(possible.iter().copied().filter(|&number| !is_carried(number, &anywhere)));
            between.not_carried.sort_unstable();
            certain.retain(|&number| is_carried(number, &carriers));
            possible.retain(|&number| is_carried(number, &anywhere));
            return;
        }
        let opens = |number: usize| self.opens(number, destination);
        let has_via = |number: &usize| self.space.rule(*number).is_some_and(|rule| !rule.via().is_empty());
        let all = sorted::union(&between.network.certain, &between.network.possible);
        if all.iter().any(has_via) {
            between.not_carried = all.into_iter().filter(|&number| !opens(number)).collect();
            between.network.certain.retain(|&number| opens(number));
            between.network.possible.retain(|&number| opens(number));
        }
    }

    /// Returns the routers that carry packets from a source: from the device that it is, or from
    /// anywhere if it is not a known device.
    pub(super) fn carriers_from(
        &self,
        device: Option<DeviceId>,
        destination: &QueryEnd<'p>,
        anywhere: &Carriers,
    ) -> Carriers {
        let (Some(&address), Some(device)) = (destination.identity.addresses.first(), device) else {
            return anywhere.clone();
        };
        let compiled = self.compiled.get_or_init(|| compile::compile(self.space.policy));
        Carriers::from(compiled, device, address)
    }

    /// Returns whether some routers carry packets that a rule allows to an end beyond the tailnet.
    pub(super) fn is_carried(&self, rule: usize, destination: &QueryEnd<'p>, by: &Carriers) -> bool {
        let Numbers { certain, possible } = &destination.selectors;
        let named = sorted::union(certain, possible);
        let carry = |rule| by.carry(&self.space.tailnet, &self.space.rules.selectors, rule, &named);
        self.space.rule(rule).is_some_and(carry)
    }

    /// Returns whether a rule opens something on an end without a known router. Only packets to
    /// addresses behind routers go through a router. `via` opens nothing on a device.
    pub(super) fn opens(&self, rule: usize, destination: &QueryEnd<'p>) -> bool {
        let selectors = &self.space.rules.selectors;
        let is_behind_router = destination.identity.who == Principal::Unknown
            && destination.identity.addresses.iter().any(|&address| is_beyond_tailnet(address));
        self.space.rule(rule).is_some_and(|rule| {
            let named = |id: &&SelectorId| destination.selectors.certain.binary_search(id).is_ok();
            let mut by = rule.dst.iter().filter(named).filter_map(|&id| selectors.denotations.get(id));
            rule.via().is_empty()
                || is_behind_router && by.any(|by| matches!(by, Denotation::Addresses(_) | Denotation::Internet))
        })
    }

    /// Returns the reason why no router carries packets that rules allow.
    pub(super) fn obstacle(&self, source: &QueryEnd<'p>, destination: &QueryEnd<'p>) -> Obstacle {
        let Some(anywhere) = &destination.carriers else { return Obstacle::Via };
        Obstacle::of_carriers(anywhere, &self.carriers_from(source.device, destination, anywhere))
    }

    /// Returns the capabilities that these rules grant.
    pub(super) fn apps(&self, numbers: &[usize]) -> Vec<AppRuleMatch> {
        let rules = numbers.iter().filter_map(|&number| self.space.rule(number));
        rules.filter_map(AppRuleMatch::new).collect()
    }
}

/// Returns, for each end, the possible rules that are not certain for any of its parts.
fn doubts(possible: &[usize], ends: [&QueryEnd; 2], rules: fn(&EndPart) -> &Numbers) -> [Vec<usize>; 2] {
    ends.map(|end| {
        let is_certain = |rule: &usize| end.parts.iter().any(|part| rules(part).certain.binary_search(rule).is_ok());
        possible.iter().copied().filter(|rule| !is_certain(rule)).collect()
    })
}

/// Returns the certain rules that apply to only some of the expected families, between several
/// pairs of addresses.
fn limits(pairs: &[(Families, Numbers)], all: Families) -> Vec<(usize, Families)> {
    if let [(families, _)] = pairs
        && *families == all
    {
        return Vec::new();
    }
    let rules: HashSet<usize> = pairs.iter().flat_map(|(_, numbers)| numbers.certain.iter().copied()).collect();
    let families = |rule: usize| {
        let with = pairs.iter().filter(|(_, numbers)| numbers.certain.binary_search(&rule).is_ok());
        with.fold(Families::default(), |all, (families, _)| all.with(*families))
    };
    let mut limited: Vec<(usize, Families)> = rules.into_iter().map(|rule| (rule, families(rule))).collect();
    limited.retain(|(_, families)| *families != all);
    limited.sort_unstable();
    limited
}

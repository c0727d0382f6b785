//! A reference model of SSH. For every pair, account and posture, it tries the rules in order.

use std::collections::BTreeMap;

use crate::diff::comparison::Comparison;
use crate::diff::item::{Channel, Item};
use crate::diff::joint_classes::{JointClasses, Scope};
use crate::diff::joint_policy::JointPolicy;
use crate::diff::oracle::{class_ids, everybody, relations};
use crate::diff::posture::Postures;
use crate::diff::ssh_terms::SshTerms;
use crate::diff::version::Version;
use crate::diff::{ssh, ssh_access};
use policy_core::access::{Endpoint, Principal, SelectorId, SelectorIndex, Tailnet};
use policy_core::model::{Action, Policy, Role, SshRule};
use policy_generate::small;
use policy_generate::small::Random;

const ENDS: &[(&str, &str)] = &[
    (r#""alice@example.com""#, r#""autogroup:self""#),
    (r#""autogroup:member""#, r#""autogroup:self""#),
    (r#""group:eng", "bob@example.com""#, r#""autogroup:self", "tag:a""#),
    (r#""alice@example.com""#, r#""alice@example.com""#),
    (r#""autogroup:member""#, r#""tag:a", "tag:b""#),
    (r#""autogroup:admin""#, r#""tag:a", "tag:c""#),
    (r#""user:*@example.com""#, r#""tag:c""#),
    (r#""group:eng""#, r#""tag:b""#),
    (r#""user:*@example.com""#, r#""autogroup:tagged""#),
    (r#""group:staff@example.com""#, r#""tag:c""#),
    (r#""tag:a""#, r#""tag:b""#),
    (r#""autogroup:tagged""#, r#""autogroup:tagged""#),
];
const ACCOUNTS: &[&str] = &[
    r#""root""#,
    r#""autogroup:nonroot""#,
    r#""backup""#,
    r#""backup", "root""#,
    r#""localpart:*@example.com""#,
    r#""localpart:*@example.com", "autogroup:nonroot""#,
];

fn rules(random: &mut Random) -> String {
    let rules = (0..random.below(4)).map(|_| {
        let (src, dst) = ENDS[random.below(ENDS.len())];
        let users = random.one(ACCOUNTS);
        let terms = random.one(&[
            r#""action": "accept""#,
            r#""action": "accept""#,
            r#""action": "check""#,
            r#""action": "check", "checkPeriod": "1h""#,
        ]);
        let posture = random.one(&["", "", r#", "srcPosture": ["posture:p"]"#, r#", "srcPosture": ["posture:q"]"#]);
        format!(r#"{{"src": [{src}], "dst": [{dst}], "users": [{users}], {terms}{posture}}}"#)
    });
    rules.collect::<Vec<_>>().join(", ")
}

/// A policy whose rules are tried in order.
struct SshModel<'p> {
    rules: Vec<(&'p SshRule, Action)>,
    selectors: SelectorIndex<'p>,
    named: Vec<[Vec<SelectorId>; 2]>,
}

impl<'p> SshModel<'p> {
    fn new(policy: &'p Policy, tailnet: &Tailnet<'p>, all: &[Endpoint]) -> Self {
        let selectors =
            SelectorIndex::new(tailnet, policy.ssh.iter().flat_map(|rule| rule.src.iter().chain(&rule.dst)));
        let named = all.iter().map(|one| [selectors.of_source(tailnet, one), selectors.of_destination(one)]);
        let of =
            |action| policy.ssh.iter().filter(move |rule| rule.action == Some(action)).map(move |rule| (rule, action));
        SshModel { named: named.collect(), rules: of(Action::Check).chain(of(Action::Accept)).collect(), selectors }
    }

    /// Returns the terms of the first rule that matches.
    fn outcome(
        &self,
        pair: (usize, usize, bool),
        login: Option<&str>,
        account: &Item,
        state: usize,
    ) -> Option<SshTerms> {
        let (from, to, is_own) = pair;
        let own = self.selectors.own_devices();
        let is_met = |rule: &SshRule| {
            rule.src_posture.is_empty()
                || rule.src_posture.iter().any(|posture| *posture.text == *["", "posture:p", "posture:q"][state])
        };
        let lets_in = |rule: &SshRule| {
            rule.users.iter().any(|user| match (user.as_str(), account) {
                ("autogroup:nonroot", Item::Account(name)) => name != "root",
                ("autogroup:nonroot", _) => true,
                ("localpart:*@example.com", Item::LocalPart(_)) => {
                    login.is_some_and(|login| login.ends_with("@example.com"))
                }
                (user, Item::Account(name)) => user == name,
                _ => false,
            })
        };
        let found = self.rules.iter().find(|(rule, _)| {
            let comes = self.selectors.ids(&rule.src).iter().any(|id| self.named[from][0].contains(id));
            let goes = self.selectors.ids(&rule.dst);
            let goes = goes.iter().any(|id| self.named[to][1].contains(id) || is_own && own == Some(*id));
            let is_local = rule.users.iter().any(|user| user.starts_with("localpart:"));
            comes && (goes || is_own && is_local) && is_met(rule) && lets_in(rule)
        });
        found.map(|(rule, action)| SshTerms::new(rule, *action))
    }
}

/// Returns members of a synced group with a domain or a role that SSH rules also name. The first
/// rule that matches decides, so users who are in two lists of sources matter.
fn members_of_several_sources(policies: [&Policy; 2]) -> Vec<Endpoint<'static>> {
    let rules = || policies.into_iter().flat_map(|policy| &policy.ssh);
    let has = |word: &str| rules().flat_map(|rule| &rule.src).any(|source| *source.text == *word);
    let has_domain = has("user:*@example.com") || rules().flat_map(|rule| &rule.users).any(|user| user.contains(":*@"));
    if !has("group:staff@example.com") {
        return Vec::new();
    }
    let domains = [None, has_domain.then_some("example.com")];
    let roles = [Role::Member, if has("autogroup:admin") { Role::Admin } else { Role::Member }];
    let pairs = domains.into_iter().flat_map(|domain| roles.map(|role| (domain, role)));
    let member = |(domain, role)| Principal::Member { domain, role, group: Some("group:staff@example.com") };
    pairs.map(|pair| Endpoint::new(member(pair))).collect()
}

#[test]
fn ssh_is_what_the_first_rule_says_that_fits() {
    let mut found = 0;
    for seed in small::seeds(60) {
        let mut random = Random::new(seed);
        let (rest, facts) = small::policy(&mut random);
        let policy = |random: &mut Random| {
            let text = format!("{}, \"ssh\": [{}]}}", rest.trim_end_matches('}'), rules(random));
            Policy::with_facts(&text, &facts)
        };
        let (old, mut new) = (policy(&mut random), policy(&mut random));
        new.default_src_posture = old.default_src_posture.clone();
        if !old.default_src_posture.is_empty() {
            continue;
        }
        let joint = JointPolicy::new(&old, &new);
        let classes = JointClasses::new(&joint, Scope::Everyone);
        let postures = Postures::new(&old, &new);
        let mut comparison = Comparison::new([&old, &new], &classes, &postures);
        let rules = comparison.read(ssh_access::read);
        let differences = ssh::compare(&mut comparison, &rules);
        let sets = &comparison.sets;
        let tailnet = Tailnet::new(&new);
        let mut all = everybody(&new, &tailnet);
        all.extend(members_of_several_sources([&old, &new]));
        let (old_tailnet, new_model) = (Tailnet::new(&old), SshModel::new(&new, &tailnet, &all));
        let old_model = SshModel::new(&old, &old_tailnet, &all);
        let ids = class_ids(&classes, &all);
        let numbers: BTreeMap<Option<usize>, usize> = [(None, 0)]
            .into_iter()
            .chain(["posture:p", "posture:q"].into_iter().enumerate().filter_map(|(place, name)| {
                let posture = new.postures.iter().find(|posture| posture.name.as_str() == name)?;
                let selector = policy_core::model::Selector::new(posture.name.clone());
                Some((Some(*postures.ids(Version::New, &[selector]).first()?), place + 1))
            }))
            .collect();
        let accounts: Vec<(usize, Item)> =
            comparison.items.iter().map(|(number, account)| (number, account.clone())).collect();
        let states = ssh::states(&rules);
        for (from, source) in all.iter().enumerate() {
            let login = match &source.who {
                Principal::User { login, .. } => Some(*login),
                Principal::Member { domain: Some(_), .. } => Some("other@example.com"),
                Principal::Member { .. } => Some("other@elsewhere.net"),
                Principal::Tagged(_) => None,
                _ => continue,
            };
            for (to, destination) in
                all.iter().enumerate().filter(|(_, one)| one.who.is_device() && one.who != Principal::Shared)
            {
                for is_own in relations(source, destination) {
                    for (number, account) in &accounts {
                        let is_theirs = login.is_some_and(|login| login.ends_with("@example.com"));
                        if matches!(account, Item::LocalPart(_)) && !is_theirs {
                            continue;
                        }
                        for state in &states {
                            let state_number = numbers[state];
                            let pair = (from, to, is_own);
                            let ask = |model: &SshModel| model.outcome(pair, login, account, state_number);
                            let terms = [ask(&old_model), ask(&new_model)];
                            for version in Version::BOTH {
                                let found_terms: Vec<&SshTerms> = version
                                    .select(&differences)
                                    .iter()
                                    .filter(|difference| {
                                        let region = &difference.region;
                                        let is_in = |class: Option<usize>, list: &[usize]| {
                                            class.is_some_and(|class| list.contains(&class))
                                        };
                                        difference.states.contains(state)
                                            && (!region.same_user || is_own)
                                            && region.extent.contains(*number)
                                            && is_in(ids[from].0, sets.sources.classes(region.sources))
                                            && is_in(ids[to].1, sets.destinations.classes(region.destinations))
                                    })
                                    .filter_map(|difference| match comparison.channels.get(difference.region.channel) {
                                        Some(Channel::Ssh(terms)) => Some(terms),
                                        _ => None,
                                    })
                                    .collect();
                                let (has, lacks) = (version.select(&terms), version.other().select(&terms));
                                let wanted: Vec<&SshTerms> = has.iter().filter(|_| has != lacks).collect();
                                assert_eq!(
                                    found_terms, wanted,
                                    "seed {seed}\n{}\n{}\n{source:?} {destination:?} {is_own} {account:?} {state:?}",
                                    old.text, new.text
                                );
                                found += found_terms.len();
                            }
                        }
                    }
                }
            }
        }
    }
    assert!(found > 1000, "{found}");
}

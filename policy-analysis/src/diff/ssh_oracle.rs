//! SSH in the plainest way: for every pair, account and posture the rules are tried one after the other.

use std::collections::BTreeMap;

use crate::diff::diff_world::{DiffWorld, Scope};
use crate::diff::joint_policy::{JointPolicy, Version};
use crate::diff::oracle::{everybody, meetings};
use crate::diff::posture::Postures;
use crate::diff::ssh;
use crate::diff::ssh::{Account, Names, Terms};
use policy_core::access::endpoint::{Endpoint, Principal};
use policy_core::access::selector_index::{SelectorId, SelectorIndex};
use policy_core::access::tailnet::Tailnet;
use policy_core::model::{Action, Policy, SshRule};
use policy_generate::small;
use policy_generate::small::Random;

const ENDS: &[(&str, &str)] = &[
    (r#""alice@example.com""#, r#""autogroup:self""#),
    (r#""autogroup:member""#, r#""autogroup:self""#),
    (r#""group:eng", "bob@example.com""#, r#""autogroup:self", "tag:a""#),
    (r#""alice@example.com""#, r#""alice@example.com""#),
    (r#""autogroup:member""#, r#""tag:a", "tag:b""#),
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

/// One of the policies, asked rule by rule.
struct Asked<'p> {
    rules: Vec<(&'p SshRule, Action)>,
    selectors: SelectorIndex<'p>,
    named: Vec<[Vec<SelectorId>; 2]>,
}

impl<'p> Asked<'p> {
    fn new(policy: &'p Policy, tailnet: &Tailnet<'p>, all: &[Endpoint]) -> Self {
        let selectors =
            SelectorIndex::new(tailnet, policy.ssh.iter().flat_map(|rule| rule.src.iter().chain(&rule.dst)));
        let named = all.iter().map(|one| [selectors.of_source(tailnet, one), selectors.of_destination(one)]);
        let of =
            |action| policy.ssh.iter().filter(move |rule| rule.action == Some(action)).map(move |rule| (rule, action));
        Asked { named: named.collect(), rules: of(Action::Check).chain(of(Action::Accept)).collect(), selectors }
    }

    /// How one gets in.
    fn outcome(
        &self,
        pair: (usize, usize, bool),
        login: Option<&str>,
        account: &Account,
        state: usize,
    ) -> Option<Terms> {
        let (from, to, is_own) = pair;
        let own = self.selectors.own_devices();
        let is_met = |rule: &SshRule| {
            rule.src_posture.is_empty()
                || rule.src_posture.iter().any(|posture| *posture.text == *["", "posture:p", "posture:q"][state])
        };
        let lets_in = |rule: &SshRule| {
            rule.users.iter().any(|user| match (user.as_str(), account) {
                ("autogroup:nonroot", Account::Named(name)) => name != "root",
                ("autogroup:nonroot", _) => true,
                ("localpart:*@example.com", Account::LocalPart(_)) => {
                    login.is_some_and(|login| login.ends_with("@example.com"))
                }
                (user, Account::Named(name)) => user == name,
                _ => false,
            })
        };
        let found = self.rules.iter().find(|(rule, _)| {
            let comes = self.selectors.ids(&rule.src).iter().any(|id| self.named[from][0].contains(id));
            let goes = self.selectors.ids(&rule.dst);
            let goes = goes.iter().any(|id| self.named[to][1].contains(id) || is_own && own == Some(*id));
            comes && goes && is_met(rule) && lets_in(rule)
        });
        found.map(|(rule, action)| Terms::of(rule, *action))
    }
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
        let mut world = DiffWorld::new(&joint, Scope::Everybody);
        let postures = Postures::new(&old, &new);
        let mut names = Names::new([&old, &new]);
        let was = ssh::regions(&mut world, &old, Version::Old, &postures, &mut names);
        let is = ssh::regions(&mut world, &new, Version::New, &postures, &mut names);
        let pieces = ssh::pieces(&mut world, &names, &was, &is);
        let tailnet = Tailnet::new(&new);
        let all = everybody(&new, &tailnet);
        let (old_tailnet, asked_new) = (Tailnet::new(&old), Asked::new(&new, &tailnet, &all));
        let asked_old = Asked::new(&old, &old_tailnet, &all);
        let selectors = &world.space.permits.selectors;
        let place = |classes: &[policy_core::proof::classes::Class], ids: Vec<SelectorId>| {
            classes.iter().position(|class| class.selectors == ids)
        };
        let classes: Vec<_> = all
            .iter()
            .map(|one| {
                let source = place(&world.space.sources, selectors.of_source(&world.space.tailnet, one));
                (source, place(&world.space.destinations, selectors.of_destination(one)))
            })
            .collect();
        let numbers: BTreeMap<Option<usize>, usize> = [(None, 0)]
            .into_iter()
            .chain(["posture:p", "posture:q"].into_iter().enumerate().filter_map(|(place, name)| {
                let posture = new.postures.iter().find(|posture| posture.name.as_str() == name)?;
                let selector = policy_core::model::Selector::new(posture.name.clone());
                Some((Some(*postures.ids(Version::New, &[selector]).first()?), place + 1))
            }))
            .collect();
        let accounts: Vec<(usize, Account)> =
            names.accounts.all().map(|(number, account)| (number, account.clone())).collect();
        let asks_for = ssh::states(&was, &is);
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
                for is_own in meetings(source, destination) {
                    for (number, account) in &accounts {
                        let is_theirs = login.is_some_and(|login| login.ends_with("@example.com"));
                        if matches!(account, Account::LocalPart(_)) && !is_theirs {
                            continue;
                        }
                        for state in &asks_for {
                            let state_number = numbers[state];
                            let pair = (from, to, is_own);
                            let ask = |asked: &Asked| asked.outcome(pair, login, account, state_number);
                            let (was, is) = (ask(&asked_old), ask(&asked_new));
                            for (place, (has, not)) in [(&was, &is), (&is, &was)].into_iter().enumerate() {
                                let told: Vec<&Terms> = pieces[place]
                                    .iter()
                                    .filter(|piece| {
                                        let (piece, states) = (&piece.region, &piece.states);
                                        let (sources, destinations) =
                                            (world.sources.classes(piece.from), world.destinations.classes(piece.to));
                                        let is_in = |class: Option<usize>, list: &[usize]| {
                                            class.is_some_and(|class| list.contains(&class))
                                        };
                                        states.contains(state)
                                            && (!piece.is_own || is_own)
                                            && piece.extent.iter().any(|one| one == *number)
                                            && is_in(classes[from].0, sources)
                                            && is_in(classes[to].1, destinations)
                                    })
                                    .filter_map(|piece| names.terms.get(piece.region.channel))
                                    .collect();
                                let wanted: Vec<&Terms> = has.iter().filter(|_| has != not).collect();
                                assert_eq!(
                                    told, wanted,
                                    "seed {seed}\n{}\n{}\n{source:?} {destination:?} {is_own} {account:?} {state:?}",
                                    old.text, new.text
                                );
                                found += told.len();
                            }
                        }
                    }
                }
            }
        }
    }
    assert!(found > 1000, "{found}");
}

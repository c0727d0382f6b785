use std::fmt::Write as _;

use crate::mutation::*;
use policy_core::check::check;
use policy_core::model::{List, PortRange};
use policy_core::proof::violation;
use policy_core::source::{Origin, Text};
use policy_core::testing::Outcome;
use policy_core::{Policy, Severity};
use policy_generate::small;
use policy_generate::small::Random;

const PEOPLE: &[&str] = &["alice@example.com", "bob@example.com", "carol@other.org"];
/// Returns a small policy with SSH rules and tests of both kinds, and its facts.
fn policy(random: &mut Random) -> (String, String) {
    let (text, facts) = small::policy(random);
    let mut text = text.trim_end_matches('}').to_owned();
    let ssh: Vec<String> = (0..random.below(4)).map(|_| ssh_rule(random)).collect();
    let tests: Vec<String> = (0..random.below(8)).map(|_| test(random)).collect();
    let ssh_tests: Vec<String> = (0..random.below(4)).map(|_| ssh_test(random)).collect();
    let _ = write!(
        text,
        ", \"ssh\": [{}], \"tests\": [{}], \"sshTests\": [{}]}}",
        ssh.join(", "),
        tests.join(", "),
        ssh_tests.join(", ")
    );
    (text, facts)
}

fn ssh_rule(random: &mut Random) -> String {
    let action = random.one(&["accept", "check"]);
    let src = random.one(&["alice@example.com", "group:ops", "autogroup:member", "autogroup:admin", "tag:a"]);
    let dst = random.one(&["tag:a", "tag:b", "tag:c"]);
    let dst = if src.starts_with("autogroup") { random.one(&[dst, "autogroup:self"]) } else { dst };
    let users =
        random.one(&[r#""root""#, r#""autogroup:nonroot""#, r#""root", "ubuntu""#, r#""localpart:*@example.com""#]);
    let posture = random.one(&["", "", r#", "srcPosture": ["posture:p"]"#]);
    format!(r#"{{"action": "{action}", "src": ["{src}"], "dst": ["{dst}"], "users": [{users}]{posture}}}"#)
}

fn test(random: &mut Random) -> String {
    let list = |random: &mut Random| -> String {
        let targets: Vec<String> = (0..random.below(6))
            .map(|_| format!("\"{}:{}\"", random.one(small::TEST_DESTINATIONS), random.below(4) + 1))
            .collect();
        targets.join(", ")
    };
    let proto = random.one(&["", "", r#""proto": "udp", "#, r#""proto": "tcp", "#]);
    let attributes = random.one(&["", "", r#""srcPostureAttrs": {"node:os": "linux"}, "#]);
    let (src, accept, deny) = (random.one(small::TEST_SOURCES), list(random), list(random));
    format!(r#"{{"src": "{src}", {proto}{attributes}"accept": [{accept}], "deny": [{deny}]}}"#)
}

fn ssh_test(random: &mut Random) -> String {
    let list = |random: &mut Random| random.one(&["", r#""root""#, r#""ubuntu""#, r#""root", "alice""#]);
    let src = random.one(&["alice@example.com", "bob@example.com", "group:eng", "tag:a"]);
    let dst = random.one(&["tag:a", "tag:b", "tag:c", "alice@example.com"]);
    let (accept, check, deny) = (list(random), list(random), list(random));
    format!(r#"{{"src": "{src}", "dst": ["{dst}"], "accept": [{accept}], "check": [{check}], "deny": [{deny}]}}"#)
}

/// Returns whether each test, and then each invariant, fails.
fn failures(policy: &Policy) -> Vec<bool> {
    let outcomes =
        [policy_core::testing::test_outcomes(policy), policy_core::testing::ssh_test_outcomes(policy)].concat();
    let mut failures: Vec<bool> = outcomes.iter().map(Outcome::fails).collect();
    let space = AccessClasses::new(policy);
    failures.extend(policy.facts.invariants.iter().map(|invariant| violation(&space, invariant).is_some()));
    failures
}

/// Returns whether a test or an invariant fails in the changed policy only.
fn is_noticed(policy: &Policy, changed: &Policy) -> bool {
    failures(policy).into_iter().zip(failures(changed)).any(|(before, after)| after && !before)
}

fn star() -> Selector {
    Selector::new(Text::escaped("*", Origin::default()))
}

fn index(mutation: Mutation) -> usize {
    match mutation {
        Mutation::Deletion => 0,
        Mutation::Widening(widening) => 1 + widening as usize,
    }
}

/// Returns the policy with a rule mutated.
fn mutant(policy: &Policy, rule: Origin, mutation: Mutation) -> Policy {
    let mut changed = policy.clone();
    let Mutation::Widening(widening) = mutation else {
        changed.grants.iter_mut().for_each(|grants| grants.retain(|grant| grant.origin != rule));
        changed.acls.iter_mut().for_each(|acls| acls.retain(|acl| acl.origin != rule));
        changed.ssh.retain(|ssh| ssh.origin != rule);
        return changed;
    };
    for grant in changed.grants.iter_mut().flatten().filter(|grant| grant.origin == rule) {
        match widening {
            Widening::Source => grant.src.items.push(star()),
            Widening::Destination => grant.dst.items.push(star()),
            _ => grant.ip.items.push(PortSpec { text: star().text, protocol: None, ports: PortRange::ALL }),
        }
    }
    for acl in changed.acls.iter_mut().flatten().filter(|acl| acl.origin == rule) {
        match widening {
            Widening::Source => acl.src.items.push(star()),
            Widening::Destination => acl.dst.items.iter_mut().for_each(|dst| dst.host = star()),
            _ => {
                acl.proto = None;
                acl.dst.items.iter_mut().for_each(|dst| dst.ports = vec![PortRange::ALL]);
            }
        }
    }
    for ssh in changed.ssh.iter_mut().filter(|ssh| ssh.origin == rule) {
        let words = |words: &[&str]| -> Vec<Text> {
            words.iter().map(|word| Text::escaped(*word, Origin::default())).collect()
        };
        let selectors =
            |list: &[&str]| List { items: words(list).into_iter().map(Selector::new).collect(), ..List::default() };
        match widening {
            Widening::Source => ssh.src = selectors(&["autogroup:member", "autogroup:tagged", "0.0.0.0/0", "::/0"]),
            Widening::Destination => ssh.dst = selectors(&["*"]),
            _ => ssh.users.items = words(&["autogroup:nonroot", "root"]),
        }
    }
    changed
}

#[test]
fn exactly_what_is_noticed_makes_something_fail() {
    let mut seen = [[0; 2]; 4];
    for seed in small::seeds(40) {
        let (text, facts) = policy(&mut Random::new(seed));
        for policy in [Policy::with_facts(text.as_str(), facts.as_str()), Policy::parse(text.as_str())] {
            for covered in &coverage(&policy).rules {
                let deletion = (Mutation::Deletion, covered.is_deletion_killed);
                let widenings =
                    covered.widenings.iter().map(|&(widening, is_killed)| (Mutation::Widening(widening), is_killed));
                for (mutation, found) in widenings.chain([deletion]) {
                    let expected = is_noticed(&policy, &mutant(&policy, covered.rule, mutation));
                    let rule = text.get(covered.rule.start as usize..covered.rule.end as usize);
                    assert_eq!(found, expected, "seed {seed}: {mutation:?} of {rule:?}\n{text}\n{facts}");
                    seen[index(mutation)][usize::from(found)] += 1;
                }
            }
        }
    }
    assert!(seen.iter().flatten().all(|count| *count > 2), "{seen:?}");
}

/// Returns the policy with a suggested test on one line, as a user would add it.
fn with_pin(text: &str, pin: &SuggestedTest) -> String {
    let quoted = |word: &str| serde_json::to_string(word).unwrap();
    let list = match pin.expectation {
        Expectation::Accept => "accept",
        Expectation::Check => "check",
        Expectation::Deny => "deny",
    };
    let mut line = format!(r#"{{"src": {}, "{list}": [{}]"#, quoted(&pin.src), quoted(&pin.target));
    let proto = pin.proto.map(|proto| format!(r#", "proto": "{proto}""#));
    let dst = pin.destination.as_ref().map(|dst| format!(r#", "dst": [{}]"#, quoted(dst)));
    let attributes = (!pin.attributes.is_empty())
        .then(|| format!(r#", "srcPostureAttrs": {}"#, policy_core::json::Value::from(pin.attributes.clone())));
    [proto, dst, attributes].into_iter().flatten().for_each(|more| line.push_str(&more));
    let section = if pin.destination.is_some() { "\"sshTests\": [" } else { "\"tests\": [" };
    text.replacen(section, &format!("{section}{line}}}, "), 1)
}

#[test]
fn a_line_that_is_proposed_passes_and_notices_the_change() {
    let mut proposed = [0; 4];
    for seed in small::seeds(40) {
        let (text, facts) = policy(&mut Random::new(seed));
        let before = Policy::with_facts(text.as_str(), facts.as_str());
        let coverage = coverage(&before);
        for (place, covered) in coverage.rules.iter().enumerate() {
            for pin in &covered.suggested_tests {
                let pinned = with_pin(&text, pin);
                let context = || format!("seed {seed}: {pin:?}\n{pinned}\n{facts}");
                let policy = Policy::with_facts(pinned.as_str(), facts.as_str());
                let errors = |policy: &Policy| {
                    check(policy).into_iter().filter(|finding| finding.code.severity() == Severity::Error).count()
                };
                assert!(errors(&policy) <= errors(&before), "{}", context());
                let outcomes =
                    [policy_core::testing::test_outcomes(&policy), policy_core::testing::ssh_test_outcomes(&policy)]
                        .concat();
                assert!(
                    outcomes.iter().filter(|outcome| outcome.fails()).count()
                        <= failures(&before).iter().filter(|fails| **fails).count(),
                    "{}",
                    context()
                );
                let rule = mutated_rules(&policy)[place].origin();
                assert!(is_noticed(&policy, &mutant(&policy, rule, pin.mutation)), "{}", context());
                proposed[index(pin.mutation)] += 1;
            }
        }
    }
    assert!(proposed.iter().all(|count| *count > 2), "{proposed:?}");
}

#[test]
fn what_others_make_needless_is_said_to_be() {
    let policy = Policy::parse(
        r#"{"tagOwners": {"tag:a": [], "tag:b": []}, "grants": [
            {"src": ["tag:a"], "dst": ["tag:b"], "ip": ["*"]},
            {"src": ["tag:a"], "dst": ["tag:b"], "ip": ["443"]},
            {"src": ["tag:a"], "dst": ["tag:b"], "app": {"example.com/cap/x": []}},
        ]}"#,
    );
    let coverage = coverage(&policy);
    let needless: Vec<bool> = coverage.rules.iter().map(|covered| covered.is_redundant).collect();
    assert_eq!((needless, coverage.untestable), (vec![false, true], 1));
    assert_eq!(coverage.rules[0].suggested_tests[0].target, "tag:b:22");
}

#[test]
fn postures_are_imagined_where_a_rule_asks_for_one() {
    let policy = Policy::parse(
        r#"{"tagOwners": {"tag:a": [], "tag:b": []},
        "postures": {"posture:p": ["node:os IN ['macos', 'linux']", "node:tsVersion >= '1.40'", "custom:level > 2", "custom:old NOT SET"]},
        "grants": [{"src": ["tag:a"], "dst": ["tag:b"], "ip": ["udp:53"], "srcPosture": ["posture:p"]}]}"#,
    );
    let pin = &coverage(&policy).rules[0].suggested_tests[0];
    assert_eq!(
        policy_core::json::Value::from(pin.attributes.clone()).to_string(),
        r#"{"custom:level":3,"node:os":"macos","node:tsVersion":"1.40"}"#
    );
    assert_eq!(pin.proto, Some(Protocol::UDP));
    assert!(PEOPLE.iter().all(|login| *login != pin.src));
}

//! Findings about tests that depend on unknown facts.

use std::collections::HashMap;

use crate::access::{MissingFact, Ternary};
use crate::diagnostic::{Code, Diagnostic};
use crate::findings::words::Words;
use crate::model::Autogroup;
use crate::testing::{Expectation, Outcome};

/// Reports each missing fact once, at the first target that depends on it. The keys are the numbers of the targets.
pub(super) fn report_missing_facts(words: &Words, outcomes: &[Outcome]) -> HashMap<usize, Diagnostic> {
    let mut findings: HashMap<usize, (Diagnostic, usize)> = HashMap::new();
    let mut reported: HashMap<MissingFact, usize> = HashMap::new();
    for (index, outcome) in outcomes.iter().enumerate() {
        let Ternary::Maybe(fact) = outcome.evaluation.holds else { continue };
        let key = match fact {
            // A user has one role, and it is the same missing fact for every autogroup.
            MissingFact::Role { user, .. } => MissingFact::Role { user, autogroup: Autogroup::Member },
            _ => fact,
        };
        // Every test should name its protocol, and every account must be in the right list, so
        // these are reported each time.
        let known = reported.get(&key).filter(|_| !matches!(fact, MissingFact::Protocol | MissingFact::Check));
        match known.and_then(|first| findings.get_mut(first)) {
            Some((_, more)) => *more += 1,
            None => {
                let Some(finding) = report_missing_fact(words, outcome, fact) else { continue };
                reported.insert(key, index);
                findings.insert(index, (finding, 0));
            }
        }
    }
    let counted = |(finding, more): (Diagnostic, usize)| match more {
        0 => finding,
        1 => finding.note("one more target depends on it"),
        _ => finding.note(format!("{more} more targets depend on it")),
    };
    findings.into_iter().map(|(index, finding)| (index, counted(finding))).collect()
}

fn report_missing_fact(words: &Words, outcome: &Outcome, fact: MissingFact) -> Option<Diagnostic> {
    let facts = &words.policy.facts;
    let (source, deed) = (words.source(outcome), words.deed(outcome));
    let whether = |on: String| {
        let message = format!("whether `{source}` can {deed} depends on {on}");
        let finding = Diagnostic::new(Code::UnverifiableTest, outcome.probe.text().origin, message);
        match outcome.rule() {
            Some(rule) => finding.note_at("this rule may allow it", rule),
            None => finding,
        }
    };
    Some(match fact {
        MissingFact::Role { user, autogroup } => {
            let user_word = words.login(user);
            let on = if user_word == source {
                "their role, which is unknown".to_owned()
            } else {
                format!("the role of `{user_word}`, which is unknown")
            };
            whether(on).help(suggest_role(words, user, autogroup))
        }
        MissingFact::Membership { user, group } => {
            let user = words.login(user);
            let on = format!("whether `{user}` is in `{group}`, which only the identity provider knows");
            whether(on)
        }
        MissingFact::Device(address) => {
            let on = format!("which device is at `{address}`, which is unknown");
            whether(on).help(if facts.are_in_source() {
                "give the device its address in `devices`"
            } else {
                "give the tailnet's devices with their addresses as facts"
            })
        }
        MissingFact::ServiceAddress(address) => {
            let on = format!("whether the service has an address in `{address}`, which is unknown");
            whether(on)
        }
        MissingFact::Route(address) => {
            let on = format!("whether a subnet router leads to `{address}`, which is unknown");
            whether(on).help(if facts.are_in_source() {
                "give the router and its routes in `devices`"
            } else {
                "give the tailnet's devices with their routes as facts"
            })
        }
        MissingFact::User(login) => {
            let user = words.login(login);
            cannot_decide(words, outcome, format!("only a test names `{user}`"))
                .note("whether this is the login of a user of the tailnet is unknown")
                .help(if facts.are_in_source() {
                    "add them to `users`, or test a user that a group or a rule names"
                } else {
                    "give the tailnet's users as facts, or test a user that a group or a rule names"
                })
        }
        MissingFact::Representative(group) => {
            let whose = match (outcome.decider, outcome.rule()) {
                (Some(_), Some(_)) if outcome.expectation == Expectation::Deny => {
                    format!("`{}` can, but not because of `{group}`", words.decider(outcome))
                }
                (Some(_), _) => format!("`{}` cannot, but other members can", words.decider(outcome)),
                _ => format!("its members can, but not because of `{group}`"),
            };
            cannot_decide(words, outcome, whose)
                .note(
                    "Tailscale tests a group as one representative member, and what else that member can do is unknown",
                )
                .help("test each member by login, or write the rule for the group")
        }
        MissingFact::WildcardOverIpv6(tag) => {
            cannot_decide(words, outcome, format!("a rule from `*` may not match `{tag}` over IPv6"))
                .note("one user reports that Tailscale's tests match tags with `*` over IPv4 only")
                .help("test the IPv4 address, or name the tag in the rule")
        }
        MissingFact::Protocol => {
            let message = format!("a rule lets `{source}` {deed} over `udp` alone, and the test names no protocol");
            let finding = Diagnostic::new(Code::UnverifiableTest, outcome.probe.text().origin, message);
            let finding = match outcome.rule() {
                Some(rule) => finding.note_at("this one", rule),
                None => finding,
            };
            finding
                .note("Tailscale's documentation counts UDP if a test names none, but no answer of Tailscale has shown it")
                .help("name it, such as `proto` of the test")
        }
        MissingFact::Check => {
            let message = format!("`{source}` should {deed} without a check, but a rule asks for one");
            let finding = Diagnostic::new(Code::UnverifiableTest, outcome.probe.text().origin, message);
            let finding = match outcome.rule() {
                Some(rule) => finding.note_at("this rule asks for a check", rule),
                None => finding,
            };
            finding
                .note("Tailscale's documentation requires access without a check, but no answer of Tailscale has shown it")
                .help(format!("put `{}` under `check`, or make that an `accept` rule", words.target(outcome)))
        }
        // Selectors of unknown meaning are reported by another finding.
        MissingFact::Selector(_) => return None,
    })
}

/// Makes a finding about a test with an unknown result, with the rule that decides it.
fn cannot_decide(words: &Words, outcome: &Outcome, reason: String) -> Diagnostic {
    let message = format!("cannot decide whether `{}` can {}: {reason}", words.source(outcome), words.deed(outcome));
    let finding = Diagnostic::new(Code::UnverifiableTest, outcome.probe.text().origin, message);
    match outcome.rule() {
        Some(rule) if rule == words.policy.origin => finding.note("a policy without rules allows everything"),
        Some(rule) => finding.note_at("this rule would allow it", rule),
        None => finding,
    }
}

/// Suggests how to add the role, in the language of the facts.
pub(super) fn suggest_role(words: &Words, login: &str, autogroup: Autogroup) -> String {
    let facts = &words.policy.facts;
    let role = autogroup.name().trim_start_matches("autogroup:");
    let local = login.split('@').next().unwrap_or_default();
    let is_word = |word: &str| {
        let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        word.starts_with(|c: char| c.is_ascii_alphabetic()) && word.chars().all(is_letter)
    };
    let name = if is_word(local) { local } else { "name" };
    match (words.user(login), facts.are_in_source()) {
        (Some(user), true) => format!("add the role to `{}` in `users`, such as `, {role}`", user.name),
        (Some(user), false) => format!("add the role to `{}` in the facts, such as `\"role\": \"{role}\"`", user.name),
        (None, true) => format!("add them to `users` with the role, such as `{name} = \"{login}\", {role};`"),
        (None, false) if facts.users.is_empty() => "give the tailnet's users with their roles as facts".to_owned(),
        (None, false) => format!(
            "add them to `users` in the facts, such as `{{\"name\": \"{name}\", \"email\": \"{login}\", \"role\": \"{role}\"}}`"
        ),
    }
}

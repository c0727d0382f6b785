//! Tests that fail: what should be, what is, and the rule that makes it so or comes nearest.

use crate::json::Value;

use crate::diagnostic::{Code, Diagnostic};
use crate::findings::words::{Words, listed};
use crate::model::{Action, Autogroup, Condition, Role, Selector, SelectorKind, Target};
use crate::source::{Origin, Text};
use crate::testing::near_miss::{Mismatch, NearMiss};
use crate::testing::outcome::{Expectation, Outcome};
use crate::testing::packet::RulePorts;

/// The error that a failing outcome is.
pub(super) fn failing(words: &Words, outcome: &Outcome) -> Diagnostic {
    let code = if outcome.port.is_some() { Code::FailingTest } else { Code::FailingSshTest };
    let should = match outcome.expectation {
        Expectation::Accept | Expectation::Check => "should",
        Expectation::Deny => "should not",
    };
    let how = match (outcome.expectation, outcome.action) {
        (Expectation::Accept, Some(Action::Check)) => " without a check",
        (Expectation::Check, _) => " after a check",
        _ => "",
    };
    let (source, deed, but) = (words.source(outcome), words.deed(outcome), but(words, outcome));
    let message = format!("`{source}` {should} {deed}{how}, but {but}");
    let finding = Diagnostic::new(code, outcome.target.origin, message).tailscale(Target::FAILED);
    match (outcome.rule, &outcome.nearest) {
        (Some(rule), _) => by_rule(words, outcome, finding, rule),
        (None, Some(nearest)) => not_quite(words, outcome, finding, nearest),
        (None, None) => finding,
    }
}

/// What is so instead.
fn but(words: &Words, outcome: &Outcome) -> String {
    if outcome.source.is_some_and(|source| is_empty_group(words, source)) {
        return "it has no members".to_owned();
    }
    if is_empty_group(words, outcome.destination) {
        return format!("`{}` has no members", outcome.destination.text);
    }
    let denied = outcome.expectation == Expectation::Deny;
    match (outcome.who, outcome.rule, outcome.action) {
        (Some(_), None, _) => format!("{} cannot", decisive(words, outcome)),
        (Some(_), Some(_), _) if denied => format!("{} can", decisive(words, outcome)),
        (_, Some(rule), _) if rule == words.policy.origin => "a policy without rules allows everything".to_owned(),
        (_, Some(_), Some(Action::Check)) if !denied => "a rule asks for one".to_owned(),
        (_, Some(_), Some(Action::Accept)) if !denied => "a rule asks for none".to_owned(),
        (_, Some(_), _) => "a rule allows it".to_owned(),
        (None, None, _) => "no rule allows it".to_owned(),
    }
}

fn decisive(words: &Words, outcome: &Outcome) -> String {
    let name = words.decisive(outcome);
    if words.is_device(outcome) { format!("its device `{name}`") } else { format!("`{name}`") }
}

fn is_empty_group(words: &Words, selector: &Selector) -> bool {
    selector.kind == SelectorKind::Group
        && words.policy.groups.iter().any(|group| *group.name == *selector.text && group.members.is_blank())
}

/// A rule that does what must not be, or does it in another way.
fn by_rule(words: &Words, outcome: &Outcome, finding: Diagnostic, rule: Origin) -> Diagnostic {
    if rule == words.policy.origin {
        return finding.help("add `grants`: with an empty list of them nothing is allowed");
    }
    let target = format!("`{}`", words.target(outcome));
    match (outcome.expectation, outcome.action) {
        (Expectation::Accept, Some(Action::Check)) => finding
            .note_at("this rule asks for a check", rule)
            .help(format!("put {target} under `check`, or make that an `accept` rule")),
        (Expectation::Check, Some(Action::Accept)) => finding
            .note_at("this rule asks for no check", rule)
            .help(format!("put {target} under `accept`, or make that a `check` rule")),
        _ => finding
            .note_at("this rule allows it", rule)
            .help(format!("narrow that rule, or put {target} under `accept`")),
    }
}

/// The rule that comes nearest to what must be allowed.
fn not_quite(words: &Words, outcome: &Outcome, finding: Diagnostic, nearest: &NearMiss) -> Diagnostic {
    let (who, host) = (words.decisive(outcome), words.selector(outcome.destination));
    // A device's name is no selector.
    let selector = if words.is_device(outcome) { words.source(outcome) } else { who };
    let kind = if outcome.port.is_some() { "rule" } else { "SSH rule" };
    let new_rule = match outcome.port {
        Some(_) => format!("write a rule from `{selector}` to `{host}` on `{}`", words.opening(outcome)),
        None if outcome.destination.kind == SelectorKind::User => {
            format!("people get into their own devices only: tag the machine, or put `{}` under `deny`", outcome.target)
        }
        None => format!("write an SSH rule from `{selector}` to `{host}` as `{}`", outcome.target),
    };
    let (rule, lack) = match nearest {
        NearMiss::NoSource => return finding.note(format!("no {kind} has `{selector}` as a source")).help(new_rule),
        NearMiss::NoDestination => return finding.note(format!("no {kind} leads to `{host}`")).help(new_rule),
        NearMiss::Nothing => return finding.help(new_rule),
        NearMiss::Rule { rule, lack } => (*rule, lack),
    };
    let (note, help) = match lack {
        Mismatch::RulePorts(ports) => {
            let help = format!("open `{}` in that rule or in another one", words.opening(outcome));
            (format!("this rule opens `{host}` on {}", opened(*ports)), help)
        }
        Mismatch::Posture { unmet, is_default } => posture(outcome, *unmet, *is_default),
        Mismatch::Source(sources) => source(words, outcome, who, selector, sources),
        Mismatch::Destination(destinations) => destination(words, outcome, host, destinations, new_rule),
        Mismatch::Account(accounts) => account(outcome, who, accounts),
    };
    finding.note_at(note, rule).help(help)
}

fn opened(ports: RulePorts) -> String {
    let each = ports.each().map(|(protocol, ports)| match protocol {
        Some(protocol) => format!("{protocol}:{ports}"),
        None => ports.to_string(),
    });
    let each: Vec<String> = each.collect();
    format!("{} only", listed(each))
}

fn posture(outcome: &Outcome, unmet: Option<&Condition>, is_default: bool) -> (String, String) {
    let rule = if is_default { "by `defaultSrcPosture`, this rule" } else { "this rule" };
    let Some(Condition { text, attribute, .. }) = unmet else {
        return (format!("{rule} asks for a posture"), "test with other `srcPostureAttrs`".to_owned());
    };
    match outcome.attributes.get(attribute.as_str()).filter(|value| !value.is_null()) {
        None => (
            format!("{rule} asks for `{text}`, and `{attribute}` counts as unset, since the test does not give it"),
            format!("add `\"{attribute}\"` to the `srcPostureAttrs` of the test"),
        ),
        Some(value) => {
            let value = match value {
                Value::String(text) => format!("'{text}'"),
                value => value.to_string(),
            };
            (
                format!("{rule} asks for `{text}`, and in the test it is `{value}`"),
                "test with other `srcPostureAttrs`, or put the target under `deny`".to_owned(),
            )
        }
    }
}

fn source(words: &Words, outcome: &Outcome, who: &str, selector: &str, sources: &[Selector]) -> (String, String) {
    let help = format!("add `{selector}` to the sources of that rule, or write another one");
    let login = match (outcome.who, outcome.source) {
        (Some(who), _) => who.user,
        (None, Some(source)) if source.kind == SelectorKind::User => Some(source.text.as_str()),
        _ => None,
    };
    let role = login.and_then(|login| words.user(login)).and_then(|user| user.role);
    match (sources, role) {
        ([only], _) if only.kind == SelectorKind::Group && login.is_some() => (
            format!("this rule is for `{only}`, and `{who}` is not in it"),
            format!("add `{who}` to `{only}` or to the sources of that rule"),
        ),
        ([only], Some(role)) if is_role(only) => {
            (format!("this rule is for `{only}`, and `{who}` has the role `{}`", name(role)), help)
        }
        _ => (format!("this rule is for {}, not for `{who}`", words.all(sources)), help),
    }
}

fn is_role(selector: &Selector) -> bool {
    matches!(selector.kind, SelectorKind::Autogroup(Some(autogroup)) if autogroup.is_role())
}

fn name(role: Role) -> &'static str {
    Role::NAMES.iter().find(|(_, known)| *known == role).map_or("", |(name, _)| name)
}

fn destination(
    words: &Words,
    outcome: &Outcome,
    host: &str,
    destinations: &[&Selector],
    new_rule: String,
) -> (String, String) {
    let is_self = |selector: &Selector| selector.kind == SelectorKind::Autogroup(Some(Autogroup::SelfDevices));
    match destinations {
        [only] if is_self(only) => {
            let whose = if outcome.destination.kind == SelectorKind::User { "'s are not" } else { " is not" };
            let who = words.decisive(outcome);
            (format!("this rule leads to one's own devices, and `{host}`{whose} `{who}`'s"), new_rule)
        }
        _ => (
            format!("this rule leads to {}, not to {}", words.all(destinations.iter().copied()), words.place(outcome)),
            format!("add `{host}` to the destinations of that rule, or write another one"),
        ),
    }
}

fn account(outcome: &Outcome, who: &str, accounts: &[Text]) -> (String, String) {
    let account = outcome.target;
    let note = match accounts {
        [only] if only.as_str() == Autogroup::Nonroot.name() => {
            format!("this rule is for `{only}`, which is every account but `root`")
        }
        [only] if only.starts_with("localpart:") => {
            format!("this rule is for `{only}`, so `{who}` gets into their own account only")
        }
        _ => format!("this rule is for the accounts {}", listed(accounts)),
    };
    (note, format!("add `{account}` to the accounts of that rule, or write another one"))
}

//! Findings about failing tests: the expected result, the actual one, and the rule that causes it
//! or is the nearest miss.

use crate::json::Value;

use crate::access::posture;
use crate::diagnostic::{Code, Diagnostic, HeadscaleStage};
use crate::findings::words::{Words, required_ports};
use crate::model::{Action, Autogroup, Condition, Dialect, Selector, SelectorKind, Target};
use crate::source::Origin;
use crate::testing::{
    Expectation, FailureScope, HeadscaleFailure, Mismatch, MismatchEnds, NearMiss, NearMisses, Outcome, Probe,
};

/// Reports a failing outcome.
pub(super) fn report_failure(words: &Words, outcome: &Outcome) -> Diagnostic {
    let code = if outcome.probe.is_ssh() { Code::FailingSshTest } else { Code::FailingTest };
    let should = match outcome.expectation {
        Expectation::Accept | Expectation::Check => "should",
        Expectation::Deny => "should not",
    };
    let how = match outcome.expectation {
        Expectation::Check => " after a check",
        Expectation::Accept | Expectation::Deny => "",
    };
    let (source, deed, but) = (words.source(outcome), words.deed(outcome), describe_actual(words, outcome));
    let message = format!("`{source}` {should} {deed}{how}, but {but}");
    let finding = Diagnostic::new(code, outcome.probe.text().origin, message);
    let finding = match words.policy.dialect {
        Dialect::Tailscale => finding.tailscale(Target::FAILED),
        Dialect::Headscale => finding.headscale(HeadscaleStage::Testing, Target::FAILED),
    };
    match (outcome.rule(), &outcome.near_misses) {
        (Some(rule), _) => explain_rule(words, outcome, finding, rule),
        (None, Some(near_misses)) => explain_near_misses(words, outcome, finding, near_misses),
        (None, None) => finding,
    }
}

/// Reports an outcome that fails on headscale. If it would fail for any device, the explanation
/// says so.
pub(super) fn report_headscale_failure(words: &Words, outcome: &Outcome, failure: HeadscaleFailure) -> Diagnostic {
    let HeadscaleFailure { message, help, answer, scope, .. } = failure;
    let has_reason = outcome.rule().is_some() || outcome.near_misses.is_some();
    let is_explained = scope == FailureScope::Target && has_reason;
    let finding = match is_explained {
        true => report_failure(words, outcome),
        false => {
            let code = if outcome.probe.is_ssh() { Code::FailingSshTest } else { Code::FailingTest };
            let place = match scope {
                FailureScope::Source => outcome.source.map(|source| source.text.origin),
                FailureScope::Destination => Some(outcome.destination.text.origin),
                FailureScope::Target => None,
            };
            Diagnostic::new(code, place.unwrap_or(outcome.probe.text().origin), message).help(help)
        }
    };
    finding.headscale(HeadscaleStage::Testing, answer)
}

/// Returns a description of the actual result.
fn describe_actual(words: &Words, outcome: &Outcome) -> String {
    if outcome.source.is_some_and(|source| is_empty_group(words, source)) {
        return "it has no members".to_owned();
    }
    if is_empty_group(words, outcome.destination) {
        return format!("`{}` has no members", outcome.destination.text);
    }
    let denied = outcome.expectation == Expectation::Deny;
    match (outcome.decider, outcome.rule(), outcome.action()) {
        (Some(_), None, _) => format!("{} cannot", quote_decider(words, outcome)),
        (Some(_), Some(_), _) if denied => format!("{} can", quote_decider(words, outcome)),
        (_, Some(rule), _) if rule == words.policy.origin => "a policy without rules allows everything".to_owned(),
        (_, Some(_), Some(Action::Accept)) if !denied => "a rule asks for none".to_owned(),
        (_, Some(_), _) => "a rule allows it".to_owned(),
        (None, None, _) => "no rule allows it".to_owned(),
    }
}

fn quote_decider(words: &Words, outcome: &Outcome) -> String {
    let name = words.decider(outcome);
    if words.is_device(outcome) { format!("its device `{name}`") } else { format!("`{name}`") }
}

fn is_empty_group(words: &Words, selector: &Selector) -> bool {
    selector.kind == SelectorKind::Group
        && words.policy.groups.iter().any(|group| *group.name == *selector.text && group.members.is_absent_or_empty())
}

/// Explains a failure by the rule that allows a denied target, or that allows it in another way.
fn explain_rule(words: &Words, outcome: &Outcome, finding: Diagnostic, rule: Origin) -> Diagnostic {
    if rule == words.policy.origin {
        return finding.help("add `grants`: an empty list of them allows nothing");
    }
    let target = format!("`{}`", words.target(outcome));
    match (outcome.expectation, outcome.action()) {
        (Expectation::Check, Some(Action::Accept)) => finding
            .note_at("this rule asks for no check", rule)
            .help(format!("put {target} under `accept`, or make that a `check` rule")),
        _ => finding
            .note_at("this rule allows it", rule)
            .help(format!("narrow that rule, or put {target} under `accept`")),
    }
}

/// Explains a failure by the rules that come nearest to allowing the target.
fn explain_near_misses(words: &Words, outcome: &Outcome, finding: Diagnostic, near_misses: &NearMisses) -> Diagnostic {
    let (decider, host) = (words.decider(outcome), words.selector(outcome.destination));
    // A device's name is not a selector.
    let selector = if words.is_device(outcome) { words.source(outcome) } else { decider };
    let (kind, new_rule) = match outcome.probe {
        Probe::Network { port, protocol, .. } => {
            let ports = required_ports(protocol, port);
            ("rule", format!("write a rule from `{selector}` to `{host}` on `{ports}`"))
        }
        Probe::Ssh { account } if outcome.destination.kind == SelectorKind::User => (
            "SSH rule",
            format!("users can log in to their own devices only: tag the machine, or put `{account}` under `deny`"),
        ),
        Probe::Ssh { account } => {
            ("SSH rule", format!("write an SSH rule from `{selector}` to `{host}` as `{account}`"))
        }
    };
    let Some(NearMiss { rule, mismatch }) = near_misses.rules.first() else {
        let finding = match near_misses {
            NearMisses { has_destination: false, .. } => finding.note(format!("no {kind} leads to `{host}`")),
            NearMisses { has_source: false, .. } => finding.note(format!("no {kind} has `{selector}` as a source")),
            _ => finding,
        };
        return finding.help(new_rule);
    };
    let (source, destination) = (format!("`{decider}`"), format!("`{host}`"));
    let ends = MismatchEnds {
        source: &source,
        login: login(outcome),
        destination: &destination,
        is_to_user: outcome.destination.kind == SelectorKind::User,
        address: words.address(outcome),
        attributes: outcome.attributes,
    };
    finding
        .note_at(format!("this rule {}", mismatch.describe(words, &ends)), *rule)
        .help(suggest(words, outcome, mismatch, decider, new_rule))
}

/// Returns the login of the source of a test, if it is one user.
fn login<'p>(outcome: &Outcome<'p>) -> Option<&'p str> {
    match (outcome.decider, outcome.source) {
        (Some(decider), _) => decider.user,
        (None, Some(source)) if source.kind == SelectorKind::User => Some(&source.text),
        _ => None,
    }
}

/// Suggests how to change the nearest rule, or to write a new one.
fn suggest(words: &Words, outcome: &Outcome, mismatch: &Mismatch, decider: &str, new_rule: String) -> String {
    let selector = if words.is_device(outcome) { words.source(outcome) } else { decider };
    let host = words.selector(outcome.destination);
    match mismatch {
        Mismatch::Ports(_) => match outcome.probe {
            Probe::Network { port, protocol, .. } => {
                format!("open `{}` in that rule or in another one", required_ports(protocol, port))
            }
            Probe::Ssh { .. } => new_rule,
        },
        Mismatch::Account(_) => {
            format!("add `{}` to the accounts of that rule, or write another one", outcome.probe.text())
        }
        Mismatch::Posture { required, .. } => match posture::first_unmet(words.policy, required, outcome.attributes) {
            Some(Condition { attribute, .. }) => match outcome.attributes.get(attribute.as_str()) {
                None | Some(Value::Null) => format!("add `\"{attribute}\"` to the `srcPostureAttrs` of the test"),
                Some(_) => "test with other `srcPostureAttrs`, or put the target under `deny`".to_owned(),
            },
            None => "test with other `srcPostureAttrs`".to_owned(),
        },
        Mismatch::Source([only]) if only.kind == SelectorKind::Group && login(outcome).is_some() => {
            format!("add `{decider}` to `{only}` or to the sources of that rule")
        }
        Mismatch::Source(_) => format!("add `{selector}` to the sources of that rule, or write another one"),
        Mismatch::Destination(destinations) => match destinations.as_slice() {
            [only] if only.kind == SelectorKind::Autogroup(Some(Autogroup::SelfDevices)) => new_rule,
            _ => format!("add `{host}` to the destinations of that rule, or write another one"),
        },
    }
}

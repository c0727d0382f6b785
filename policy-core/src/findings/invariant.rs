//! The findings about invariants that do not hold: who can reach what, and by which rule.

use crate::diagnostic::{Code, Diagnostic};
use crate::findings::words::listed;
use crate::model::InvariantKind;
use crate::proof::{AccessClasses, Class, Violation, violations};

/// Returns an error for each invariant that does not hold.
pub(super) fn broken_invariants(classes: &AccessClasses) -> Vec<Diagnostic> {
    violations(classes).iter().map(|violation| error(classes, violation)).collect()
}

fn error(classes: &AccessClasses, violation: &Violation) -> Diagnostic {
    let source = classes.sources.get(violation.source).map(Class::name).unwrap_or_default();
    let destination = match classes.destinations.get(violation.destination) {
        Some(class) if !violation.is_same_user => class.name(),
        _ => "their other devices".to_owned(),
    };
    let (protocol, port) = violation.packet;
    let port = if protocol.has_ports() { port.to_string() } else { "*".to_owned() };
    let statement = match violation.invariant.kind {
        InvariantKind::Never => "this must never be, but",
        InvariantKind::Only => "nothing else may be reached, but",
        InvariantKind::Isolated => "nothing may get in or out, but",
    };
    let message = format!("{statement} {source} can reach {destination} on `{protocol}:{port}`");
    let finding = Diagnostic::new(Code::BrokenInvariant, violation.invariant.origin, message);
    let rule = violation.access.rule;
    if rule == classes.policy.origin {
        return finding.help("add `grants`: a policy without rules allows everything");
    }
    let only = match violation.access.postures.as_slice() {
        [] => String::new(),
        postures => format!(" from devices with {}", listed(postures)),
    };
    let finding = finding.note_at(format!("this rule allows `{}` there{only}", violation.access.ports), rule);
    let finding = match violation.rules - 1 {
        0 => finding,
        1 => finding.note("one more rule breaks this"),
        more => finding.note(format!("{more} more rules break this")),
    };
    let is_of_assumed_role = classes.sources.get(violation.source).is_some_and(Class::is_of_assumed_role);
    finding.help(if is_of_assumed_role {
        "narrow the rule, or say in `users` which role they have"
    } else {
        "narrow the rule, or name what is meant all the same after `except`"
    })
}

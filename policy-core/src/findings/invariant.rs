//! Invariants that do not hold: who gets where, and by which rule.

use crate::diagnostic::{Code, Diagnostic};
use crate::findings::words::listed;
use crate::model::InvariantKind;
use crate::proof::classes::AccessClasses;
use crate::proof::invariant::{Violation, violations};

/// The error that each broken invariant is.
pub(super) fn broken(space: &AccessClasses) -> Vec<Diagnostic> {
    violations(space).iter().map(|violation| explained(space, violation)).collect()
}

fn explained(space: &AccessClasses, violation: &Violation) -> Diagnostic {
    let source = space.sources.get(violation.source).map_or("", |class| class.name());
    let destination = match space.destinations.get(violation.destination) {
        Some(class) if !violation.is_own => class.name(),
        _ => "their other devices",
    };
    let (protocol, port) = violation.packet;
    let port = if protocol.has_ports() { port.to_string() } else { "*".to_owned() };
    let demand = match violation.invariant.kind {
        InvariantKind::Never => "this must never be, but",
        InvariantKind::Only => "nothing else may be reached, but",
        InvariantKind::Isolated => "nothing may get in or out, but",
    };
    let message = format!("{demand} {source} can reach {destination} on `{protocol}:{port}`");
    let finding = Diagnostic::new(Code::BrokenInvariant, violation.invariant.origin, message);
    let rule = violation.access.rule;
    if rule == space.policy.origin {
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
    finding.help(match is_of_unknown_role(space, violation) {
        true => "narrow the rule, or say in `users` which role they have",
        false => "narrow the rule, or name what is meant all the same after `except`",
    })
}

/// Whether it is so only if somebody has a role that nothing tells of them.
fn is_of_unknown_role(space: &AccessClasses, violation: &Violation) -> bool {
    space.sources.get(violation.source).is_some_and(|class| class.is_of_assumed_role())
}

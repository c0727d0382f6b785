//! Declarations of the tailnet's own capabilities: whether they are valid, and whether any grant
//! uses them.

use std::collections::HashMap;

use crate::check::Checker;
use crate::check::unused::keep;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{DeclaredCapability, name};
use crate::source::Text;

/// Domains whose capabilities belong to Tailscale.
const TAILSCALE: [&str; 2] = ["tailscale.com", "tailscale.io"];

pub(super) fn check(checker: &mut Checker) {
    let mut seen: HashMap<&str, &Text> = HashMap::new();
    for DeclaredCapability { name, .. } in &checker.policy.capabilities {
        check_name(checker, name);
        match seen.insert(name, name) {
            None => {}
            Some(first) => checker.report(
                Diagnostic::new(Code::CapabilityDeclaration, name.origin, format!("`{name}` is declared twice"))
                    .note_at("first declared here", first.origin)
                    .help("leave out one of the two, or join them"),
            ),
        }
    }
}

fn check_name(checker: &mut Checker, name: &Text) {
    if let Err(problem) = name::check_capability(name) {
        // Tailscale treats the declaration as a comment.
        let finding = problem.at(name);
        checker.report(Diagnostic { code: Code::CapabilityDeclaration, tailscale: None, ..finding });
        return;
    }
    let domain = name.split('/').next().unwrap_or_default();
    if TAILSCALE.contains(&domain) {
        let message = format!("the shape of `{name}` is Tailscale's to declare");
        checker.report(
            Diagnostic::new(Code::CapabilityDeclaration, name.origin, message)
                .help("leave it out, or declare a capability in a domain of your own"),
        );
    }
}

/// Reports declared capabilities that nothing grants.
pub(super) fn check_uses(checker: &mut Checker) {
    let policy = checker.policy;
    // Very few policies declare capabilities.
    if policy.capabilities.is_empty() {
        return;
    }
    let granted = policy.granted_capabilities();
    for DeclaredCapability { name, .. } in &policy.capabilities {
        if !granted.contains(name.as_str()) {
            let help = format!("remove it, or say why it stays: {}", keep(policy, Code::UnusedCapability));
            let message = format!("nothing grants `{name}`");
            checker.report(Diagnostic::new(Code::UnusedCapability, name.origin, message).help(help));
        }
    }
}

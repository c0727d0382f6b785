//! Findings about invariants that do not hold or depend on unknown facts: who can reach what, and
//! by which rule.

use crate::access::{Principal, Side, overlap};
use crate::diagnostic::{Code, Diagnostic};
use crate::findings::missing_fact::suggest_role;
use crate::findings::words::{Words, listed};
use crate::model::{Autogroup, InvariantKind, NodeAttr, Prefix, Selector};
use crate::proof::{
    AccessClasses, Class, ClassName, InvariantFact, Unverified, Violation, unverified_invariants, violations,
};

/// Returns an error for each invariant that does not hold.
pub(super) fn broken_invariants(classes: &AccessClasses) -> Vec<Diagnostic> {
    violations(classes).iter().map(|violation| error(classes, violation)).collect()
}

/// Returns a warning for each invariant that depends on an unknown fact.
pub(super) fn unverifiable_invariants(words: &Words, classes: &AccessClasses) -> Vec<Diagnostic> {
    unverified_invariants(classes).iter().map(|unverified| warning(words, classes, unverified)).collect()
}

/// Returns a name of the class that assumes no fact, if there is one.
fn certain_name(class: &Class) -> String {
    let mut names = class.names.iter();
    names.find(|name| name.assumed_role.is_none()).map_or_else(|| class.name(), ClassName::to_string)
}

/// Returns the sentence that says who can reach what on which port.
fn describe(classes: &AccessClasses, violation: &Violation, name: impl Fn(&Class) -> String) -> String {
    let source = classes.sources.get(violation.source).map(&name).unwrap_or_default();
    let destination = match classes.destinations.get(violation.destination) {
        Some(class) if !violation.is_same_user => name(class),
        _ => "their other devices".to_owned(),
    };
    let (protocol, port) = violation.packet;
    let port = if protocol.has_ports() { port.to_string() } else { "*".to_owned() };
    let also = if violation.invariant.kind == InvariantKind::Only { "also " } else { "" };
    format!("{source} can {also}reach {destination} on `{protocol}:{port}`")
}

fn error(classes: &AccessClasses, violation: &Violation) -> Diagnostic {
    let message = format!("invariant violated: {}", describe(classes, violation, certain_name));
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
    let finding = match violation.is_ping {
        true => finding.note("ping is open, too: Tailscale lets echo requests through wherever any port is open"),
        false => finding,
    };
    let finding = match violation.rules - 1 {
        0 => finding,
        1 => finding.note("one more rule breaks this"),
        more => finding.note(format!("{more} more rules break this")),
    };
    finding.help("narrow the rule, or add an exception with `except`")
}

fn warning(words: &Words, classes: &AccessClasses, unverified: &Unverified) -> Diagnostic {
    let Unverified { violation, name, fact, .. } = unverified;
    let facts = &words.policy.facts;
    let unknown = describe_fact(words, name, fact);
    let message = format!("cannot prove this invariant: {unknown} is unknown");
    let finding = Diagnostic::new(Code::UnverifiableInvariant, violation.invariant.origin, message);
    // The name already states the fact.
    let without_role = |class: &Class| match class.names.first() {
        Some(name) => ClassName { assumed_role: None, ..name.clone() }.to_string(),
        None => class.name(),
    };
    let would = describe(classes, violation, without_role);
    let finding = match violation.access.rule {
        rule if rule == words.policy.origin => finding,
        rule => finding.note_at(format!("depending on that, this rule breaks it: {would}"), rule),
    };
    let finding = match pool(classes, fact) {
        Some((entry, pool)) => {
            let targets = listed(entry.target.iter().map(|target| words.selector(target)));
            finding.note_at(format!("this gives new devices of {targets} addresses in `{pool}`"), entry.origin)
        }
        None => finding,
    };
    if let (InvariantFact::Role, Some(login)) = (fact, login_of(classes, unverified)) {
        return finding.help(suggest_role(words, login, Autogroup::Member));
    }
    finding.help(match (fact, facts.are_in_source()) {
        (InvariantFact::Address(_) | InvariantFact::Device, true) => {
            "give every device its addresses in `devices`, or narrow the rule"
        }
        (InvariantFact::Address(_) | InvariantFact::Device, false) => {
            "give the tailnet's devices with their addresses as facts, or narrow the rule"
        }
        (InvariantFact::Sharing, true) => "add them to `users`, or narrow the rule",
        (InvariantFact::Sharing, false) => "give the tailnet's users as facts, or narrow the rule",
        (InvariantFact::Role | InvariantFact::Membership(_) | InvariantFact::Translation(_), _) => {
            "narrow the rule, or add an exception with `except`"
        }
    })
}

/// Returns the login of the user that a fact is about.
fn login_of<'p>(classes: &AccessClasses<'p>, unverified: &Unverified) -> Option<&'p str> {
    let class = match unverified.side {
        Side::Source => classes.sources.get(unverified.violation.source),
        Side::Destination => classes.destinations.get(unverified.violation.destination),
    };
    match class?.members.first()?.who {
        Principal::User { login, .. } | Principal::Login(login) => Some(login),
        _ => None,
    }
}

/// Returns the entry of `nodeAttrs` that has a pool with addresses of a selector, and the pool.
fn pool<'p>(classes: &AccessClasses<'p>, fact: &InvariantFact) -> Option<(&'p NodeAttr, Prefix)> {
    let InvariantFact::Address(selector) = fact else { return None };
    let ranges = classes.tailnet.literal(selector);
    let pools = classes.policy.node_attrs.iter().flat_map(|entry| entry.ip_pool.iter().map(move |pool| (entry, pool)));
    let mut pools = pools.map(|(entry, pool)| (entry, pool.prefix));
    pools.find(|(_, pool)| ranges.iter().any(|&range| overlap(range, pool.range())))
}

/// Describes a fact, to follow "whether" or "which".
fn describe_fact(words: &Words, name: &ClassName, fact: &InvariantFact) -> String {
    let selector = |selector: &Selector| words.selector(selector).to_owned();
    match fact {
        InvariantFact::Address(of) if name.base.starts_with("`svc:") => {
            format!("whether {name} has an address in `{}`", selector(of))
        }
        InvariantFact::Address(of) if name.base.starts_with("`tag:") => {
            format!("whether a device with {name} has an address in `{}`", selector(of))
        }
        InvariantFact::Address(of) => format!("whether a device of {name} has an address in `{}`", selector(of)),
        InvariantFact::Membership(of) => format!("whether {name} is in `{}`", selector(of)),
        InvariantFact::Role => {
            let role = name.assumed_role.map_or("an admin".to_owned(), |role| role.with_article());
            format!("whether {} is {role}", ClassName { assumed_role: None, ..name.clone() })
        }
        InvariantFact::Sharing => format!("whether {name} is a user of another tailnet"),
        InvariantFact::Device => format!("which device is at {name}"),
        InvariantFact::Translation(of) => format!("whether {name} stands for an address in `{}`", selector(of)),
    }
}

//! Facts that contradict the policy or each other.

use std::collections::HashMap;

use crate::access::login_key;
use crate::check::Checker;
use crate::check::login::LONG;
use crate::check::names::NameKind;
use crate::diagnostic::{Code, Diagnostic, Help, suggestion};
use crate::model::SelectorContext;
use crate::model::{Device, InvariantTarget, Role, SelectorKind, User};
use crate::source::{Origin, Text};

pub(super) fn check(checker: &mut Checker) {
    let facts = &checker.policy.facts;
    let first = checker.findings.len();
    unique(checker, "user", facts.users.iter().map(|user| &user.name));
    unique(checker, "device", facts.devices.iter().map(|device| &device.name));
    for user in &facts.users {
        checker.listed_user(&user.email);
    }
    contradictions(checker);
    for device in &facts.devices {
        check_device(checker, device);
    }
    for invariant in &facts.invariants {
        checker.selectors(SelectorContext::Src, &invariant.src);
        checker.selectors(SelectorContext::Src, &invariant.src_except);
        for InvariantTarget { dst, .. } in invariant.targets.iter().chain(&invariant.except) {
            checker.selectors(SelectorContext::GrantDst, dst);
        }
    }
    checker.selectors(SelectorContext::Except, &facts.excepts);
    // Tailscale never sees the facts, so it cannot refuse the policy because of them.
    for finding in checker.findings.iter_mut().skip(first) {
        finding.tailscale = None;
    }
}

/// Reports a name that is used twice. Facts about it would be ambiguous.
fn unique<'p>(checker: &mut Checker, noun: &str, names: impl Iterator<Item = &'p Text>) {
    let mut seen: HashMap<&str, Origin> = HashMap::new();
    for name in names {
        match seen.get(name.as_str()) {
            None => drop(seen.insert(name, name.origin)),
            Some(&first) => checker.report(
                Diagnostic::new(Code::DuplicateName, name.origin, format!("there are two {noun}s `{name}`"))
                    .note_at("first declared here", first)
                    .help(format!("give one {noun} another name")),
            ),
        }
    }
}

/// Reports users that cannot both be in the tailnet. Proofs from contradictory facts would be
/// worthless.
fn contradictions(checker: &mut Checker) {
    let users = &checker.policy.facts.users;
    let mut logins: HashMap<String, &User> = HashMap::new();
    let mut owner: Option<&User> = None;
    for user in users {
        let first = *logins.entry(login_key(&user.email)).or_insert(user);
        // Two users with the same name are reported elsewhere.
        if first.name.as_str() != user.name.as_str() {
            let message = format!("`{}` and `{}` have the same login", first.name, user.name);
            checker.report(
                Diagnostic::new(Code::ContradictoryFacts, user.email.origin, message)
                    .note_at("the other one has it here", first.email.origin)
                    .help("give each user their own login, or leave out one of the two"),
            );
        } else if user.role == Some(Role::Owner) {
            let first = *owner.get_or_insert(user);
            if first.name.as_str() != user.name.as_str() {
                let message = format!("a tailnet has one owner, and `{}` and `{}` both are", first.name, user.name);
                checker.report(
                    Diagnostic::new(Code::ContradictoryFacts, user.origin, message)
                        .note_at("the other one is here", first.origin)
                        .help("give one of them another role, such as `admin`"),
                );
            }
        }
    }
}

fn check_device(checker: &mut Checker, device: &Device) {
    let facts = &checker.policy.facts;
    for tag in &device.tags {
        // Facts that do not come with the policy may be older or newer, so an undeclared tag in
        // them is not a mistake of the policy.
        if facts.are_in_source() {
            checker.selector(SelectorContext::DeviceTag, tag);
        } else if tag.kind == SelectorKind::Tag && checker.names.is_undefined(NameKind::Tag, &tag.text) {
            let message = format!("the policy does not declare `{}`, which `{}` has", tag.text, device.name);
            checker.report(
                Diagnostic::new(Code::UndeclaredDeviceTag, tag.text.origin, message)
                    .help("declare it under `tagOwners`, or take it from the device"),
            );
        }
    }
    let Some(owner) = &device.owner else { return };
    if let Some(tag) = device.tags.first() {
        let message = format!("`{}` has both an owner and tags", device.name);
        checker.report(
            Diagnostic::new(Code::OwnedAndTagged, owner.origin, message)
                .note_at("a tag replaces the user as the identity of a device", tag.text.origin)
                .help("remove the owner or the tags"),
        );
    }
    if checker.names.is_user(owner) {
        return;
    }
    // A login need not be listed. A login that nearly matches another is a mistake, and so is any
    // text that is not a login.
    let near = match owner.contains('@') {
        true => checker.names.nearest_login(owner, LONG),
        false => suggestion::nearest(owner, facts.users.iter().map(|user| user.name.as_str())).map(str::to_owned),
    };
    if near.is_some() || !owner.contains('@') {
        let help = match near {
            Some(near) => Help::did_you_mean(near),
            None => Help::from("declare them under `users`, or write the login"),
        };
        checker
            .report(Diagnostic::new(Code::UndefinedUser, owner.origin, format!("undefined user `{owner}`")).help(help));
    }
}

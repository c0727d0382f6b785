//! `tests` and `sshTests`: entries that fail whatever the rules are.

use std::collections::HashMap;

use crate::check::Checker;
use crate::diagnostic::{Code, Diagnostic, Help};
use crate::model::SelectorContext;
use crate::model::{Acl, Autogroup, HostAddress, Protocol, Selector, SelectorKind, SshTest, Target, Test};
use crate::source::Text;

pub(super) fn check(checker: &mut Checker) {
    let policy = checker.policy;
    for test in &policy.tests {
        check_test(checker, test);
    }
    drop_unknown_answers(checker);
    for Test { accept, deny, .. } in &policy.tests {
        contradictions(checker, accept.iter().map(|target| &target.text), deny.iter().map(|target| &target.text));
    }
    for test in &policy.ssh_tests {
        check_ssh_test(checker, test);
    }
}

fn check_test(checker: &mut Checker, test: &Test) {
    if let Some(src) = &test.src {
        source(checker, SelectorContext::TestSrc, src, !test.accept.is_absent_or_empty());
    }
    if test.accept.is_absent_or_empty() && test.deny.is_absent_or_empty() {
        checker.report(
            failed(Code::MissingField, test.origin, "a test needs something to test")
                .help("add what to `accept` or `deny`, such as `tag:web:443`"),
        );
    }
    for target in test.accept.iter().chain(&test.deny) {
        check_target(checker, test, target);
    }
}

/// Removes Tailscale's answer from a finding about a target of `deny` where the answer is unknown.
/// In all captures, a rule allows that target. `policytest-deny-fail-group-src-cidr-dst`
/// `policytest-deny-fail-autogroup-internet-dst`
fn drop_unknown_answers(checker: &mut Checker) {
    let policy = checker.policy;
    let tests = &policy.tests;
    for finding in checker.findings.iter_mut().filter(|finding| finding.tailscale.as_deref() == Some(Target::FAILED)) {
        // Tests are sorted by their place in the text.
        let behind = tests.partition_point(|test| test.origin.start <= finding.origin.start);
        let Some(test) = behind.checked_sub(1).and_then(|index| tests.get(index)) else { continue };
        let Some(deny) = test.deny.origin.filter(|deny| deny.contains(finding.origin)) else { continue };
        let written = policy.text.get(deny.range()).unwrap_or_default();
        let is_at = |text: &str| {
            let quoted = format!("\"{text}\"");
            let mut places = written.match_indices(&quoted).map(|(at, _)| deny.range().start + at);
            places.any(|start| {
                start <= finding.origin.range().start && finding.origin.range().end <= start + quoted.len()
            })
        };
        let mut rules = policy.acls.iter().flatten().filter(|acl| is_from(acl, test));
        if !rules.any(|acl| acl.dst.iter().any(|dst| is_at(&dst.text))) {
            finding.tailscale = None;
        }
    }
}

/// Returns whether the sources of an ACL include the source of a test, or everyone.
fn is_from(acl: &Acl, test: &Test) -> bool {
    acl.src.iter().any(|source| match source.kind {
        SelectorKind::Wildcard => true,
        SelectorKind::Autogroup(Some(autogroup)) if autogroup.is_role() => true,
        _ => test.src.as_ref().is_some_and(|src| src.text.as_str() == source.text.as_str()),
    })
}

fn check_target(checker: &mut Checker, test: &Test, target: &Target) {
    if checker.selector(SelectorContext::TestDst, &target.host) {
        single_address(checker, SelectorContext::TestDst, &target.host);
    }
    if let SelectorKind::Address(std::net::IpAddr::V6(address)) = target.host.kind
        && !target.text.starts_with('[')
    {
        let message = format!("`{}` is read as `{address}` with port `{}`", target.text, target.port);
        checker.report(
            Diagnostic::new(Code::AmbiguousAddress, target.text.origin, message)
                .help(Help::write(format!("[{address}]:{}", target.port))),
        );
    }
    let portless = test.proto.filter(|protocol| !protocol.has_ports());
    match (portless, target.port) {
        (Some(protocol), port) if port != 0 => {
            checker.report(
                Diagnostic::new(Code::DoubtfulTest, target.port_origin, format!("`{protocol}` has no ports"))
                    .help(format!("write `{}:0`", host_text(target))),
            );
        }
        (None, 0) => {
            let message = "port 0 stands for protocols without ports";
            let name = Protocol::ICMP.name().unwrap_or_default();
            checker.report(
                Diagnostic::new(Code::DoubtfulTest, target.port_origin, message)
                    .help(format!("write the port, or `{name}` as the protocol")),
            );
        }
        _ => {}
    }
}

/// A target without its port, as written.
fn host_text(target: &Target) -> &str {
    target.text.rsplit_once(':').map_or("", |(host, _)| host)
}

fn check_ssh_test(checker: &mut Checker, test: &SshTest) {
    if let Some(src) = &test.src {
        let expects_access = !(test.accept.is_absent_or_empty() && test.check.is_absent_or_empty());
        source(checker, SelectorContext::SshTestSrc, src, expects_access);
    }
    if test.dst.is_absent_or_empty() {
        let origin = test.dst.origin.unwrap_or(test.origin);
        let message = "this SSH test has no destination, and Tailscale's answer to that is not known";
        checker.report(
            Diagnostic::new(Code::DoubtfulTest, origin, message).help("name the machines, such as `tag:server`"),
        );
    }
    for destination in &test.dst {
        if checker.selector(SelectorContext::SshTestDst, destination) {
            single_address(checker, SelectorContext::SshTestDst, destination);
        }
    }
    let lists = [&test.accept, &test.check, &test.deny];
    if lists.iter().all(|list| list.is_absent_or_empty()) {
        checker.report(
            failed(Code::MissingField, test.origin, "an SSH test needs accounts to test")
                .help("add accounts to `accept`, `check` or `deny`, such as `root`"),
        );
    }
    for user in lists.into_iter().flatten() {
        account(checker, user);
    }
    contradictions(checker, test.accept.iter().chain(&test.check), test.deny.iter());
}

/// Returns the targets that are both accepted and denied.
fn contradictions<'a>(
    checker: &mut Checker,
    allowed: impl Iterator<Item = &'a Text>,
    denied: impl Iterator<Item = &'a Text>,
) {
    let allowed: HashMap<&str, &Text> = allowed.map(|text| (text.as_str(), text)).collect();
    for text in denied {
        if let Some(allowed) = allowed.get(text.as_str()) {
            let message = format!("`{text}` must be allowed and denied at once");
            checker.report(
                failed(Code::InvalidTest, text.origin, &message)
                    .note_at("allowed here", allowed.origin)
                    .help("leave out one of the two"),
            );
        }
    }
}

/// Checks the source of a test. A user that the tailnet does not know can reach nothing.
/// `policytest-src-unknown-user-email` Public policies have tests that deny access to such users,
/// and Tailscale accepts them.
fn source(checker: &mut Checker, place: SelectorContext, src: &Selector, expects_access: bool) {
    if !checker.selector(place, src) || src.kind != SelectorKind::User || !expects_access {
        return;
    }
    if !checker.policy.facts.users.is_empty() && !checker.names.is_login(&src.text) {
        let near = checker.names.nearest_login(&src.text, 1);
        let message = format!("no user of the tailnet is called `{}`", src.text);
        let help = match near {
            Some(near) => Help::did_you_mean(near),
            None => Help::from("add them to `users`, or test a user who exists"),
        };
        let finding = Diagnostic::new(Code::UndefinedUser, src.text.origin, message).help(help);
        checker.report(answered(finding, place));
    }
}

/// Checks that a target is a single address. A host that is a prefix has many.
fn single_address(checker: &mut Checker, place: SelectorContext, host: &Selector) {
    if host.kind == SelectorKind::Host
        && let Some(HostAddress::Prefix(prefix)) = checker.names.host_address(&host.text)
    {
        let message = format!("a test probes one machine, and the host `{}` is `{prefix}`", host.text);
        let finding = Diagnostic::new(Code::InvalidTest, host.text.origin, message).help("write one address in it");
        checker.report(answered(finding, place));
    }
}

/// Checks the account that a test logs in to.
fn account(checker: &mut Checker, user: &Text) {
    if user.is_empty() {
        checker.report(
            failed(Code::InvalidTest, user.origin, "an SSH test needs the account's name")
                .help("write it, such as `root`"),
        );
    } else if user.as_str() != Autogroup::Nonroot.name()
        && matches!(
            SelectorKind::of(user),
            SelectorKind::Autogroup(_) | SelectorKind::LocalPart | SelectorKind::Wildcard
        )
    {
        let message = format!("an SSH test logs in to one account, and `{user}` stands for several");
        checker.report(
            Diagnostic::new(Code::DoubtfulTest, user.origin, message)
                .help("write the name of one account, such as `root`"),
        );
    }
}

/// Adds Tailscale's answer to a finding about an end of a test. For SSH tests, the answer is
/// unknown.
fn answered(finding: Diagnostic, place: SelectorContext) -> Diagnostic {
    match place {
        SelectorContext::TestSrc | SelectorContext::TestDst => finding.tailscale(Target::FAILED),
        _ => finding,
    }
}

/// Returns a finding because of which the test fails. Tailscale's answer is only that the test
/// fails.
fn failed(code: Code, origin: crate::source::Origin, message: &str) -> Diagnostic {
    Diagnostic::new(code, origin, message).tailscale(Target::FAILED)
}

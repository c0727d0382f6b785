//! `tests` and `sshTests`: entries that can only fail, whatever the rules are.

use std::collections::HashMap;

use crate::check::Checker;
use crate::check::place::SelectorContext;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Autogroup, HostAddress, Protocol, Selector, SelectorKind, SshTest, Target, Test};
use crate::source::Text;

pub(super) fn check(checker: &mut Checker) {
    let policy = checker.policy;
    for test in &policy.tests {
        check_test(checker, test);
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
    contradictions(checker, test.accept.iter().map(|target| &target.text), test.deny.iter().map(|target| &target.text));
}

fn check_target(checker: &mut Checker, test: &Test, target: &Target) {
    if checker.selector(SelectorContext::TestDst, &target.host) {
        single_address(checker, &target.host);
    }
    if let SelectorKind::Address(std::net::IpAddr::V6(address)) = target.host.kind
        && !target.text.starts_with('[')
    {
        let message = format!("`{}` is read as `{address}` with port `{}`", target.text, target.port);
        checker.report(
            Diagnostic::new(Code::AmbiguousAddress, target.text.origin, message)
                .help(format!("write `[{address}]:{}`", target.port)),
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
        let message = "this SSH test has no destination, and what Tailscale makes of that is not known";
        checker.report(
            Diagnostic::new(Code::DoubtfulTest, origin, message).help("name the machines, such as `tag:server`"),
        );
    }
    for destination in &test.dst {
        if checker.selector(SelectorContext::SshTestDst, destination) {
            single_address(checker, destination);
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

/// Returns what is to be allowed and denied at once.
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

/// The source of a test. A user whom the tailnet does not know can reach nothing. `policytest-src-unknown-user-email`
/// Public policies deny such users something, and Tailscale takes that.
fn source(checker: &mut Checker, place: SelectorContext, src: &Selector, expects_access: bool) {
    if !checker.selector(place, src) || src.kind != SelectorKind::User || !expects_access {
        return;
    }
    if !checker.policy.facts.users.is_empty() && !checker.names.is_login(&src.text) {
        let near = checker.names.nearest_login(&src.text, 1);
        let message = format!("no user of the tailnet is called `{}`", src.text);
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "add them to `users`, or test for somebody who is there".to_owned(),
        };
        checker.report(failed(Code::UndefinedUser, src.text.origin, &message).help(help));
    }
}

/// A test probes one machine, and a host that is a prefix is many.
fn single_address(checker: &mut Checker, host: &Selector) {
    if host.kind == SelectorKind::Host
        && let Some(HostAddress::Prefix(prefix)) = checker.names.host_address(&host.text)
    {
        let message = format!("a test probes one machine, and the host `{}` is `{prefix}`", host.text);
        checker.report(failed(Code::InvalidTest, host.text.origin, &message).help("write one address in it"));
    }
}

/// The account that a test logs in to, by its name.
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

/// A finding that fails the test, which is all that Tailscale says of it.
fn failed(code: Code, origin: crate::source::Origin, message: &str) -> Diagnostic {
    Diagnostic::new(code, origin, message).tailscale(Target::FAILED)
}

//! Tests of the BlumeOps policy: its tests pass, and they need each grant that they are about.

#[path = "../blumeops-policy/src/tailnet.rs"]
mod tailnet;

use policy_core::{Code, Policy};
use policy_test_support::process;

/// Returns the policy without the grant that contains a text.
fn without(grant: &str) -> Policy {
    let policy: &Policy = &tailnet::POLICY;
    let text = |start: u32, end: u32| &policy.text[start as usize..end as usize];
    let grants = policy.grants.as_deref().unwrap_or_default();
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut found =
        grants.iter().map(|grant| grant.origin).filter(|origin| flat(text(origin.start, origin.end)).contains(grant));
    let origin = found.next().unwrap_or_else(|| panic!("no grant has {grant}"));
    assert!(found.next().is_none(), "more than one grant has {grant}");
    let (before, after) = (text(0, origin.start), &policy.text[origin.end as usize..]);
    let mut policy = Policy::parse(format!("{before}{}", after.strip_prefix(',').unwrap_or(after)));
    policy.facts = tailnet::POLICY.facts.clone();
    policy
}

#[test]
fn its_own_tests_pass() {
    let policy = &tailnet::POLICY;
    let tested = policy.test();
    assert!(tested.len() > 25 && tested.iter().all(|target| target.outcome.passes()));
    assert_eq!(policy.check(), []);
}

#[test]
fn without_a_grant_the_tests_that_need_it_fail_where_they_stand() {
    let kiwix = (r#""dst": ["tag:kiwix"]"#, &[("acmdavis@gmail.com", "tag:kiwix:443")][..]);
    for (grant, expected) in [
        kiwix,
        (r#""ip": ["tcp:3001", "tcp:2200"]"#, &[("tag:k8s", "tag:homelab:3001"), ("tag:k8s", "tag:homelab:2200")]),
        (r#""src": ["tag:ci-gateway"]"#, &[("tag:ci-gateway", "tag:registry:443")]),
        (r#""dst": ["tag:nas"]"#, &[("tag:homelab", "tag:nas:445")]),
        (
            r#""src": ["autogroup:admin"]"#,
            &[
                ("blume.erich@gmail.com", "tag:grafana:443"),
                ("blume.erich@gmail.com", "tag:loki:3100"),
                ("blume.erich@gmail.com", "tag:homelab:22"),
                ("blume.erich@gmail.com", "tag:registry:443"),
                ("blume.erich@gmail.com", "tag:k8s-api:443"),
            ],
        ),
    ] {
        let policy = without(grant).validate().unwrap();
        let failing: Vec<(&str, &str)> = policy
            .test()
            .into_iter()
            .filter(|target| target.outcome.fails())
            .map(|target| (target.outcome.source.unwrap().text.as_str(), target.outcome.probe.text().as_str()))
            .collect();
        assert_eq!(failing, expected, "{grant}");
        let errors: Vec<_> = policy.check().into_iter().filter(policy_core::Diagnostic::is_error).collect();
        let places: Vec<&str> = errors
            .iter()
            .map(|error| policy.text[error.origin.start as usize..error.origin.end as usize].trim_matches('"'))
            .collect();
        assert!(errors.iter().all(|error| error.code == Code::FailingTest));
        assert_eq!(places, expected.iter().map(|(_, target)| *target).collect::<Vec<_>>(), "{grant}");
    }
}

/// A program of Pulumi that makes keys.
const PROGRAM: &str = r#"
import pulumi_tailscale as tailscale

tailscale.TailnetKey("ci", tags=["tag:ci-gateway"])
tailscale.TailnetKey("proxy", tags=["tag:flyio-proxy", "tag:blumeops"])
"#;

/// Pulumi's client assigns `tag:blumeops`, and tags that `tag:blumeops` owns: docs/blumeops.md.
#[test]
fn the_oauth_client_of_pulumi_owns_the_tags_that_it_assigns() {
    let folder = process::empty_directory(env!("CARGO_TARGET_TMPDIR"), "blumeops-pulumi");
    std::fs::write(folder.join("__main__.py"), PROGRAM).unwrap();
    let policy = tailnet::POLICY.to_hujson();
    let owners = "\"tag:ci-gateway\": [\"autogroup:admin\", \"tag:blumeops\"]";
    assert_eq!(policy.matches(owners).count(), 1, "{policy}");
    let without = policy.replace(owners, "\"tag:ci-gateway\": [\"autogroup:admin\"]");
    for (text, is_unowned) in [(policy, false), (without, true)] {
        let arguments = ["scan", "--as", "tag:blumeops", "--policy", "-", "."];
        let run = process::run_with_stdin(env!("CARGO_BIN_EXE_standalone"), &folder, &arguments, text);
        assert_eq!(run.status, Some(0), "{}{}", run.stdout, run.stderr);
        assert_eq!(run.stdout.contains("warning[unowned-tag]"), is_unowned, "{}{}", run.stdout, run.stderr);
    }
}

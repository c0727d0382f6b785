//! Tests that the checker answers any input, and that its findings have valid places in the text.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

use policy_core::diagnostic::Code;
use policy_core::hujson::Document;
use policy_core::source::{FileId, Origin};
use policy_core::testing::{ssh_test_outcomes, test_outcomes};
use policy_core::{Diagnostic, Policy};
use proptest::prelude::*;
use serde_json::{Map, Value};

/// Words that have a meaning somewhere in a policy, and parts of such words.
const WORDS: &[&str] = &[
    "",
    " ",
    "*",
    ":",
    "-",
    "/",
    "@",
    "tag:a",
    "tag:A",
    "tag:b:22",
    "group:a",
    "group:a@example.com",
    "group://a/b",
    "autogroup:member",
    "autogroup:members",
    "autogroup:self",
    "autogroup:internet",
    "autogroup:nonroot",
    "autogroup:x",
    "ipset:a",
    "ipset:b",
    "add ipset:a",
    "remove ipset:b",
    "host:a",
    "svc:a",
    "posture:a",
    "a",
    "A",
    "a@example.com",
    "user:*@example.com",
    "localpart:*@example.com",
    "localpart:*@",
    "10.0.0.1",
    "10.0.0.0/8",
    "10.0.0.1/8",
    "0.0.0.0/0",
    "::/0",
    "fd7a::1",
    "[fd7a::1]:22",
    "fd7a::1:22",
    "10.0.0.0/33",
    "10.0.0.1-10.0.0.9",
    "a:22",
    "*:*",
    "tag:a:80-90,443",
    "tag:a:x",
    "tcp:443",
    "icmp",
    "icmp:*",
    "47",
    "80-",
    "-1",
    "tcp",
    "6",
    "accept",
    "check",
    "deny",
    "always",
    "12h",
    "-1m",
    "1d",
    "999999999999h",
    "node:os == 'macos'",
    "node:os IN ['a'",
    "custom:x",
    "root",
    "é",
    "\u{1F680}",
    "tailscale.com/cap/drive",
    "https://tailscale.com/cap/x",
    "example.com/a",
    "funnel",
    "owner",
];

/// Every key of an object in policies or facts.
const KEYS: &[&str] = &[
    "groups",
    "hosts",
    "ipsets",
    "postures",
    "defaultSrcPosture",
    "tagOwners",
    "grants",
    "acls",
    "ssh",
    "autoApprovers",
    "nodeAttrs",
    "tests",
    "sshTests",
    "derpMap",
    "attrConfig",
    "OneCGNATRoute",
    "randomizeClientPort",
    "externalTailnets",
    "action",
    "src",
    "Src",
    "dst",
    "users",
    "ports",
    "proto",
    "ip",
    "app",
    "via",
    "srcPosture",
    "checkPeriod",
    "acceptEnv",
    "recorder",
    "enforceRecorder",
    "target",
    "attr",
    "ipPool",
    "routes",
    "exitNode",
    "services",
    "user",
    "accept",
    "allow",
    "deny",
    "check",
    "srcPostureAttrs",
    "nodes",
    "name",
    "email",
    "role",
    "tags",
    "ipv4",
    "ipv6",
    "routable_ips",
    "lets",
    "domains",
    "invariants",
    "kind",
    "targets",
    "Regions",
    "Nodes",
    "type",
    "x",
];

fn word() -> impl Strategy<Value = String> {
    prop_oneof![6 => proptest::sample::select(WORDS).prop_map(str::to_owned), 1 => any::<String>()]
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof![4 => proptest::sample::select(KEYS).prop_map(str::to_owned), 1 => word()]
}

/// JSON that consists of the words of a policy, in random order.
fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        6 => word().prop_map(Value::from),
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
        1 => any::<i32>().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((key(), inner), 0..6)
                .prop_map(|members| Value::from(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// Sections whose entries have the right fields, with random values.
fn policy() -> impl Strategy<Value = Value> {
    let words = || prop::collection::vec(word(), 0..4);
    let map = || prop::collection::btree_map(word(), prop::collection::vec(word(), 0..4), 0..4);
    let rule = || prop::collection::vec((words(), words(), words(), word(), words()), 0..4);
    (map(), map(), map(), map(), prop::collection::btree_map(word(), word(), 0..4), rule(), rule(), json()).prop_map(
        |(groups, tags, ipsets, postures, hosts, grants, ssh, other)| {
            let mut policy = serde_json::json!({
                "groups": groups, "tagOwners": tags, "ipsets": ipsets, "postures": postures, "hosts": hosts,
                "grants": grants.iter().map(|(src, dst, ip, app, via)| serde_json::json!({
                    "src": src, "dst": dst, "ip": ip, "via": via, "app": {app: [{}]}})).collect::<Vec<_>>(),
                "acls": grants.iter().map(|(src, dst, ..)| serde_json::json!({
                    "action": "accept", "src": src, "dst": dst.iter().map(|dst| format!("{dst}:22")).collect::<Vec<_>>()})).collect::<Vec<_>>(),
                "ssh": ssh.iter().map(|(src, dst, users, period, env)| serde_json::json!({
                    "action": "check", "src": src, "dst": dst, "users": users, "checkPeriod": period, "acceptEnv": env})).collect::<Vec<_>>(),
                "tests": ssh.iter().map(|(_, accept, deny, src, _)| serde_json::json!({"src": src, "accept": accept, "deny": deny})).collect::<Vec<_>>(),
                "sshTests": ssh.iter().map(|(_, dst, users, src, _)| serde_json::json!({"src": src, "dst": dst, "accept": users})).collect::<Vec<_>>(),
                "nodeAttrs": ssh.iter().map(|(target, attr, pool, ..)| serde_json::json!({"target": target, "attr": attr, "ipPool": pool})).collect::<Vec<_>>(),
            });
            if let (Value::Object(policy), Value::Object(other)) = (&mut policy, other) {
                policy.extend(other);
            }
            policy
        },
    )
}

/// Checks that the place of each finding is in one of the texts, at character boundaries, and that
/// the findings are sorted.
fn assert_places(text: &str, facts: &str, findings: &[Diagnostic]) {
    let holds = |origin: Origin| {
        let text = if origin.file == FileId::FACTS { facts } else { text };
        text.get(origin.range()).is_some()
    };
    for finding in findings {
        assert!(holds(finding.origin), "{finding:?}");
        assert!(finding.notes.iter().filter_map(|note| note.origin).all(holds), "{finding:?}");
        assert!(!finding.message.is_empty(), "{finding:?}");
    }
    assert!(findings.is_sorted_by_key(|finding| finding.origin));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_answered(text: String, facts: String) {
        let findings = Policy::with_facts(&text, &facts).check();
        assert_places(&text, &facts, &findings);
    }

    #[test]
    fn any_json_is_answered(policy in json(), facts in json()) {
        let (text, facts) = (policy.to_string(), facts.to_string());
        assert_places(&text, &facts, &Policy::with_facts(&text, &facts).check());
    }

    #[test]
    fn any_words_in_a_policy_are_answered(policy in policy(), facts in json()) {
        let (text, facts) = (policy.to_string(), facts.to_string());
        let policy = Policy::with_facts(&text, &facts);
        let found = policy.check();
        assert_places(&text, &facts, &found);
        prop_assert_eq!(&found, &Policy::with_facts(&text, &facts).check(), "the answer is always the same");
        // The tests of an invalid policy do not panic either.
        test_outcomes(&policy);
        ssh_test_outcomes(&policy);
        if let Ok(policy) = policy.validate() {
            policy.test();
        }
    }

    #[test]
    fn formatting_changes_no_answer(policy in policy()) {
        let text = policy.to_string();
        let formatted = Document::parse(text.as_str()).unwrap().format();
        let words = |text: &str| {
            let findings = Policy::parse(text).check().into_iter();
            findings.map(|finding| (finding.code, finding.message, finding.help, finding.tailscale)).collect::<Vec<_>>()
        };
        prop_assert_eq!(words(&formatted), words(&text));
    }
}

#[test]
fn deep_nesting_is_answered() {
    for open in ["[", "{\"grants\":["] {
        let text = open.repeat(100_000);
        assert!(!Policy::parse(&text).check().is_empty());
    }
    let nested = format!("{{\"x\": {}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let codes: Vec<_> = Policy::parse(&nested).check().iter().map(|finding| finding.code).collect();
    assert_eq!(codes, [Code::AllowAll, Code::UnknownKey]);
}

#[test]
fn long_chains_of_ip_sets_are_answered() {
    let sets: Vec<String> = (0..20_000).map(|n| format!("\"ipset:{n}\": [\"ipset:{}\"]", (n + 1) % 20_000)).collect();
    let findings = Policy::parse(format!("{{\"ipsets\": {{{}}}}}", sets.join(", "))).check();
    assert_eq!(findings.iter().map(|finding| finding.code.name()).collect::<Vec<_>>(), ["ipset-cycle"]);
}

#[test]
fn a_long_chain_of_ip_sets_is_tested() {
    let sets: Vec<String> = (0..20_000)
        .map(|n| match n {
            0 => "\"ipset:0\": [\"10.0.0.1\"]".to_owned(),
            _ => format!("\"ipset:{n}\": [\"ipset:{}\"]", n - 1),
        })
        .collect();
    let rules =
        r#""groups": {"group:a": ["a@example.com"]}, "grants": [{"src": ["*"], "dst": ["ipset:19999"], "ip": ["22"]}]"#;
    let tests = r#""tests": [{"src": "a@example.com", "accept": ["10.0.0.1:22"], "deny": ["10.0.0.2:22"]}]"#;
    let policy = Policy::parse(format!("{{\"ipsets\": {{{}}}, {rules}, {tests}}}", sets.join(", ")));
    assert!(policy.validate().unwrap().test().iter().all(|target| target.outcome.passes()));
}

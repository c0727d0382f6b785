//! Facts in all forms: our own, Tailscale's API, and headscale's.
#![no_main]

use libfuzzer_sys::fuzz_target;
use policy_core::Policy;
use policy_core::source::FileId;

const POLICY: &str = r#"{
    "groups": {"group:eng": ["alice@example.com"]},
    "tagOwners": {"tag:web": ["group:eng"], "tag:router": []},
    "autoApprovers": {"routes": {"10.0.0.0/8": ["tag:router"]}, "exitNode": ["tag:router"]},
    "grants": [
        {"src": ["group:eng"], "dst": ["tag:web", "10.0.0.0/16"], "ip": ["tcp:443"]},
        {"src": ["autogroup:admin"], "dst": ["autogroup:self", "autogroup:internet", "100.64.0.0/16"], "ip": ["*"]},
    ],
    "tests": [{"src": "alice@example.com", "accept": ["tag:web:443"], "deny": ["tag:router:22"]}],
}"#;

fuzz_target!(|text: &str| {
    let (facts, unreadable) = policy_cli::tool::read_facts(text, FileId::Facts(1));
    for finding in &unreadable {
        assert!(text.get(finding.origin.range()).is_some(), "{finding:?}");
    }
    let mut policy = Policy::parse(POLICY);
    policy.facts = facts;
    for finding in policy.check() {
        let of = if finding.origin.file == FileId::Policy { POLICY } else { text };
        assert!(of.get(finding.origin.range()).is_some(), "{finding:?}");
    }
});

//! Files of invariants.
#![no_main]

use libfuzzer_sys::fuzz_target;
use policy_core::{Code, Policy};
use policy_core::source::FileId;
use policy_syntax::invariants_file;
use policy_syntax::layout::format_invariants;

const POLICY: &str = r#"{
    "groups": {"group:eng": ["alice@example.com"]},
    "hosts": {"nas": "10.0.0.5"},
    "tagOwners": {"tag:web": [], "tag:db": []},
    "grants": [
        {"src": ["group:eng"], "dst": ["tag:web", "nas"], "ip": ["tcp:443"]},
        {"src": ["tag:web"], "dst": ["tag:db", "100.64.0.0/16"], "ip": ["*"]},
        {"src": ["autogroup:member"], "dst": ["autogroup:self", "autogroup:internet"], "ip": ["*"]},
    ],
}"#;

fuzz_target!(|text: &str| {
    let file = invariants_file::parse("policy.invariants", text);
    // Like `policy fmt`, which does not change a file that it cannot read.
    if file.unreadable.iter().all(|finding| finding.code != Code::Syntax)
        && let Ok(once) = format_invariants(text)
    {
        assert_eq!(format_invariants(&once).as_deref().ok(), Some(once.as_str()));
    }
    let policy = Policy::parse(POLICY).with_invariants(file);
    for finding in policy.check() {
        let of = if finding.origin.file == FileId::Policy { POLICY } else { text };
        assert!(of.get(finding.origin.range()).is_some(), "{finding:?}");
    }
});

//! The body of `policy!`: tokens, grammar, and the HuJSON that it compiles to.
#![no_main]

use libfuzzer_sys::fuzz_target;
use policy_core::Policy;
use policy_core::source::FileId;
use policy_syntax::{Source, SourceKind, TokenText, lower, read};

fuzz_target!(|text: &str| {
    let tokens = TokenText::new(text);
    let source = Source { kind: SourceKind::Policy, positions: &tokens };
    let reading = read(&tokens.tokens, &source, Vec::new());
    let lowered = lower(&reading);
    for finding in reading.findings.iter().chain(&lowered.findings) {
        assert!(text.get(tokens.range(finding.origin)).is_some(), "{finding:?}");
    }
    let policy = Policy::with_facts(&lowered.policy, &lowered.facts);
    for finding in policy.check() {
        let text = if finding.origin.file == FileId::Policy { &lowered.policy } else { &lowered.facts };
        assert!(text.get(finding.origin.range()).is_some(), "{finding:?}");
    }
});

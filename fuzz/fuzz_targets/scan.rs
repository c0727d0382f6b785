//! Files of other programs, each read as every kind of file.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use policy_core::source::FileId;
use policy_core::{Policy, ValidPolicy};
use policy_tool::scan::judge::{ScannedFile, findings};
use policy_tool::scan::mentions;

const PATHS: [&str; 10] =
    ["a.yaml", "a.json", "a.sh", "a.py", "a.ts", "a.go", "a.rs", "tailscale/a.tf", "a.nix", "a.toml"];

static POLICY: LazyLock<ValidPolicy> = LazyLock::new(|| {
    let text = r#"{"tagOwners": {"tag:web": ["tag:ci"], "tag:ci": []}, "grants": []}"#;
    Policy::parse(text).validate().expect("a valid policy")
});

fuzz_target!(|text: &str| {
    for path in PATHS {
        let mentions = mentions(path, text);
        for mention in &mentions {
            assert_eq!(text.get(mention.range.clone()), Some(mention.name.as_str()), "{path}");
        }
        for finding in findings(&POLICY, &[ScannedFile { text, mentions: &mentions }], &["tag:ci".to_owned()]) {
            let file = if finding.origin.file == FileId::Policy { &POLICY.text } else { text };
            assert!(file.get(finding.origin.range()).is_some(), "{finding:?}");
        }
    }
});

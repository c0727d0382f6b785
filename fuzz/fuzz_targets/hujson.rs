//! Policy files: reading, formatting, checking, importing.
#![no_main]

use libfuzzer_sys::fuzz_target;
use policy_core::Policy;
use policy_core::hujson::Document;
use policy_tool::import::{Naming, import};

fuzz_target!(|data: &[u8]| {
    let Ok(document) = Document::from_bytes(data.to_vec()) else { return };
    let once = document.format();
    assert_eq!(Document::parse(once.as_str()).expect("what is formatted can be read").format(), once);
    let text = document.text();
    // On this date, some parts of the policies have ended.
    let today = "2027-03-31".parse().expect("it is a date");
    for finding in Policy::parse(text).with_today(today).check() {
        assert!(text.get(finding.origin.range()).is_some(), "{finding:?}");
    }
    if let Ok(imported) = import(text, Naming::Lets) {
        // An imported policy must be a Rust file that the formatter can read.
        assert!(policy_syntax::layout::format_rust(&imported.source).is_ok(), "{}", imported.source);
    }
});

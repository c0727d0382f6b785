//! Tests that the layout of a policy does not change its meaning.

use policy_test_support::process;

#[path = "layouts/laid_out.rs"]
mod laid_out;
#[path = "layouts/written.rs"]
mod written;

/// Returns the path of a file in this package.
fn path(name: &str) -> String {
    format!("{}/layouts/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn a_formatted_policy_says_the_same() {
    assert_eq!(written::HUJSON, laid_out::HUJSON);
    let facts =
        |policy: &policy_core::Policy| policy.facts.users.iter().map(|user| user.email.to_string()).collect::<Vec<_>>();
    assert_eq!(facts(&written::POLICY), facts(&laid_out::POLICY));
    assert!(["private", "inner", "behind"].iter().all(|word| !laid_out::HUJSON.contains(word)));
    assert!(
        ["a small tailnet", "two kinds", "in a block", "before an item", "published"]
            .iter()
            .all(|word| laid_out::HUJSON.contains(word))
    );
}

#[test]
fn it_is_laid_out_by_policy_fmt() {
    let written = std::fs::read_to_string(path("written.rs")).unwrap();
    let laid_out = std::fs::read_to_string(path("laid_out.rs")).unwrap();
    assert_ne!(written, laid_out);
    let directory = process::empty_directory(env!("CARGO_TARGET_TMPDIR"), "layout");
    let copy = directory.join("layout.rs");
    for text in [written, laid_out.clone()] {
        std::fs::write(&copy, text).unwrap();
        let run = process::run(env!("CARGO_BIN_EXE_standalone"), &directory, &["fmt", "layout.rs"]);
        assert_eq!(run.status, Some(0), "{}", run.stderr);
        assert_eq!(std::fs::read_to_string(&copy).unwrap(), laid_out);
    }
}

//! Tests of the crate in `README.md`.

use std::fs;
use std::path::Path;

use policy_core::Policy;
use policy_test_support::process::{self, Run};
use policy_test_support::{operator_crate, root};

use crate::markdown::{Piece, pieces};

/// Returns the block of a document in a language that begins with a text.
fn block(document: &str, wanted: &str, start: &str) -> String {
    let blocks = pieces(document).into_iter().filter_map(|piece| match piece {
        Piece::Block { language, text } if language == wanted && text.starts_with(start) => Some(text),
        _ => None,
    });
    let blocks: Vec<String> = blocks.collect();
    assert_eq!(blocks.len(), 1, "a block that begins with {start}");
    blocks.into_iter().next().unwrap()
}

fn cargo(krate: &Path, command: &str) -> Run {
    // The profile of this workspace, so that cargo does not build the libraries again. The crate
    // does not need it.
    let libraries = ["core", "syntax", "analysis", "macros", "cli"];
    let profile = libraries.map(|name| format!("profile.dev.package.policy-{name}.debug-assertions=false"));
    let mut arguments = vec![command.to_owned()];
    for setting in
        ["profile.dev.debug=false", "profile.dev.incremental=false"].map(str::to_owned).into_iter().chain(profile)
    {
        arguments.extend(["--config".to_owned(), setting]);
    }
    let mut command = process::command(env!("CARGO"), krate, &arguments);
    operator_crate::share_target(&mut command, env!("CARGO_TARGET_TMPDIR"));
    command.output().unwrap().into()
}

#[test]
fn the_crate_by_hand_has_the_error_of_the_page_and_prints_a_policy_without_it() {
    let page = fs::read_to_string(root().join("README.md")).unwrap();
    let krate = process::empty_directory(env!("CARGO_TARGET_TMPDIR"), "readme_by_hand");
    fs::create_dir(krate.join("src")).unwrap();
    // On the page, the clone is beside the crate.
    let clone = root().to_str().unwrap().to_owned();
    let dependencies = block(&page, "toml", "[dependencies]\n").replace("../policy/", &format!("{clone}/"));
    assert_eq!(dependencies.matches(&clone).count(), 3, "{dependencies}");
    let manifest = format!("[package]\nname = \"readme\"\nedition = \"2024\"\n\n{dependencies}\n[workspace]\n");
    fs::write(krate.join("Cargo.toml"), manifest).unwrap();
    fs::copy(root().join("Cargo.lock"), krate.join("Cargo.lock")).unwrap();
    fs::write(krate.join("src/main.rs"), block(&page, "rust", "mod tailnet;")).unwrap();
    let policy = block(&page, "rust", "// src/tailnet.rs");
    fs::write(krate.join("src/tailnet.rs"), &policy).unwrap();

    let error = block(&page, "text", "error: ");
    let checked = cargo(&krate, "run");
    assert_eq!(checked.status, Some(101), "{}", checked.stderr);
    let message = error.lines().next().unwrap();
    assert!(checked.stderr.contains(message), "{}", checked.stderr);
    // The picture shows the same error.
    let picture = fs::read_to_string(root().join("docs/images/editor.svg")).unwrap();
    for line in error.lines().take(2) {
        let words = line.trim().trim_start_matches("error: ");
        assert!(picture.contains(words), "{words}: .ci/draw-editor draws the picture");
    }

    fs::write(krate.join("src/tailnet.rs"), policy.replace("tag:k8sapi", "tag:k8s-api")).unwrap();
    let ran = cargo(&krate, "run");
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    let printed = Policy::parse(ran.stdout.as_str());
    assert!(printed.check().iter().all(|finding| !finding.is_error()), "{}", ran.stdout);
}

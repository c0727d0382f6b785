//! Tests of `policy init` as a process, and of building the new crate without a network.

use std::fs;
use std::path::{Path, PathBuf};

use policy_core::Policy;
use policy_core::hujson::Document;
use policy_test_support::process::{self, Run, names};
use policy_test_support::{operator_crate, root};
use policy_tests::plain_json;

fn policy(directory: &Path, arguments: &[&str]) -> Run {
    process::run(env!("CARGO_BIN_EXE_standalone"), directory, arguments)
}

/// Returns an empty directory for one test. Its path must not change, because cargo would consider
/// a build at the old path up to date.
fn directory(test: &str) -> PathBuf {
    process::empty_directory(env!("CARGO_TARGET_TMPDIR"), test)
}

/// Runs cargo in a crate, with everything that this workspace has already built and downloaded.
fn cargo(krate: &Path, arguments: &[&str]) -> Run {
    let mut command = process::command(env!("CARGO"), krate, arguments);
    operator_crate::share_target(&mut command, env!("CARGO_TARGET_TMPDIR"));
    command.output().unwrap().into()
}

#[test]
fn what_is_made_runs_and_tests_itself() {
    let directory = directory("init_runs");
    let from = root().join("tests/import/homelab.hujson");
    // In the tests, the program was built in this clone.
    let made = policy(&directory, &["init", "tailnet", "--from", from.to_str().unwrap()]);
    assert_eq!((made.status, made.stdout.as_str()), (Some(0), ""), "{}", made.stderr);
    assert!(made.stderr.starts_with("created tailnet. Next steps:\n  cd tailnet\n"), "{}", made.stderr);
    assert_eq!(names(&directory), ["tailnet"]);
    let krate = directory.join("tailnet");
    let expected =
        [".gitattributes", ".github", ".gitignore", "Cargo.lock", "Cargo.toml", "README.md", "policy.hujson", "src"];
    assert_eq!(names(&krate), expected);

    // With the lock file of the clone, cargo does not query the registry for versions.
    let emitted = cargo(&krate, &["run"]);
    assert_eq!(emitted.status, Some(0), "{}", emitted.stderr);
    let original = fs::read_to_string(from).unwrap();
    assert_eq!(plain_json(&emitted.stdout), plain_json(&original));

    let tested = cargo(&krate, &["test"]);
    assert_eq!(tested.status, Some(0), "{}{}", tested.stdout, tested.stderr);
    assert!(tested.stdout.contains("1 passed"), "{}", tested.stdout);

    let written = cargo(&krate, &["run", "--", "emit", "--output", "policy.hujson"]);
    assert_eq!(written.status, Some(0), "{}", written.stderr);
    let checked = cargo(&krate, &["run", "--", "emit", "--check", "policy.hujson"]);
    assert_eq!((checked.status, checked.stdout.as_str()), (Some(0), ""));
    assert_eq!(fs::read_to_string(krate.join("policy.hujson")).unwrap(), emitted.stdout.as_str());

    // Without the feature, a command that needs it says how to get it, and that works.
    let off = cargo(&krate, &["run", "-q", "--", "push", "--dry-run"]);
    let expected = "error: this program was built without the feature `deploy`, which `push` needs\n\
        help: run `cargo run --features deploy -- push --dry-run`; or use the stand-alone program: \
        `cargo run -q | policy push - --dry-run`\n";
    assert!(off.status == Some(2) && off.stderr.ends_with(expected), "{}", off.stderr);
    let on = cargo(&krate, &["run", "--features", "deploy", "--", "validate", "--help"]);
    assert!(on.status == Some(0) && on.stdout.contains("--api-url"), "{}{}", on.stdout, on.stderr);

    // The test can fail.
    let changed = emitted.stdout.replace("8123", "8124");
    fs::write(krate.join("policy.hujson"), changed).unwrap();
    assert_ne!(cargo(&krate, &["test"]).status, Some(0));
}

#[test]
fn an_empty_directory_is_filled_and_any_other_is_left_alone() {
    let directory = directory("init_directories");
    fs::write(directory.join("old.hujson"), "{\"ACLs\": []}").unwrap();
    fs::create_dir(directory.join("empty")).unwrap();
    let arguments = ["init", ".", "--from", "../old.hujson", "--name", "my-net", "--policy-source", "crates.io"];
    let made = policy(&directory.join("empty"), &arguments);
    assert_eq!(made.status, Some(0), "{}", made.stderr);
    let manifest = fs::read_to_string(directory.join("empty/Cargo.toml")).unwrap();
    assert!(
        manifest.contains("name = \"my-net\"\n") && manifest.contains("tailnet-policy-macros = \"0.1\"\n"),
        "{manifest}"
    );
    assert_eq!(fs::read_to_string(directory.join("empty/policy.hujson")).unwrap(), "{\"acls\": []}\n");

    let before = names(&directory);
    for (arguments, reason) in [
        (["init", "empty", "--from", "old.hujson"].as_slice(), "the directory `empty` is not empty"),
        (&["init", "old.hujson", "--from", "old.hujson"], "`old.hujson` is a file, not a directory"),
        (&["init", "no/where", "--from", "old.hujson"], "cannot write `no/where`: there is no such directory"),
        (&["init", "new", "--from", "nothing.hujson"], "there is no file `nothing.hujson`"),
        (&["init", "new", "--from", "old.hujson", "--name", "fn"], "`fn` is not a valid crate name"),
        (
            &["init", "new", "--from", "old.hujson", "--policy-source", "nowhere"],
            "the directory `nowhere` does not exist",
        ),
        (
            &["init", "new", "--from", "old.hujson", "--policy-source", "empty"],
            "`empty` is not a clone of the repository of `policy!`",
        ),
    ] {
        let refused = policy(&directory, arguments);
        assert_eq!((refused.status, refused.stdout.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(refused.stderr.contains(reason), "{arguments:?}: {}", refused.stderr);
        assert_eq!(names(&directory), before, "{arguments:?}");
    }
}

#[test]
fn what_tailscale_would_refuse_is_made_only_if_that_is_asked_for() {
    let directory = directory("init_refused");
    let old = "{\"grants\": [{\"src\": [\"tag:a\"], \"dst\": [\"*\"], \"ip\": [\"*\"]}]}";
    fs::write(directory.join("old.hujson"), old).unwrap();
    let refused = policy(&directory, &["init", "new", "--from", "old.hujson"]);
    assert_eq!((refused.status, refused.stdout.as_str()), (Some(1), ""));
    for part in ["undefined tag `tag:a`", "no crate was created", "`--allow-errors`"] {
        assert!(refused.stderr.contains(part), "{}", refused.stderr);
    }
    assert_eq!(names(&directory), ["old.hujson"]);

    let made = policy(&directory, &["init", "new", "--from", "old.hujson", "--allow-errors"]);
    assert_eq!(made.status, Some(1));
    for part in ["undefined tag `tag:a`", "fix the errors in the `// error` comments of src/tailnet.rs"] {
        assert!(made.stderr.contains(part), "{}", made.stderr);
    }
    let source = fs::read_to_string(directory.join("new/src/tailnet.rs")).unwrap();
    assert!(source.contains("// error[undefined-tag]: undefined tag `tag:a`\n"), "{source}");
    let kept = fs::read_to_string(directory.join("new/policy.hujson")).unwrap();
    assert_eq!(Policy::parse(kept.as_str()).grants.unwrap().len(), 1);
    assert_eq!(Document::parse(kept.as_str()).unwrap().format(), kept);
}

#[test]
fn a_file_may_come_from_a_pipe() {
    let directory = directory("init_from_stdin");
    let arguments = ["init", "it's new", "--from", "-"];
    let made = process::run_with_stdin(env!("CARGO_BIN_EXE_standalone"), &directory, &arguments, "{\"acls\": []}");
    assert_eq!(made.status, Some(0), "{}", made.stderr);
    assert!(made.stderr.contains("\n  cd 'it'\\''s new'\n"), "{}", made.stderr);
    assert_eq!(fs::read_to_string(directory.join("it's new/policy.hujson")).unwrap(), "{\"acls\": []}\n");
}

#[test]
fn a_policy_to_start_with_is_as_good_as_any() {
    let directory = directory("init_starter");
    // The name differs from that of the other test, because they share a target folder.
    let source = root();
    let made = policy(&directory, &["init", "starter", "--policy-source", source.to_str().unwrap()]);
    assert_eq!((made.status, made.stdout.as_str()), (Some(0), ""), "{}", made.stderr);
    assert!(
        made.stderr.contains("replace the logins of alice and bob in src/tailnet.rs by your own"),
        "{}",
        made.stderr
    );
    let krate = directory.join("starter");
    for arguments in [
        ["run", "--", "check", "--deny-warnings"].as_slice(),
        &["run", "--", "test"],
        // The file that it writes matches its output, and is formatted.
        &["run", "--", "emit", "--check", "policy.hujson"],
        &["run", "--", "fmt", "--check", "src/tailnet.rs"],
    ] {
        let output = cargo(&krate, arguments);
        assert_eq!(output.status, Some(0), "{arguments:?}: {}{}", output.stdout, output.stderr);
        assert!(!output.stderr.contains("warning:"), "{arguments:?}: {}", output.stderr);
    }
    let refused = policy(&directory, &["init", "other", "--allow-errors"]);
    assert_eq!((refused.status, names(&directory)), (Some(2), vec!["starter".to_owned()]));
}

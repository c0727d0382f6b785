//! `policy init` as a process, and the crate that it makes, built by cargo without a network.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use policy_core::Policy;
use policy_core::hujson::Document;
use policy_tests::plain_json;

/// The root of this workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn policy(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_standalone"));
    command.current_dir(directory).args(arguments).env_remove("CLICOLOR_FORCE").output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// An empty directory of the test's own.
fn directory(test: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    path
}

fn names(directory: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Runs cargo in a crate, on what this workspace has built and fetched already.
fn cargo(krate: &Path, arguments: &[&str]) -> Output {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(krate).args(arguments).env("CARGO_TARGET_DIR", target).env("CARGO_NET_OFFLINE", "true");
    command.output().unwrap()
}

#[test]
fn what_is_made_runs_and_tests_itself() {
    let directory = directory("init_runs");
    let from = root().join("tests/import/homelab.hujson");
    // In the tests, the clone that the program was built in is this one.
    let made = policy(&directory, &["init", "tailnet", "--from", from.to_str().unwrap()]);
    assert_eq!((made.status.code(), text(&made.stdout)), (Some(0), ""), "{}", text(&made.stderr));
    assert!(text(&made.stderr).starts_with("made tailnet. What comes next:\n  cd tailnet\n"), "{}", text(&made.stderr));
    assert_eq!(names(&directory), ["tailnet"]);
    let krate = directory.join("tailnet");
    let expected =
        [".gitattributes", ".github", ".gitignore", "Cargo.lock", "Cargo.toml", "README.md", "policy.hujson", "src"];
    assert_eq!(names(&krate), expected);

    // With the lock file of the clone, cargo need not ask the registry which versions there are.
    let emitted = cargo(&krate, &["run"]);
    assert!(emitted.status.success(), "{}", text(&emitted.stderr));
    let original = fs::read_to_string(from).unwrap();
    assert_eq!(plain_json(text(&emitted.stdout)), plain_json(&original));

    let tested = cargo(&krate, &["test"]);
    assert!(tested.status.success(), "{}{}", text(&tested.stdout), text(&tested.stderr));
    assert!(text(&tested.stdout).contains("1 passed"), "{}", text(&tested.stdout));

    let written = cargo(&krate, &["run", "--", "emit", "--output", "policy.hujson"]);
    assert!(written.status.success(), "{}", text(&written.stderr));
    let checked = cargo(&krate, &["run", "--", "emit", "--check", "policy.hujson"]);
    assert_eq!((checked.status.code(), text(&checked.stdout)), (Some(0), ""));
    assert_eq!(fs::read_to_string(krate.join("policy.hujson")).unwrap(), text(&emitted.stdout));

    // The test is one that can fail.
    let changed = text(&emitted.stdout).replace("8123", "8124");
    fs::write(krate.join("policy.hujson"), changed).unwrap();
    assert!(!cargo(&krate, &["test"]).status.success());
}

#[test]
fn an_empty_directory_is_filled_and_any_other_is_left_alone() {
    let directory = directory("init_directories");
    fs::write(directory.join("old.hujson"), "{\"ACLs\": []}").unwrap();
    fs::create_dir(directory.join("empty")).unwrap();
    let arguments = ["init", ".", "--from", "../old.hujson", "--name", "my-net", "--policy-source", "crates.io"];
    let made = policy(&directory.join("empty"), &arguments);
    assert_eq!(made.status.code(), Some(0), "{}", text(&made.stderr));
    let manifest = fs::read_to_string(directory.join("empty/Cargo.toml")).unwrap();
    assert!(manifest.contains("name = \"my-net\"\n") && manifest.contains("policy-macros = \"0.1\"\n"), "{manifest}");
    assert_eq!(fs::read_to_string(directory.join("empty/policy.hujson")).unwrap(), "{\"acls\": []}\n");

    let before = names(&directory);
    for (arguments, reason) in [
        (["init", "empty", "--from", "old.hujson"].as_slice(), "the directory `empty` is not empty"),
        (&["init", "old.hujson", "--from", "old.hujson"], "`old.hujson` is a file, not a directory"),
        (&["init", "no/where", "--from", "old.hujson"], "cannot write `no/where`: there is no such directory"),
        (&["init", "new", "--from", "nothing.hujson"], "there is no file `nothing.hujson`"),
        (&["init", "new", "--from", "old.hujson", "--name", "fn"], "no crate can be called `fn`"),
        (&["init", "new", "--from", "old.hujson", "--policy-source", "nowhere"], "there is no directory `nowhere`"),
        (
            &["init", "new", "--from", "old.hujson", "--policy-source", "empty"],
            "`empty` is no clone of the repository of `policy!`",
        ),
    ] {
        let refused = policy(&directory, arguments);
        assert_eq!((refused.status.code(), text(&refused.stdout)), (Some(2), ""), "{arguments:?}");
        assert!(text(&refused.stderr).contains(reason), "{arguments:?}: {}", text(&refused.stderr));
        assert_eq!(names(&directory), before, "{arguments:?}");
    }
}

#[test]
fn what_tailscale_would_refuse_is_made_only_if_that_is_asked_for() {
    let directory = directory("init_refused");
    let old = "{\"grants\": [{\"src\": [\"tag:a\"], \"dst\": [\"*\"], \"ip\": [\"*\"]}]}";
    fs::write(directory.join("old.hujson"), old).unwrap();
    let refused = policy(&directory, &["init", "new", "--from", "old.hujson"]);
    assert_eq!((refused.status.code(), text(&refused.stdout)), (Some(1), ""));
    for part in ["undefined tag `tag:a`", "nothing has been made", "`--allow-errors`"] {
        assert!(text(&refused.stderr).contains(part), "{}", text(&refused.stderr));
    }
    assert_eq!(names(&directory), ["old.hujson"]);

    let made = policy(&directory, &["init", "new", "--from", "old.hujson", "--allow-errors"]);
    assert_eq!(made.status.code(), Some(1));
    for part in ["undefined tag `tag:a`", "mend what the comments `// error` in src/tailnet.rs say"] {
        assert!(text(&made.stderr).contains(part), "{}", text(&made.stderr));
    }
    let source = fs::read_to_string(directory.join("new/src/tailnet.rs")).unwrap();
    assert!(source.contains("// error[undefined-tag]: undefined tag `tag:a`\n"), "{source}");
    let kept = fs::read_to_string(directory.join("new/policy.hujson")).unwrap();
    assert_eq!(Policy::parse(kept.as_str()).grants.unwrap().len(), 1);
    assert_eq!(Document::parse(kept.as_str(), 0).unwrap().format(), kept);
}

#[test]
fn a_file_may_come_from_a_pipe() {
    let directory = directory("init_from_stdin");
    let mut command = Command::new(env!("CARGO_BIN_EXE_standalone"));
    command
        .current_dir(&directory)
        .args(["init", "it's new", "--from", "-"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"{\"acls\": []}").unwrap();
    let made = child.wait_with_output().unwrap();
    assert_eq!(made.status.code(), Some(0), "{}", text(&made.stderr));
    assert!(text(&made.stderr).contains("\n  cd 'it'\\''s new'\n"), "{}", text(&made.stderr));
    assert_eq!(fs::read_to_string(directory.join("it's new/policy.hujson")).unwrap(), "{\"acls\": []}\n");
}

#[test]
fn a_policy_to_start_with_is_as_good_as_any() {
    let directory = directory("init_starter");
    // Another name than that of the other test, since they share what cargo builds.
    let source = root();
    let made = policy(&directory, &["init", "starter", "--policy-source", source.to_str().unwrap()]);
    assert_eq!((made.status.code(), text(&made.stdout)), (Some(0), ""), "{}", text(&made.stderr));
    assert!(text(&made.stderr).contains("put your own logins into src/tailnet.rs"), "{}", text(&made.stderr));
    let krate = directory.join("starter");
    for arguments in [
        ["run", "--", "check", "--deny-warnings"].as_slice(),
        &["run", "--", "test"],
        // The file that is made with it is what it prints, and it is formatted.
        &["run", "--", "emit", "--check", "policy.hujson"],
        &["run", "--", "fmt", "--check", "src/tailnet.rs"],
    ] {
        let output = cargo(&krate, arguments);
        assert!(output.status.success(), "{arguments:?}: {}{}", text(&output.stdout), text(&output.stderr));
        assert!(!text(&output.stderr).contains("warning:"), "{arguments:?}: {}", text(&output.stderr));
    }
    let refused = policy(&directory, &["init", "other", "--allow-errors"]);
    assert_eq!((refused.status.code(), names(&directory)), (Some(2), vec!["starter".to_owned()]));
}

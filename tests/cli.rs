//! Tests of an operator's own binary as a process.

use std::fs;
use std::path::{Path, PathBuf};

use policy_test_support::process::{self, Run};
use policy_tests::tailnet::HUJSON;

/// Runs the operator's binary in a directory.
fn operator(directory: &Path, arguments: &[&str]) -> Run {
    process::run(env!("CARGO_BIN_EXE_operator"), directory, arguments)
}

/// Returns an empty directory for one test.
fn directory(test: &str) -> PathBuf {
    process::empty_directory(env!("CARGO_TARGET_TMPDIR"), &format!("cli/{test}"))
}

/// Runs `emit --check` on a file with this content.
fn emit_check(test: &str, content: &str) -> Run {
    let directory = directory(test);
    fs::write(directory.join("policy.hujson"), content).unwrap();
    operator(&directory, &["emit", "--check", "policy.hujson"])
}

#[test]
fn prints_its_policy_and_nothing_else() {
    let directory = directory("prints_its_policy");
    let none: &[&str] = &[];
    for arguments in [none, &["emit"], &["emit", "--output", "-"]] {
        let output = operator(&directory, arguments);
        assert_eq!(output.status, Some(0));
        assert_eq!((output.stdout.as_str(), output.stderr.as_str()), (HUJSON, ""), "{arguments:?}");
    }
}

#[test]
fn a_fresh_file_passes_in_silence() {
    let output = emit_check("a_fresh_file", HUJSON);
    assert_eq!((output.status, output.stdout.as_str(), output.stderr.as_str()), (Some(0), "", ""));
}

#[test]
fn a_stale_file_is_shown_as_a_diff() {
    let output = emit_check("a_stale_file", &HUJSON.replace("autogroup:self", "tag:nas"));
    assert_eq!(output.status, Some(1));
    assert_eq!(
        output.stdout.as_str(),
        "\
--- policy.hujson
+++ policy.hujson\t(as it should be)
@@ -7,7 +7,7 @@
 	\"grants\": [
 		{
 			\"src\": [\"autogroup:member\"],
-			\"dst\": [\"tag:nas\"],
+			\"dst\": [\"autogroup:self\"],
 			\"ip\":  [\"*\"],
 		},
 		{
"
    );
    assert_eq!(
        output.stderr.as_str(),
        "error: `policy.hujson` is out of date\n\
         help: write it with `cargo run -- emit --output policy.hujson`\n"
    );
}

#[test]
fn windows_line_ends_are_told_from_a_stale_policy() {
    let output = emit_check("windows_line_ends", &HUJSON.replace('\n', "\r\n"));
    assert_eq!(output.status, Some(1));
    assert!(output.stderr.contains(".gitattributes"), "{}", output.stderr);
}

#[test]
fn a_file_that_is_not_there_cannot_be_checked() {
    let output = operator(&directory("a_file_that_is_not_there"), &["emit", "--check", "policy.hujson"]);
    assert_eq!((output.status, output.stdout.as_str()), (Some(2), ""));
    assert_eq!(
        output.stderr.as_str(),
        "error: there is no file `policy.hujson`\nhelp: write it with `cargo run -- emit --output policy.hujson`\n"
    );
}

#[test]
fn output_makes_replaces_and_keeps_the_file() {
    let directory = directory("output");
    let path = directory.join("policy.hujson");
    let write = || {
        let output = operator(&directory, &["emit", "--output", "policy.hujson"]);
        assert_eq!((output.status, output.stdout.as_str(), output.stderr.as_str()), (Some(0), "", ""));
        assert_eq!(fs::read_to_string(&path).unwrap(), HUJSON);
        fs::metadata(&path).unwrap().modified().unwrap()
    };
    write();
    fs::write(&path, "stale").unwrap();
    write();
    let long_ago = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    fs::File::options().write(true).open(&path).unwrap().set_modified(long_ago).unwrap();
    assert_eq!(write(), long_ago);
    assert_eq!(fs::read_dir(&directory).unwrap().count(), 1);
}

#[test]
fn output_that_cannot_be_written_leaves_nothing_behind() {
    let directory = directory("output_that_cannot_be_written");
    for (path, reason) in [("no/policy.hujson", "there is no such directory"), (".", "is a directory, not a file")] {
        let output = operator(&directory, &["emit", "--output", path]);
        assert_eq!(output.status, Some(2), "{path}");
        assert!(output.stderr.contains(reason), "{}", output.stderr);
    }
    assert_eq!(fs::read_dir(&directory).unwrap().count(), 0);
}

#[cfg(unix)]
#[test]
fn output_goes_where_a_link_leads_and_into_pipes() {
    let directory = directory("output_goes_where_a_link_leads");
    std::os::unix::fs::symlink("two", directory.join("one")).unwrap();
    std::os::unix::fs::symlink("policy.hujson", directory.join("two")).unwrap();
    // In the first round, the links lead to a file that does not exist yet.
    for _ in 0..2 {
        assert_eq!(operator(&directory, &["emit", "--output", "one"]).status, Some(0));
        assert_eq!(fs::read_to_string(directory.join("policy.hujson")).unwrap(), HUJSON);
        fs::write(directory.join("policy.hujson"), "stale").unwrap();
    }
    assert!(directory.join("one").is_symlink() && directory.join("two").is_symlink());

    let output = operator(&directory, &["emit", "--output", "/dev/stdout"]);
    assert_eq!((output.status, output.stdout.as_str()), (Some(0), HUJSON), "{}", output.stderr);
}

#[test]
fn rules_are_found_where_they_were_written() {
    let directory = directory("rules_are_found");
    let output = operator(&directory, &["explain", "autogroup:admin", "tag:nas:443"]);
    assert_eq!(output.status, Some(0), "{}", output.stderr);
    let rule = "tests/tailnet.rs:11  autogroup:admin -> tag:nas on tcp:443";
    assert!(output.stdout.contains(rule), "{}", output.stdout);

    fs::write(directory.join("old.hujson"), HUJSON.replace("tcp:443", "tcp:80")).unwrap();
    let output = operator(&directory, &["diff", "old.hujson"]);
    let gained = "+ autogroup:admin -> tag:nas tcp:443  (tests/tailnet.rs:11)";
    assert!(output.stdout.contains(gained), "{}", output.stdout);
}

#[test]
fn check_is_about_the_policy_that_is_built_in() {
    let output = operator(&directory("check_built_in"), &["check"]);
    assert_eq!(output.status, Some(0), "{}", output.stdout);
    assert!(output.stderr.starts_with("<built-in policy>: no errors"), "{}", output.stderr);
}

#[test]
fn help_and_version_know_whose_binary_it_is() {
    let directory = directory("help_and_version");
    let help = operator(&directory, &["--help"]);
    assert_eq!(help.status, Some(0));
    for part in ["Usage: operator", "emit", "check", "cargo run > policy.hujson", "Exit status:"] {
        assert!(help.stdout.contains(part), "no {part:?} in {}", help.stdout);
    }
    let version = operator(&directory, &["--version"]);
    assert_eq!(version.stdout.as_str(), format!("operator with policy-cli {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn check_reads_a_file_from_stdin_too() {
    let directory = directory("check_from_stdin");
    let run = process::run_with_stdin(env!("CARGO_BIN_EXE_operator"), &directory, &["emit", "--check", "-"], HUJSON);
    assert_eq!(run.status, Some(0));
}

#[test]
fn a_change_is_compared_with_the_policy_that_is_built_in() {
    let directory = directory("a_change_is_compared");
    fs::write(directory.join("old.hujson"), HUJSON.replace("tcp:443", "tcp:444")).unwrap();
    fs::write(directory.join("same.hujson"), format!("// The same\n{HUJSON}")).unwrap();
    let output = operator(&directory, &["diff", "same.hujson"]);
    let said = "The text changed, the meaning did not.\n";
    assert_eq!((output.status, output.stdout.as_str(), output.stderr.as_str()), (Some(0), said, ""));
    let output = operator(&directory, &["diff", "old.hujson"]);
    assert_eq!((output.status, output.stderr.as_str()), (Some(1), ""));
    assert!(output.stdout.contains("(tests/tailnet.rs:11)"), "{}", output.stdout);
    let output = operator(&directory, &["diff", "old.hujson", "same.hujson"]);
    assert!(output.stdout.contains("(same.hujson:"), "{}", output.stdout);
}

/// Runs the operator's binary on a given day.
fn operator_on(day: &str, directory: &Path, arguments: &[&str]) -> Run {
    let mut command = process::command(env!("CARGO_BIN_EXE_operator"), directory, arguments);
    command.env("POLICY_TODAY", day).output().unwrap().into()
}

#[test]
fn a_policy_that_has_ended_since_it_was_built_is_not_emitted() {
    let directory = directory("has_ended");
    let none: &[&str] = &[];
    for arguments in [none, &["emit"], &["emit", "--output", "policy.hujson"], &["emit", "--check", "policy.hujson"]] {
        let ended = operator_on("3000-01-01", &directory, arguments);
        assert_eq!((ended.status, ended.stdout.as_str()), (Some(1), ""), "{arguments:?}");
        assert!(ended.stderr.contains("error[expired]: this grant ended on 2999-12-31, 1 day ago"), "{}", ended.stderr);
    }
    assert_eq!(fs::read_dir(&directory).unwrap().count(), 0);
    let last = operator_on("2999-12-31", &directory, none);
    assert_eq!((last.status, last.stdout.as_str(), last.stderr.as_str()), (Some(0), HUJSON, ""));
    let wrong = operator_on("tomorrow", &directory, none);
    assert_eq!((wrong.status, wrong.stdout.as_str()), (Some(2), ""));
    assert!(wrong.stderr.contains("the value of `POLICY_TODAY`, is not a valid date"), "{}", wrong.stderr);
}

#[test]
fn the_day_is_looked_at_again_when_the_binary_runs() {
    let directory = directory("looks_at_the_day");
    let ended = operator_on("3000-01-01", &directory, &["check"]);
    assert_eq!(ended.status, Some(1), "{}", ended.stdout);
    assert!(ended.stdout.contains("error[expired]: this grant ended on 2999-12-31, 1 day ago"), "{}", ended.stdout);
    let soon = operator_on("2999-12-17", &directory, &["check"]);
    assert_eq!(soon.status, Some(0), "{}", soon.stdout);
    assert!(
        soon.stdout.contains("warning[expires-soon]: this grant ends on 2999-12-31, in 14 days"),
        "{}",
        soon.stdout
    );
    assert_eq!(operator_on("2999-12-16", &directory, &["check"]).stdout, "");
    let list = operator_on("2999-12-17", &directory, &["expiring"]);
    assert_eq!(list.stdout, "2999-12-31  in 14 days  tests/tailnet.rs:13  grant  tag:nas -> tag:nas on tcp:22\n");
}

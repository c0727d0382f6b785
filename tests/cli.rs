//! An operator's own binary as a process.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use policy_tests::tailnet::HUJSON;

/// Runs the operator's binary in a directory.
fn operator(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_operator"));
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

/// Runs `emit --check` on a file with this content.
fn emit_check(test: &str, content: &str) -> Output {
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
        assert_eq!(output.status.code(), Some(0));
        assert_eq!((text(&output.stdout), text(&output.stderr)), (HUJSON, ""), "{arguments:?}");
    }
}

#[test]
fn a_fresh_file_passes_in_silence() {
    let output = emit_check("a_fresh_file", HUJSON);
    assert_eq!((output.status.code(), text(&output.stdout), text(&output.stderr)), (Some(0), "", ""));
}

#[test]
fn a_stale_file_is_shown_as_a_diff() {
    let output = emit_check("a_stale_file", &HUJSON.replace("autogroup:self", "tag:nas"));
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        text(&output.stdout),
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
        text(&output.stderr),
        "error: `policy.hujson` is not what the policy says\n\
         help: write it with `cargo run -- emit --output policy.hujson`\n"
    );
}

#[test]
fn windows_line_ends_are_told_from_a_stale_policy() {
    let output = emit_check("windows_line_ends", &HUJSON.replace('\n', "\r\n"));
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains(".gitattributes"), "{}", text(&output.stderr));
}

#[test]
fn a_file_that_is_not_there_cannot_be_checked() {
    let output = operator(&directory("a_file_that_is_not_there"), &["emit", "--check", "policy.hujson"]);
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), ""));
    assert_eq!(
        text(&output.stderr),
        "error: there is no file `policy.hujson`\nhelp: write it with `cargo run -- emit --output policy.hujson`\n"
    );
}

#[test]
fn output_makes_replaces_and_keeps_the_file() {
    let directory = directory("output");
    let path = directory.join("policy.hujson");
    let write = || {
        let output = operator(&directory, &["emit", "--output", "policy.hujson"]);
        assert_eq!((output.status.code(), text(&output.stdout), text(&output.stderr)), (Some(0), "", ""));
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
        assert_eq!(output.status.code(), Some(2), "{path}");
        assert!(text(&output.stderr).contains(reason), "{}", text(&output.stderr));
    }
    assert_eq!(fs::read_dir(&directory).unwrap().count(), 0);
}

#[cfg(unix)]
#[test]
fn output_goes_where_a_link_leads_and_into_pipes() {
    let directory = directory("output_goes_where_a_link_leads");
    std::os::unix::fs::symlink("two", directory.join("one")).unwrap();
    std::os::unix::fs::symlink("policy.hujson", directory.join("two")).unwrap();
    // The first time, the links lead to a file that is not there yet.
    for _ in 0..2 {
        assert_eq!(operator(&directory, &["emit", "--output", "one"]).status.code(), Some(0));
        assert_eq!(fs::read_to_string(directory.join("policy.hujson")).unwrap(), HUJSON);
        fs::write(directory.join("policy.hujson"), "stale").unwrap();
    }
    assert!(directory.join("one").is_symlink() && directory.join("two").is_symlink());

    let output = operator(&directory, &["emit", "--output", "/dev/stdout"]);
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(0), HUJSON), "{}", text(&output.stderr));
}

#[test]
fn rules_are_found_where_they_were_written() {
    let directory = directory("rules_are_found");
    let output = operator(&directory, &["explain", "autogroup:admin", "tag:nas:443"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let rule = "tests/tailnet.rs:11  autogroup:admin -> tag:nas on tcp:443";
    assert!(text(&output.stdout).contains(rule), "{}", text(&output.stdout));

    fs::write(directory.join("old.hujson"), HUJSON.replace("tcp:443", "tcp:80")).unwrap();
    let output = operator(&directory, &["diff", "old.hujson"]);
    let gained = "+ autogroup:admin -> tag:nas tcp:443  (tests/tailnet.rs:11)";
    assert!(text(&output.stdout).contains(gained), "{}", text(&output.stdout));
}

#[test]
fn check_is_about_the_policy_that_is_built_in() {
    let output = operator(&directory("check_built_in"), &["check"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
    assert!(text(&output.stderr).starts_with("<built-in policy>: no errors"), "{}", text(&output.stderr));
}

#[test]
fn help_and_version_know_whose_binary_it_is() {
    let directory = directory("help_and_version");
    let help = operator(&directory, &["--help"]);
    assert_eq!(help.status.code(), Some(0));
    for part in ["Usage: operator", "emit", "check", "cargo run > policy.hujson", "Exit status:"] {
        assert!(text(&help.stdout).contains(part), "no {part:?} in {}", text(&help.stdout));
    }
    let version = operator(&directory, &["--version"]);
    assert_eq!(text(&version.stdout), format!("operator with policy-cli {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn check_reads_a_file_from_stdin_too() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_operator"));
    command.args(["emit", "--check", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(HUJSON.as_bytes()).unwrap();
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(0));
}

#[test]
fn a_change_is_compared_with_the_policy_that_is_built_in() {
    let directory = directory("a_change_is_compared");
    fs::write(directory.join("old.hujson"), HUJSON.replace("tcp:443", "tcp:444")).unwrap();
    fs::write(directory.join("same.hujson"), format!("// The same\n{HUJSON}")).unwrap();
    let output = operator(&directory, &["diff", "same.hujson"]);
    let said = "The text changed, the meaning did not.\n";
    assert_eq!((output.status.code(), text(&output.stdout), text(&output.stderr)), (Some(0), said, ""));
    let output = operator(&directory, &["diff", "old.hujson"]);
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(1), ""));
    assert!(text(&output.stdout).contains("(tests/tailnet.rs:11)"), "{}", text(&output.stdout));
    let output = operator(&directory, &["diff", "old.hujson", "same.hujson"]);
    assert!(text(&output.stdout).contains("(same.hujson:"), "{}", text(&output.stdout));
}

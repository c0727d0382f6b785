//! Tests of `policy check`, `compile` and `fmt`, and of behaviour that all commands have in common.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use policy_test_support::process::{self, Run, names};

use crate::{PROGRAM, directory};

/// A text as written by hand, and as formatted by the official formatter.
const UNFORMATTED: &str = "{\"groups\":{\"group:a\":[\"a@example.com\",],},// people\n}\n";
const FORMATTED: &str = "{\n\t\"groups\": {\"group:a\": [\"a@example.com\"]}, // people\n}\n";
const BROKEN: &str = "{\n\t\"acls\": [1,,],\n}\n";
const UNDEFINED: &str =
    "{\n\t\"acls\": [\n\t\t{\"action\": \"accept\", \"src\": [\"tag:b\"], \"dst\": [\"*:*\"]},\n\t],\n}\n";

fn command(arguments: &[impl AsRef<OsStr>]) -> Command {
    process::command(PROGRAM, Path::new("."), arguments)
}

fn run(mut command: Command) -> Run {
    command.output().unwrap().into()
}

fn policy(arguments: &[impl AsRef<OsStr>]) -> Run {
    run(command(arguments))
}

fn policy_with_stdin(arguments: &[&str], stdin: &[u8]) -> Run {
    process::run_with_stdin(PROGRAM, Path::new("."), arguments, stdin)
}

fn file(directory: &Path, name: impl AsRef<Path>, content: impl AsRef<[u8]>) -> PathBuf {
    let path = directory.join(name);
    fs::write(&path, content).unwrap();
    path
}

/// The note about a policy from stdin.
macro_rules! no_invariants {
    () => {
        "note: no invariants are read beside stdin; `--invariants FILE` names some\n"
    };
}

#[test]
fn help_names_every_command_and_the_exit_statuses() {
    for flag in ["--help", "-h", "help"] {
        let run = policy(&[flag]);
        assert_eq!((run.status, run.stderr.as_str()), (Some(0), ""), "{flag}");
        for part in ["check", "test", "compile", "fmt", "Examples:", "Exit status:"] {
            assert!(run.stdout.contains(part), "{flag} does not say {part}: {}", run.stdout);
        }
    }
}

#[test]
fn version_is_the_crate_s() {
    assert_eq!(policy(&["--version"]).stdout, format!("policy {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn wrong_usage_exits_with_2_and_says_so_on_stderr() {
    let none: &[&str] = &[];
    for arguments in
        [none, &["chek", "x"], &["check"], &["compile"], &["fmt"], &["check", "--format", "xml", "x"], &["--nope"]]
    {
        let run = policy(arguments);
        assert_eq!((run.status, run.stdout.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(run.stderr.contains("Usage: policy") || run.stderr.contains("--help"), "{}", run.stderr);
    }
}

#[test]
fn check_of_a_good_policy_exits_with_0() {
    let good =
        r#"{"tagOwners": {"tag:a": []}, "grants": [{"src": ["autogroup:member"], "dst": ["tag:a"], "ip": ["443"]}]}"#;
    let run = policy_with_stdin(&["check", "-"], good.as_bytes());
    assert_eq!((run.status, run.stdout.as_str()), (Some(0), ""), "{run:?}");
    assert_eq!(run.stderr, concat!(no_invariants!(), "<stdin>: no errors, no warnings\n"));
}

#[test]
fn warnings_are_no_reason_to_fail_unless_they_are_denied() {
    let policy = b"{\"grants\": [{\"src\": [], \"dst\": [\"*\"], \"ip\": [\"*\"]}]}";
    for (flag, status) in [("--format=text", 0), ("--deny-warnings", 1)] {
        let run = policy_with_stdin(&["check", "-", flag], policy);
        assert!(run.stdout.starts_with("warning[empty-list]: "), "{}", run.stdout);
        assert_eq!(
            (run.status, run.stderr.as_str()),
            (Some(status), concat!(no_invariants!(), "<stdin>: no errors, 1 warning\n")),
            "{flag}"
        );
    }
}

#[test]
fn warnings_of_one_cause_are_one_warning() {
    let directory = directory("one_cause");
    let text = "{\"tagOwners\": {\"tag:a\": [],\n\"tag:b\": []}, \"grants\": []}";
    let path = file(&directory, "policy.hujson", text);
    let facts = file(&directory, "facts.json", "{\"users\": []}");
    let run = policy(&["check".as_ref(), path.as_os_str(), "--tailnet".as_ref(), facts.as_os_str()]);
    let warnings: Vec<&str> = run.stdout.lines().filter(|line| line.starts_with("warning")).collect();
    assert_eq!(warnings, ["warning[unused-tag]: nothing uses `tag:a` (and 1 more)"], "{}", run.stdout);
    assert_eq!(run.stdout.matches("note: nothing uses `tag:b`").count(), 1, "{}", run.stdout);
}

#[test]
fn a_warning_that_the_policy_denies_is_an_error_of_check_but_none_of_tailscale() {
    let policy = "// policy: deny(empty-list) each of them was a slip\n{\"grants\": [{\"src\": [], \"dst\": [\"*\"], \"ip\": [\"*\"]}]}";
    let run = policy_with_stdin(&["check", "-"], policy.as_bytes());
    assert!(run.stdout.starts_with("error[empty-list]: "), "{}", run.stdout);
    assert!(run.stdout.contains("`empty-list` is denied here"), "{}", run.stdout);
    assert_eq!(
        (run.status, run.stderr.as_str()),
        (Some(1), concat!(no_invariants!(), "<stdin>: 1 error, no warnings\n"))
    );
    let answer = policy_with_stdin(&["compile", "-"], policy.as_bytes());
    assert!(answer.status == Some(0) && answer.stdout.contains("accept"), "{answer:?}");
}

#[test]
fn check_shows_where_the_text_is_broken() {
    let directory = directory("check_shows_where_the_text_is_broken");
    file(&directory, "policy.hujson", BROKEN);
    let mut command = command(&["check", "policy.hujson"]);
    command.current_dir(&directory);
    let run = run(command);
    assert_eq!(run.status, Some(1));
    for part in ["error[syntax]: ", " --> policy.hujson:2:13\n", "2 |     \"acls\": [1,,],\n"] {
        assert!(run.stdout.contains(part), "no {part:?} in {}", run.stdout);
    }
    assert_eq!(run.stderr, "policy.hujson: 1 error, no warnings\n");
}

#[test]
fn check_says_what_tailscale_answers() {
    let run = policy_with_stdin(&["check", "-"], UNDEFINED.as_bytes());
    assert_eq!(run.status, Some(1));
    for part in ["error[undefined-tag]: ", " --> <stdin>:3:", "= note: Tailscale answers: "] {
        assert!(run.stdout.contains(part), "no {part:?} in {}", run.stdout);
    }
}

#[test]
fn every_format_says_the_same() {
    for (format, part) in [
        ("text", "error[undefined-tag]: "),
        ("json", "\"code\": \"undefined-tag\""),
        ("sarif", "\"ruleId\": \"undefined-tag\""),
        ("github", "::error title=undefined-tag,file=<stdin>,line=3,"),
    ] {
        let run = policy_with_stdin(&["check", "-", "--format", format], UNDEFINED.as_bytes());
        assert_eq!(run.status, Some(1), "{format}");
        assert!(run.stdout.contains(part), "{format}: {}", run.stdout);
    }
}

#[test]
fn machine_formats_are_json_and_nothing_else() {
    for format in ["json", "sarif"] {
        for policy in [FORMATTED, BROKEN, UNDEFINED, ""] {
            let run = policy_with_stdin(&["check", "-", "--format", format], policy.as_bytes());
            assert!(serde_json::from_str::<serde_json::Value>(&run.stdout).is_ok(), "{format}: {}", run.stdout);
            assert_eq!(run.stderr, "", "{format}");
        }
    }
}

#[test]
fn there_is_no_colour_in_a_pipe_unless_it_is_asked_for() {
    for (variable, coloured) in [(None, false), (Some(("CLICOLOR_FORCE", "1")), true), (Some(("NO_COLOR", "1")), false)]
    {
        let directory = directory("there_is_no_colour_in_a_pipe");
        let path = file(&directory, "policy.hujson", BROKEN);
        let mut command = command(&[OsStr::new("check"), path.as_os_str()]);
        command.envs(variable);
        assert_eq!(run(command).stdout.contains('\u{1b}'), coloured, "{variable:?}");
    }
}

#[test]
fn what_cannot_be_read_exits_with_2_and_says_why() {
    let directory = directory("what_cannot_be_read");
    let latin1 = file(&directory, "latin1.hujson", b"{\n// caf\xe9\n}\n");
    let huge = file(&directory, "huge.hujson", "");
    fs::File::options().write(true).open(&huge).unwrap().set_len((64 << 20) + 1).unwrap();
    let missing = directory.join("missing.hujson");
    for (path, reason) in [
        (missing.as_path(), "there is no file `"),
        (directory.as_path(), "is a directory, not a file"),
        (latin1.as_path(), "is not UTF-8 text: see line 2"),
        (huge.as_path(), "is larger than 64 MiB"),
    ] {
        for subcommand in ["check", "compile", "fmt"] {
            let run = policy(&[OsStr::new(subcommand), path.as_os_str()]);
            assert_eq!((run.status, run.stdout.as_str()), (Some(2), ""), "{subcommand} {}", path.display());
            assert!(run.stderr.starts_with("error: ") && run.stderr.contains(reason), "{}", run.stderr);
        }
    }
}

/// Facts in the form of a capture, including fields that only captures have.
const FACTS: &str = r#"{
    "users": [{"name": "odin", "email": "odin@example.com", "role": "owner", "shoe": 44}],
    "nodes": [{"name": "nas", "user": null, "tags": ["tag:nas"], "ipv4": "100.64.0.9", "routable_ips": []}],
    "captured": "2026-04-01"
}"#;

/// Compiles a policy from stdin.
fn compile(directory: &Path, policy: &str, facts: Option<&str>) -> Run {
    let facts = facts.map(|facts| file(directory, "facts.json", facts));
    let path = facts.as_deref().map(|path| path.to_str().unwrap());
    let arguments: Vec<&str> = ["compile", "-"].into_iter().chain(path.map(|_| "--tailnet")).chain(path).collect();
    policy_with_stdin(&arguments, policy.as_bytes())
}

#[test]
fn compile_answers_with_a_verdict_and_exits_with_0() {
    let directory = directory("compile_answers");
    let local = r#"{"ssh": [{"action": "accept", "src": ["autogroup:member"], "dst": ["autogroup:self"], "users": ["localpart:*@example.net"]}]}"#;
    for (policy, facts, message) in [
        (FORMATTED, None, None),
        (FORMATTED, Some("{}"), None),
        (FORMATTED, Some(FACTS), None),
        (UNDEFINED, None, Some("src=tag not found: \"tag:b\"")),
        (UNDEFINED, Some(FACTS), Some("src=tag not found: \"tag:b\"")),
        (BROKEN, Some(FACTS), Some("line 2, column 13: invalid character ',' at start of value")),
        // Only facts can say which domain is the tailnet's own.
        (local, None, None),
        (
            local,
            Some(FACTS),
            Some("example.net is not associated with this Tailnet and cannot be used in user:*@<domain> expressions"),
        ),
    ] {
        let run = compile(&directory, policy, facts);
        assert_eq!(run.status, Some(0), "{policy} {facts:?}: {}", run.stderr);
        let answer: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(answer["message"].as_str(), message, "{policy} {facts:?}");
        match message {
            None => {
                assert_eq!((&answer["status"], answer.as_object().unwrap().len()), (&"accept".into(), 3));
                let names: Vec<_> = answer["nodes"].as_object().unwrap().keys().collect();
                let known = if facts == Some(FACTS) { vec!["nas"] } else { vec![] };
                assert_eq!(names, known, "{policy} {facts:?}");
            }
            Some(_) => assert_eq!(answer["status"], "reject"),
        }
    }
}

const TAGGED: &str = r#"{
    "tagOwners": {"tag:nas": []},
    "grants": [{"src": ["alice@example.com"], "dst": ["tag:nas"], "ip": ["tcp:443"]}],
    "nodeAttrs": [{"target": ["tag:nas"], "attr": ["funnel-port"]}],
}"#;

#[test]
fn compile_says_what_each_device_gets_on_a_line_of_its_own() {
    let facts = r#"{
        "users": [{"name": "alice", "email": "alice@example.com", "role": "owner"}],
        "nodes": [
            {"name": "laptop", "user": "alice", "ipv4": "100.64.0.1", "ipv6": "fd7a:115c:a1e0::1"},
            {"name": "nas", "tags": ["tag:nas"], "ipv4": "100.64.0.9"},
        ],
    }"#;
    let run = compile(&directory("compile_says_what_each"), TAGGED, Some(facts));
    assert_eq!((run.status, run.stderr.as_str()), (Some(0), ""));
    assert_eq!(
        run.stdout,
        concat!(
            "{\"version\": 1, \"status\": \"accept\", \"nodes\": {\n",
            r#""laptop": {"packet_filter_rules":null,"peers":["nas"]},"#,
            "\n",
            r#""nas": {"packet_filter_rules":[{"SrcIPs":["100.64.0.1","fd7a:115c:a1e0::1"],"#,
            r#""DstPorts":[{"IP":"100.64.0.9","Ports":{"First":443,"Last":443}}],"IPProto":[6]}],"#,
            r#""cap_map":{"funnel-port":null},"peers":["laptop"]}"#,
            "\n}}\n"
        )
    );
}

#[test]
fn facts_of_several_files_add_up_and_each_is_shown_as_it_is() {
    let directory = directory("facts_of_several_files");
    file(&directory, "policy.hujson", TAGGED);
    file(&directory, "users.json", r#"{"users": [{"name": "alice", "email": "alice@example.com"}]}"#);
    file(&directory, "nodes.json", r#"{"nodes": [{"name": "laptop", "user": "alice", "ipv4": "100.64.0.1"}]}"#);
    file(&directory, "more.json", r#"{"nodes": [{"name": "nas", "tags": ["tag:nas"], "ipv4": "100.64.0.9"}]}"#);
    file(&directory, "twice.json", "\n{\"nodes\": [{\"name\": \"nas\", \"ipv4\": 1}]}");
    let compile = |files: &[&str]| {
        let mut command = command(&["compile", "policy.hujson"]);
        command.current_dir(&directory).args(files.iter().flat_map(|file| ["--tailnet", file]));
        run(command)
    };
    let good = compile(&["users.json", "nodes.json", "more.json"]);
    assert_eq!((good.status, good.stderr.as_str()), (Some(0), ""));
    assert!(good.stdout.contains("\"nas\": {\"packet_filter_rules\":[{\"SrcIPs\":[\"100.64.0.1\"]"), "{}", good.stdout);

    let wrong = compile(&["users.json", "more.json", "twice.json"]);
    assert_eq!((wrong.status, wrong.stdout.as_str()), (Some(2), ""));
    for part in [
        "error[duplicate-name]: there are two devices `nas`\n",
        "error[wrong-type]: `ipv4` must be a string, not a number\n",
        "--> twice.json:2:21\n",
        "error: the facts in `twice.json` cannot be used\n",
    ] {
        assert!(wrong.stderr.contains(part), "no {part:?} in {}", wrong.stderr);
    }
    for (files, part) in [
        (["users.json", "users.json"], "error: `--tailnet users.json` is given twice\n"),
        (["users.json", "policy.hujson"], "both"),
    ] {
        let run = compile(&files);
        assert!(run.status == Some(2) && run.stderr.contains(part), "{}", run.stderr);
    }
}

#[test]
fn devices_are_the_same_in_every_form() {
    let directory = directory("devices_are_the_same");
    file(&directory, "policy.hujson", TAGGED);
    file(
        &directory,
        "own.json",
        r#"{"nodes": [
            {"name": "laptop", "user": "alice@example.com", "ipv4": "100.64.0.1"}, {"name": "nas", "tags": ["tag:nas"], "ipv4": "100.64.0.9"}
        ]}"#,
    );
    file(
        &directory,
        "tailscale.json",
        r#"{"devices": [
            {"name": "laptop.tail1234.ts.net", "user": "alice@example.com", "addresses": ["100.64.0.1"]},
            {"name": "nas.tail1234.ts.net", "user": "alice@example.com", "tags": ["tag:nas"], "addresses": ["100.64.0.9"]}
        ]}"#,
    );
    file(
        &directory,
        "headscale.json",
        r#"[
            {"given_name": "laptop", "user": {"name": "alice", "email": "alice@example.com"}, "ip_addresses": ["100.64.0.1"]},
            {"given_name": "nas", "tags": ["tag:nas"], "ip_addresses": ["100.64.0.9"]}
        ]"#,
    );
    let answers = ["own.json", "tailscale.json", "headscale.json"].map(|facts| {
        let mut command = command(&["compile", "policy.hujson", "--tailnet", facts]);
        command.current_dir(&directory);
        let run = run(command);
        assert_eq!((run.status, run.stderr.as_str()), (Some(0), ""), "{facts}");
        run.stdout
    });
    assert!(
        answers[0].contains("\"100.64.0.9\"") && answers[1] == answers[0] && answers[2] == answers[0],
        "{answers:?}"
    );
}

#[test]
fn compile_shows_findings_as_check_does() {
    let run = compile(&directory("compile_shows_findings"), UNDEFINED, None);
    let check = policy_with_stdin(&["check", "-", "--format", "json"], UNDEFINED.as_bytes());
    let [answer, findings] =
        [run, check].map(|run| serde_json::from_str::<serde_json::Value>(&run.stdout).unwrap()["diagnostics"].clone());
    assert_eq!(answer[0]["code"], "undefined-tag");
    assert_eq!(answer, findings);
}

#[test]
fn compile_does_nothing_with_facts_that_are_wrong() {
    let directory = directory("compile_does_nothing");
    for (facts, part) in [
        ("{\"users\": [,]}", "facts.json:1:12\n"),
        ("5", "facts.json:1:1\n"),
        ("{\"devices\": [\n  {\"name\": true},\n]}", "facts.json:2:12\n"),
        (
            "{\n\"users\": [{\"name\": \"odin\"}],\n\"nodes\": [{\"name\": \"nas\", \"ipv4\": \"100.64.0\"}]}",
            "facts.json:3:35\n",
        ),
        ("{\"users\": [{\"name\": \"odin\"}]}", "facts.json:1:21\n"),
    ] {
        for policy in [FORMATTED, UNDEFINED] {
            let run = compile(&directory, policy, Some(facts));
            assert_eq!((run.status, run.stdout.as_str()), (Some(2), ""), "{facts}: {}", run.stderr);
            assert!(run.stderr.starts_with("error[") && run.stderr.contains(part), "{}", run.stderr);
        }
    }
    let run = policy_with_stdin(&["compile", "-", "--tailnet", "no.json"], FORMATTED.as_bytes());
    assert_eq!((run.status, run.stderr.as_str()), (Some(2), "error: there is no file `no.json`\n"));
    let run = policy_with_stdin(&["compile", "-", "--tailnet", "-"], FORMATTED.as_bytes());
    assert_eq!((run.status, run.stdout.as_str()), (Some(2), ""));
    assert!(run.stderr.contains("both"), "{}", run.stderr);
}

#[test]
fn compile_mentions_oddities_of_the_facts() {
    let run = compile(&directory("compile_mentions"), FORMATTED, Some(FACTS));
    assert!(
        run.stderr.starts_with("warning[undeclared-device-tag]: ") && run.stderr.contains("facts.json:3:"),
        "{}",
        run.stderr
    );
}

#[test]
fn fmt_writes_what_the_official_formatter_writes_and_leaves_nothing_behind() {
    let directory = directory("fmt_writes");
    let path = file(&directory, "policy.hujson", UNFORMATTED);
    let run = policy(&[OsStr::new("fmt"), path.as_os_str()]);
    assert_eq!((run.status, run.stdout.as_str(), run.stderr.as_str()), (Some(0), "", ""));
    assert_eq!(fs::read_to_string(&path).unwrap(), FORMATTED);
    assert_eq!(names(&directory), ["policy.hujson"]);
}

#[test]
fn fmt_understands_windows_line_ends_and_a_missing_last_one() {
    for text in [UNFORMATTED.replace('\n', "\r\n"), UNFORMATTED.trim_end().to_owned()] {
        let run = policy_with_stdin(&["fmt", "-"], text.as_bytes());
        assert_eq!((run.status, run.stdout.as_str()), (Some(0), FORMATTED), "{text:?}: {}", run.stderr);
    }
}

#[test]
fn fmt_does_not_touch_a_formatted_file() {
    let directory = directory("fmt_does_not_touch");
    let path = file(&directory, "policy.hujson", FORMATTED);
    let long_ago = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    fs::File::options().write(true).open(&path).unwrap().set_modified(long_ago).unwrap();
    assert_eq!(policy(&[OsStr::new("fmt"), path.as_os_str()]).status, Some(0));
    assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), long_ago);
}

#[test]
fn fmt_check_names_the_files_and_writes_nothing() {
    let directory = directory("fmt_check");
    let good = file(&directory, "good.hujson", FORMATTED);
    let bad = file(&directory, "bad.hujson", UNFORMATTED);
    let run = policy(&[OsStr::new("fmt"), OsStr::new("--check"), good.as_os_str(), bad.as_os_str()]);
    assert_eq!((run.status, run.stderr.as_str()), (Some(1), ""));
    assert_eq!(run.stdout, format!("{}\n", bad.display()));
    assert_eq!(fs::read_to_string(&bad).unwrap(), UNFORMATTED);
    assert_eq!(policy(&[OsStr::new("fmt"), OsStr::new("--check"), good.as_os_str()]).status, Some(0));
}

#[test]
fn fmt_goes_on_after_a_file_it_cannot_format() {
    let directory = directory("fmt_goes_on");
    let broken = file(&directory, "broken.hujson", BROKEN);
    let missing = directory.join("missing.hujson");
    let good = file(&directory, "good.hujson", UNFORMATTED);
    let run = policy(&[OsStr::new("fmt"), broken.as_os_str(), missing.as_os_str(), good.as_os_str()]);
    assert_eq!((run.status, run.stdout.as_str()), (Some(2), ""));
    assert!(run.stderr.contains("broken.hujson:2:13") && run.stderr.contains("there is no file"), "{}", run.stderr);
    assert_eq!(fs::read_to_string(&good).unwrap(), FORMATTED);
    assert_eq!(fs::read_to_string(&broken).unwrap(), BROKEN);
}

#[test]
fn fmt_formats_macros_in_rust_files() {
    const WRITTEN: &str = "fn main( ) {}\npolicy!{ // why\n  tagOwners{tag:a;}\n}\n";
    const LAID_OUT: &str = "fn main( ) {}\npolicy!{ // why\n    tagOwners { tag:a; }\n}\n";
    let directory = directory("fmt_rust");
    let path = file(&directory, "tailnet.rs", WRITTEN);
    let check = || policy(&[OsStr::new("fmt"), OsStr::new("--check"), path.as_os_str()]);
    let run = check();
    assert_eq!((run.status, run.stdout), (Some(1), format!("{}\n", path.display())));
    let run = policy(&[OsStr::new("fmt"), path.as_os_str()]);
    assert_eq!((run.status, run.stdout.as_str(), run.stderr.as_str()), (Some(0), "", ""));
    assert_eq!(fs::read_to_string(&path).unwrap(), LAID_OUT);
    assert_eq!(check().status, Some(0));
    let run = policy_with_stdin(&["fmt", "--rust", "-"], WRITTEN.as_bytes());
    assert_eq!((run.status, run.stdout.as_str()), (Some(0), LAID_OUT));
    assert!(policy(&["fmt", "--help"]).stdout.contains("`.rs`"));
}

#[test]
fn fmt_leaves_rust_alone_that_it_cannot_read() {
    const BROKEN: &str = "policy! {\n  tagOwners { tag:a; ]\n}\n";
    let path = file(&directory("fmt_broken_rust"), "tailnet.rs", BROKEN);
    let run = policy(&[OsStr::new("fmt"), path.as_os_str()]);
    assert_eq!((run.status, run.stdout.as_str()), (Some(2), ""));
    assert!(run.stderr.contains("`]` closes nothing here") && run.stderr.contains("tailnet.rs:2:22"), "{}", run.stderr);
    assert_eq!(fs::read_to_string(&path).unwrap(), BROKEN);
    let run = policy_with_stdin(&["fmt", "--rust", "-"], BROKEN.as_bytes());
    assert_eq!((run.status, run.stdout.as_str()), (Some(2), BROKEN), "a pipe gets what there is");
    // The rest of a file is formatted if a part of it cannot be.
    let deep = format!("policy! {{ {}{} }}", "[".repeat(200), "]".repeat(200));
    let run = policy_with_stdin(&["fmt", "--rust", "-"], format!("policy! {{a;}} {deep}").as_bytes());
    assert_eq!((run.status, run.stdout), (Some(2), format!("policy! {{\n    a;\n}} {deep}")));
}

#[cfg(unix)]
mod unix {
    use std::ffi::OsString;
    use std::io::Read;
    use std::os::unix::ffi::OsStringExt;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn fmt_keeps_permissions_and_symbolic_links() {
        let directory = directory("fmt_keeps");
        let path = file(&directory, "policy.hujson", UNFORMATTED);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let link = directory.join("link.hujson");
        symlink("policy.hujson", &link).unwrap();
        assert_eq!(policy(&[OsStr::new("fmt"), link.as_os_str()]).status, Some(0));
        assert_eq!(fs::read_link(&link).unwrap(), Path::new("policy.hujson"));
        assert_eq!(fs::read_to_string(&path).unwrap(), FORMATTED);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        assert_eq!(names(&directory), ["link.hujson", "policy.hujson"]);
    }

    #[test]
    fn a_path_need_not_be_utf8() {
        let directory = directory("a_path_need_not_be_utf8");
        // Some file systems only accept UTF-8. This test does nothing on them.
        let path = directory.join(OsString::from_vec(b"caf\xe9.hujson".to_vec()));
        if fs::write(&path, UNDEFINED).is_err() {
            return;
        }
        let run = policy(&[OsStr::new("check"), OsStr::new("--format=sarif"), path.as_os_str()]);
        assert_eq!(run.status, Some(1), "{}", run.stderr);
        assert!(run.stdout.contains("/caf%E9.hujson"), "{}", run.stdout);
        assert_eq!(policy(&[OsStr::new("fmt"), path.as_os_str()]).status, Some(0));
    }

    #[test]
    fn a_reader_that_has_seen_enough_is_no_error() {
        let line = "// a comment that is kept\n";
        let long = format!("{{\n{}}}\n", line.repeat(100_000));
        let directory = directory("a_reader_that_has_seen_enough");
        let path = file(&directory, "long.hujson", &long);
        let mut child = command(&["fmt", "-"]);
        child.stdin(fs::File::open(&path).unwrap()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = child.spawn().unwrap();
        let mut first = [0];
        child.stdout.take().unwrap().read_exact(&mut first).unwrap();
        let mut stderr = String::new();
        child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        assert_eq!((child.wait().unwrap().code(), stderr.as_str()), (Some(0), ""));
    }

    #[test]
    fn a_disk_that_is_full_is_one() {
        let Ok(full) = fs::File::options().write(true).open("/dev/full") else { return };
        let mut command = command(&["--help"]);
        command.stdout(full).stderr(Stdio::piped());
        let run = run(command);
        assert_eq!(run.status, Some(2));
        assert!(run.stderr.starts_with("error: cannot write the result: "), "{}", run.stderr);
    }
}

#[test]
fn check_takes_facts() {
    let directory = directory("check-facts");
    let policy = r#"{"tagOwners": {"tag:db": [], "tag:web": []}, "grants": [
        {"src": ["autogroup:member"], "dst": ["tag:web"], "ip": ["tcp:443"]},
    ]}"#;
    let facts = r#"{"nodes": [{"name": "cellar", "tags": ["tag:db", "tag:web"], "ipv4": "100.64.0.1"}]}"#;
    std::fs::write(directory.join("policy.hujson"), policy).unwrap();
    std::fs::write(directory.join("policy.invariants"), "never autogroup:member -> tag:db;\n").unwrap();
    std::fs::write(directory.join("facts.json"), facts).unwrap();
    let bare = process::run(PROGRAM, &directory, &["check", "policy.hujson"]);
    assert!(!bare.stdout.contains("reachable-device"), "{bare:?}");
    let run = process::run(PROGRAM, &directory, &["check", "policy.hujson", "--tailnet", "facts.json"]);
    assert!(run.stdout.contains("reachable-device"), "{run:?}");
    assert_eq!(run.status, Some(0));
}

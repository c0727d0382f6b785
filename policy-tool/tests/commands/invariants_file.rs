//! Tests of `policy.invariants` beside `policy.hujson`, which the stand-alone `policy` reads.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::policy_with_stdin;

const POLICY: &str = r#"{
	"tagOwners": {"tag:web": ["autogroup:admin"], "tag:db": ["autogroup:admin"]},
	"grants": [
		{"src": ["autogroup:member"], "dst": ["tag:web"], "ip": ["tcp:443"]},
		{"src": ["tag:web"], "dst": ["tag:db"], "ip": ["tcp:5432"]},
	],
}
"#;
const BROKEN: &str = "/// é\nnever tag:web -> tag:db;\n";
const KEPT: &str = "// Nobody else\n/// Members use the web\nnever autogroup:member -> tag:db;\n";

/// Creates a directory with a policy, and with invariants beside it.
fn directory(test: &str, invariants: Option<&str>) -> PathBuf {
    let path = super::directory(test);
    fs::write(path.join("policy.hujson"), POLICY).unwrap();
    if let Some(text) = invariants {
        fs::write(path.join("policy.invariants"), text).unwrap();
    }
    path
}

#[test]
fn the_file_beside_the_policy_is_checked_without_being_named() {
    let run = policy_with_stdin(&directory("invariants-beside", Some(BROKEN)), &["check", "policy.hujson"], "");
    let expected = "error[broken-invariant]: invariant violated: `tag:web` can reach `tag:db` on `tcp:5432`
 --> policy.invariants:2:1
  |
2 | never tag:web -> tag:db;
  | ^^^^^^^^^^^^^^^^^^^^^^^^
  |
note: this rule allows `tcp:5432` there
 --> policy.hujson:5:3
  |
5 |         {\"src\": [\"tag:web\"], \"dst\": [\"tag:db\"], \"ip\": [\"tcp:5432\"]},
  |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  = help: narrow the rule, or add an exception with `except`\n\n";
    assert_eq!((run.status, run.stdout.as_str()), (Some(1), expected), "{run:?}");
    assert_eq!(
        policy_with_stdin(&directory("invariants-kept", Some(KEPT)), &["check", "policy.hujson"], "").status,
        Some(0)
    );
    assert_eq!(policy_with_stdin(&directory("invariants-none", None), &["check", "policy.hujson"], "").status, Some(0));
}

#[test]
fn another_file_can_be_named_in_its_place() {
    let directory = directory("invariants-named", Some(KEPT));
    fs::write(directory.join("other"), "nevr tag:web -> tag:db;").unwrap();
    let run = policy_with_stdin(&directory, &["check", "policy.hujson", "--invariants", "other"], "");
    assert_eq!(run.status, Some(1), "{run:?}");
    assert!(run.stdout.contains("expected `only`, `never` or `isolated`, found `nevr`\n --> other:1:1\n"), "{run:?}");
    let run = policy_with_stdin(&directory, &["check", "-", "--invariants", "other"], POLICY);
    assert_eq!(run.status, Some(1), "{run:?}");
    let run = policy_with_stdin(&directory, &["check", "policy.hujson", "--invariants", "-"], BROKEN);
    assert!(run.status == Some(1) && run.stdout.contains(" --> <stdin>:2:1\n"), "{run:?}");
    // A policy from stdin has no file beside it.
    assert_eq!(policy_with_stdin(&directory, &["check", "-"], POLICY).status, Some(0));
    for arguments in [["policy.hujson", "missing"], ["policy.hujson", "policy.hujson"], ["-", "-"]] {
        let run = policy_with_stdin(&directory, &["check", arguments[0], "--invariants", arguments[1]], POLICY);
        assert_eq!((run.status, run.stdout.as_str()), (Some(2), ""), "{run:?}");
    }
}

#[test]
fn machines_are_told_the_file() {
    let directory = directory("invariants-formats", Some(BROKEN));
    let run = policy_with_stdin(&directory, &["check", "policy.hujson", "--format", "json"], "");
    let json: Value = serde_json::from_str(&run.stdout).unwrap();
    let finding = &json["diagnostics"][0];
    assert_eq!((&json["files"][0]["file"], &finding["file"]), (&"policy.hujson".into(), &"policy.invariants".into()));
    assert_eq!(finding["range"]["start"], serde_json::json!({"line": 2, "column": 1, "byte": 7}));
    assert_eq!(finding["notes"][0]["file"], "policy.hujson");
    let run = policy_with_stdin(&directory, &["check", "policy.hujson", "--format", "github"], "");
    assert!(run.stdout.starts_with("::error title=broken-invariant,file=policy.invariants,line=2,"), "{run:?}");
    let run = policy_with_stdin(&directory, &["check", "policy.hujson", "--format", "sarif"], "");
    let sarif: Value = serde_json::from_str(&run.stdout).unwrap();
    let uri = |location: &Value| location["physicalLocation"]["artifactLocation"]["uri"].clone();
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!(uri(&result["locations"][0]), "policy.invariants");
    assert_eq!(uri(&result["relatedLocations"][0]), "policy.hujson");
}

#[test]
fn other_commands_know_the_invariants_too() {
    let directory = directory("invariants-commands", Some("never autogroup:member -> tag:bd;"));
    for command in ["test", "matrix", "docs"] {
        let run = policy_with_stdin(&directory, &[command, "policy.hujson"], "");
        assert_eq!(run.status, Some(1), "{command}: {run:?}");
        assert!(run.stderr.contains("undefined tag `tag:bd`\n --> policy.invariants:1:27\n"), "{command}: {run:?}");
    }
    // Tailscale does not know invariants.
    let run = policy_with_stdin(&directory, &["compile", "policy.hujson"], "");
    assert!(run.status == Some(0) && run.stdout.contains("\"accept\""), "{run:?}");
    fs::write(directory.join("policy.invariants"), KEPT).unwrap();
    let run = policy_with_stdin(&directory, &["docs", "policy.hujson"], "");
    assert!(run.status == Some(0) && run.stdout.contains("Members use the web"), "{run:?}");
}

#[test]
fn they_are_formatted_like_a_policy() {
    let directory = directory("invariants-fmt", Some("/// Why\nnever tag:web->tag:db ;"));
    let run = policy_with_stdin(&directory, &["fmt", "--check", "policy.hujson", "policy.invariants"], "");
    assert_eq!((run.status, run.stdout.lines().last()), (Some(1), Some("policy.invariants")), "{run:?}");
    assert_eq!(policy_with_stdin(&directory, &["fmt", "policy.invariants"], "").status, Some(0));
    let text = fs::read_to_string(directory.join("policy.invariants")).unwrap();
    assert_eq!(text, "/// Why\nnever tag:web -> tag:db;\n");
    fs::write(directory.join("policy.invariants"), "never tag:web; }").unwrap();
    let run = policy_with_stdin(&directory, &["fmt", "policy.invariants"], "");
    assert!(run.status == Some(2) && run.stderr.contains("expected `->` after the sources"), "{run:?}");
    assert_eq!(fs::read_to_string(directory.join("policy.invariants")).unwrap(), "never tag:web; }");
}

#[test]
fn a_broken_one_fails_the_tests() {
    let run = policy_with_stdin(&directory("invariants-test", Some(BROKEN)), &["test", "policy.hujson"], "");
    assert_eq!(run.status, Some(1), "{run:?}");
    assert!(run.stderr.contains("invariant violated: `tag:web` can reach `tag:db`"), "{run:?}");
    assert_eq!(
        policy_with_stdin(&directory("invariants-tested", Some(KEPT)), &["test", "policy.hujson"], "").status,
        Some(0)
    );
}

#[test]
fn an_import_has_them_as_a_block() {
    let directory = directory("invariants-import", Some("// Nobody else\nnever tag:web-1e, autogroup:member->tag:db;"));
    let text = POLICY.replace("\"tag:web\": [", "\"tag:web-1e\": [], \"tag:web\": [");
    fs::write(directory.join("policy.hujson"), text).unwrap();
    let run = policy_with_stdin(&directory, &["import", "policy.hujson"], "");
    assert_eq!(run.status, Some(0), "{run:?}");
    let block = "
    invariants {
        // Nobody else
        never \"tag:web-1e\", autogroup:member -> tag:db;
    }
}
";
    assert!(run.stdout.ends_with(block), "{}", run.stdout);
    fs::write(directory.join("policy.invariants"), "never \"tag:web -> tag:db;").unwrap();
    let run = policy_with_stdin(&directory, &["import", "policy.hujson"], "");
    assert_eq!((run.status, run.stdout.as_str()), (Some(2), ""), "{run:?}");
    assert!(run.stderr.contains("this string has no end\n --> policy.invariants:1:7\n"), "{run:?}");
}

#[cfg(unix)]
#[test]
fn a_file_beside_the_policy_that_cannot_be_read_is_an_error() {
    let dangling = directory("invariants-dangling", None);
    std::os::unix::fs::symlink("nowhere", dangling.join("policy.invariants")).unwrap();
    let folder = directory("invariants-folder", None);
    fs::create_dir(folder.join("policy.invariants")).unwrap();
    let pipe = directory("invariants-pipe", None);
    let made = std::process::Command::new("mkfifo").arg(pipe.join("policy.invariants")).status();
    assert!(made.unwrap().success());
    for (path, said) in [
        (dangling, "is a link to a file that does not exist"),
        (folder, "is a directory, not a file"),
        (pipe, "is not a regular file"),
    ] {
        for command in [&["check", "policy.hujson"][..], &["who", "policy.hujson", "tag:db"]] {
            let run = policy_with_stdin(&path, command, "");
            assert_eq!(run.status, Some(2), "{run:?}");
            assert!(run.stderr.contains(said), "{run:?}");
        }
    }
}

#[test]
fn a_revision_has_its_own_invariants() {
    let directory = directory("invariants-git", Some(BROKEN));
    let git = |arguments: &[&str]| {
        let identity = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"];
        let run = std::process::Command::new("git").current_dir(&directory).args(identity).args(arguments).output();
        assert!(run.unwrap().status.success(), "{arguments:?}");
    };
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-q", "-m", "first"]);
    fs::write(directory.join("policy.invariants"), KEPT).unwrap();
    let check = |policy: &str| policy_with_stdin(&directory, &["check", policy], "").status;
    assert_eq!(check("policy.hujson"), Some(0));
    assert_eq!(check("git:HEAD:policy.hujson"), Some(1));
    git(&["rm", "-q", "--cached", "policy.invariants"]);
    git(&["commit", "-q", "-m", "second"]);
    assert_eq!(check("git:HEAD:policy.hujson"), Some(0));
}

#[test]
fn no_output_overwrites_an_input() {
    let directory = directory("outputs", Some(KEPT));
    fs::write(directory.join("facts.json"), r#"{"users": []}"#).unwrap();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("policy.hujson", directory.join("link")).unwrap();
        fs::hard_link(directory.join("policy.hujson"), directory.join("hard")).unwrap();
    }
    let links: &[&str] = if cfg!(unix) { &["link", "hard"] } else { &[] };
    for output in [&["policy.hujson", "./policy.hujson", "policy.invariants", "facts.json"], links].concat() {
        for command in ["report", "docs"] {
            let run = policy_with_stdin(
                &directory,
                &[command, "policy.hujson", "--tailnet", "facts.json", "--output", output],
                "",
            );
            assert_eq!(run.status, Some(2), "{command} {output}: {run:?}");
        }
    }
    assert_eq!(fs::read_to_string(directory.join("policy.hujson")).unwrap(), POLICY);
    assert_eq!(fs::read_to_string(directory.join("policy.invariants")).unwrap(), KEPT);
}

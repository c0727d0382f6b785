//! Tests of colours: on terminals, and if the user asks for them.

use std::fs;

use policy_test_support::process::{self, Run};

use crate::{PROGRAM, directory};

const POLICY: &str = r#"{
    "tagOwners": {"tag:a": [], "tag:b": []},
    "grants": [
        // policy: until 2999-12-31
        {"src": ["tag:a"], "dst": ["tag:b"], "ip": ["443"]},
    ],
    "tests": [{"src": "tag:a", "accept": ["tag:b:443", "tag:b:80"]}],
}"#;

/// Commands, each with a text that it prints in colour.
const COLOURED: [(&[&str], &str); 8] = [
    (&["check", "policy.hujson"], "\u{1b}[1m\u{1b}[91merror[failing-test]"),
    (&["test", "policy.hujson"], "\u{1b}[1m\u{1b}[31mFAIL\u{1b}[0m  accept tag:b:80"),
    (
        &["test", "policy.hujson"],
        "\u{1b}[1m\u{1b}[32mpass\u{1b}[0m  accept tag:b:443  \u{1b}[36mpolicy.hujson:5\u{1b}[0m",
    ),
    (&["explain", "policy.hujson", "tag:a", "tag:b:443"], "\u{1b}[1m\u{1b}[32mallowed\u{1b}[0m: "),
    (&["who", "policy.hujson", "tag:b"], "\u{1b}[1m`tag:b` is reached by\u{1b}[0m\n"),
    (&["what", "policy.hujson", "tag:a"], "  \u{1b}[36mpolicy.hujson:5\u{1b}[0m  "),
    (&["diff", "old.hujson", "policy.hujson"], "  \u{1b}[1m\u{1b}[32m+ tag:a -> tag:b 443"),
    (&["expiring", "policy.hujson"], "\u{1b}[36mpolicy.hujson:5\u{1b}[0m"),
];

#[test]
fn colours_come_and_go_everywhere_alike() {
    let directory = directory("colours");
    fs::write(directory.join("policy.hujson"), POLICY).unwrap();
    fs::write(directory.join("old.hujson"), POLICY.replace("[\"443\"]", "[\"80\"]")).unwrap();
    for (arguments, part) in COLOURED {
        let run = |variables: &[(&str, &str)]| -> Run {
            let mut command = process::command(PROGRAM, &directory, arguments);
            command.envs(variables.iter().copied()).output().unwrap().into()
        };
        let coloured = run(&[("CLICOLOR_FORCE", "1")]);
        assert!(coloured.stdout.contains(part), "{arguments:?}: {:?}", coloured.stdout);
        let plain = run(&[]);
        assert!(!plain.stdout.is_empty() && !plain.stdout.contains('\u{1b}'), "{arguments:?}: {:?}", plain.stdout);
        assert_eq!(run(&[("NO_COLOR", "1")]).stdout, plain.stdout, "{arguments:?}");
        assert_eq!(run(&[("CLICOLOR", "0")]).stdout, plain.stdout, "{arguments:?}");
    }
}

#[test]
fn formats_for_machines_have_no_colours() {
    let directory = directory("no_colours");
    fs::write(directory.join("policy.hujson"), POLICY).unwrap();
    for arguments in [
        ["check", "policy.hujson", "--format", "json"],
        ["check", "policy.hujson", "--format", "sarif"],
        ["check", "policy.hujson", "--format", "github"],
        ["test", "policy.hujson", "--format", "json"],
        ["test", "policy.hujson", "--format", "junit"],
        ["expiring", "policy.hujson", "--format", "json"],
    ] {
        let mut command = process::command(PROGRAM, &directory, &arguments);
        let run: Run = command.env("CLICOLOR_FORCE", "1").output().unwrap().into();
        assert!(!run.stdout.contains('\u{1b}'), "{arguments:?}: {:?}", run.stdout);
    }
}

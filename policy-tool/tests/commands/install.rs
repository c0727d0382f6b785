//! Tests of `policy completions` and `policy man`, which are for an installed program.

use std::fs;
use std::path::Path;
use std::process::Command;

use policy_test_support::process::names;
use policy_test_support::require;

use crate::{directory, policy};

/// Asserts that a program accepts a file and prints nothing.
fn assert_silent(program: &str, arguments: &[&str], file: &Path) {
    let output = Command::new(program).args(arguments).arg(file).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr) + String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.is_empty(), "{program} {}: {said}", file.display());
}

#[test]
fn shells_have_completions_for_every_command() {
    let directory = directory("install/completions");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish", "nushell"] {
        let run = policy(&directory, &["completions", shell]);
        assert_eq!((run.status, run.stderr.as_str()), (Some(0), ""), "{shell}");
        for word in ["check", "explain", "migrate", "deny-warnings"] {
            assert!(run.stdout.contains(word), "{shell} does not know {word}");
        }
    }
    let unknown = policy(&directory, &["completions", "csh"]);
    assert!(unknown.status == Some(2) && unknown.stderr.contains("nushell"), "{}", unknown.stderr);
}

#[test]
fn a_shell_parses_its_completions() {
    let directory = directory("install/parsed");
    for shell in ["bash", "zsh"] {
        if require::program(shell).is_none() {
            continue;
        }
        let file = directory.join(shell);
        fs::write(&file, policy(&directory, &["completions", shell]).stdout).unwrap();
        assert_silent(shell, &["-n"], &file);
    }
}

#[test]
fn bash_completes_commands_and_options() {
    if require::program("bash").is_none() {
        return;
    }
    let directory = directory("install/bash");
    let file = directory.join("policy.bash");
    fs::write(&file, policy(&directory, &["completions", "bash"]).stdout).unwrap();
    for (words, expected) in
        [("policy exp", "explain"), ("policy check --deny", "--deny-warnings"), ("policy check --format gi", "github")]
    {
        let script = r#"source "$1"; COMP_WORDS=($2); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _policy policy "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"; printf '%s\n' "${COMPREPLY[@]}""#;
        let output = Command::new("bash").args(["-c", script, "bash"]).arg(&file).arg(words).output().unwrap();
        let completed = String::from_utf8(output.stdout).unwrap();
        assert!(completed.lines().any(|line| line == expected), "{words}: {completed}");
    }
}

#[test]
fn the_manual_has_a_page_for_each_command() {
    let directory = directory("install/man");
    let run = policy(&directory, &["man", "man1"]);
    assert_eq!((run.status, run.stdout.as_str(), run.stderr.as_str()), (Some(0), "", ""));
    let pages = names(&directory.join("man1"));
    for page in ["policy.1", "policy-check.1", "policy-man.1", "policy-import.1"] {
        assert!(pages.iter().any(|name| name == page), "{pages:?}");
    }
    let check = fs::read_to_string(directory.join("man1/policy-check.1")).unwrap();
    assert!(
        check.contains("policy check \\-\\-format github")
            || check.contains("policy check policy.hujson \\-\\-format github"),
        "{check}"
    );
    let one = policy(&directory, &["man"]);
    assert_eq!((one.status, one.stdout), (Some(0), fs::read_to_string(directory.join("man1/policy.1")).unwrap()));
    let file = policy(&directory, &["man", "man1/policy.1"]);
    assert!(
        file.status == Some(2) && file.stderr.starts_with("error: cannot make the directory `man1/policy.1`"),
        "{}",
        file.stderr
    );
}

#[test]
fn groff_takes_every_page() {
    if require::program("groff").is_none() {
        return;
    }
    let directory = directory("install/groff");
    policy(&directory, &["man", "man1"]);
    for page in names(&directory.join("man1")) {
        assert_silent("groff", &["-k", "-man", "-Tutf8", "-ww", "-z"], &directory.join("man1").join(page));
    }
}

//! Tests of `export --format`: the formatter of each language does not change the text, its
//! compiler or checker accepts it, and refuses a program that uses a name that the policy does not
//! have any more.

mod language;

use std::fs;
use std::path::{Path, PathBuf};

use policy_test_support::process::{self, Run, successful};
use policy_test_support::root;

use language::{LANGUAGES, Language};

/// The stand-alone `policy`.
const STANDALONE: &str = env!("CARGO_BIN_EXE_standalone");
/// The binary of BlumeOps, with its policy built in.
const BLUMEOPS: &str = env!("CARGO_BIN_EXE_blumeops");

/// A policy with the tag that the programs use.
const POLICY: &str = "{\"tagOwners\": {\"tag:k8s-api\": [], \"tag:k8s\": []}, \"hosts\": {\"db\": \"10.0.0.1\"}}\n";

fn directory(test: &str) -> PathBuf {
    process::empty_directory(env!("CARGO_TARGET_TMPDIR"), &format!("exports/{test}"))
}

fn export(program: &str, directory: &Path, arguments: &[&str]) -> Run {
    process::run(program, directory, &[&["export"], arguments].concat())
}

/// Returns a policy and its facts whose names have many lengths, because formatters break lines by
/// their width.
fn names_of_all_lengths() -> (String, String) {
    let list = |lengths: &mut dyn Iterator<Item = usize>, write: &dyn Fn(usize) -> String| {
        lengths.map(write).collect::<Vec<_>>().join(", ")
    };
    let tags = list(&mut (1..14).chain(40..79), &|length| format!("\"tag:{}\": []", "x".repeat(length)));
    let groups = list(&mut (1..11), &|length| format!("\"group:{}\": [\"a@example.com\"]", "g".repeat(length)));
    let hosts = list(&mut (1..78), &|length| format!("\"{}\": \"10.0.0.{length}\"", "h".repeat(length)));
    let one_tag = list(&mut (40..79), &|length| {
        format!("{{\"name\": \"d{length}\", \"tags\": [\"tag:{}\"]}}", "x".repeat(length))
    });
    let many_tags = list(&mut (1..14), &|count| {
        let tags = list(&mut (1..=count), &|length| format!("\"tag:{}\"", "x".repeat(length)));
        format!("{{\"name\": \"e{count}\", \"tags\": [{tags}]}}")
    });
    let long_names = list(&mut (1..14), &|length| {
        let tags = format!("\"tag:{}\", \"tag:{}\"", "x".repeat(9), "x".repeat(50));
        format!("{{\"name\": \"{}\", \"tags\": [{tags}]}}", "w".repeat(length * 6))
    });
    let policy = format!("{{\"tagOwners\": {{{tags}}}, \"groups\": {{{groups}}}, \"hosts\": {{{hosts}}}}}");
    (policy, format!("{{\"devices\": [{one_tag}, {many_tags}, {long_names}]}}"))
}

/// Exports the policies of the tests, with the name of each.
fn exports(format: &str) -> Vec<(&'static str, String)> {
    let directory = directory(&format!("{format}/policies"));
    let hostile = ["hostile_names.hujson", "hostile_names.json"].map(|file| root().join("tests/exports").join(file));
    let [policy, facts] = hostile.each_ref().map(|path| path.to_str().unwrap());
    let hostile = export(STANDALONE, &directory, &[policy, "--tailnet", facts, "--format", format]);
    let (policy, facts) = names_of_all_lengths();
    fs::write(directory.join("lengths.hujson"), policy).unwrap();
    fs::write(directory.join("lengths.json"), facts).unwrap();
    fs::write(directory.join("empty.hujson"), "{}").unwrap();
    let lengths = ["lengths.hujson", "--tailnet", "lengths.json", "--format", format];
    vec![
        ("seed", successful(export(BLUMEOPS, &directory, &["--format", format]))),
        ("hostile_names", successful(hostile)),
        ("lengths", successful(export(STANDALONE, &directory, &lengths))),
        ("empty", successful(export(STANDALONE, &directory, &["empty.hujson", "--format", format]))),
    ]
}

/// Checks the exports of a language with the tools of that language.
fn check(language: &Language) {
    let Some(tools) = language.find_tools() else { return };
    let format = language.format;
    for (name, text) in exports(format) {
        let directory = directory(&format!("{format}/{name}"));
        language.write(&directory, &text, None);
        for formatter in language.formatters {
            let run = tools.run(formatter, &directory);
            let formatted = fs::read_to_string(directory.join(language.file)).unwrap();
            assert!(run.status == Some(0), "{name}: {formatter:?}: {}{}", run.stdout, run.stderr);
            assert_eq!(formatted, text, "{name}: {formatter:?}");
        }
        for checker in language.checkers {
            let run = tools.run(checker, &directory);
            assert!(run.status == Some(0), "{name}: {checker:?}: {}{}", run.stdout, run.stderr);
        }
    }

    let policies = directory(&format!("{format}/program"));
    let export = |name: &str, policy: &str| {
        fs::write(policies.join("policy.hujson"), policy).unwrap();
        let text = successful(export(STANDALONE, &policies, &["policy.hujson", "--format", format]));
        let directory = directory(&format!("{format}/{name}"));
        language.write(&directory, &text, Some(language.program));
        directory
    };
    let directory = export("declared", POLICY);
    for checker in language.checkers {
        let run = tools.run(checker, &directory);
        assert!(run.status == Some(0), "{checker:?}: {}{}", run.stdout, run.stderr);
    }
    assert_eq!(language.checkers.len(), language.errors.len());
    let directory = export("renamed", &POLICY.replace("k8s-api", "kube-api"));
    for (checker, message) in language.checkers.iter().zip(language.errors) {
        let run = tools.run(checker, &directory);
        let output = format!("{}{}", run.stdout, run.stderr);
        match message {
            Some(message) => assert!(run.status != Some(0) && output.contains(message), "{checker:?}: {output}"),
            None => assert!(run.status == Some(0), "{checker:?}: {output}"),
        }
    }
}

macro_rules! languages {
    ($($test:ident $format:literal)*) => {
        $(
            #[test]
            fn $test() {
                check(LANGUAGES.iter().find(|language| language.format == $format).unwrap());
            }
        )*

        #[test]
        fn every_language_is_checked() {
            let checked = [$($format),*];
            let help = process::run(STANDALONE, &directory("help"), &["export", "--help"]).stdout;
            let formats = help.split_once("Possible values:").unwrap().1.split("\n\n").next().unwrap();
            let formats = formats.lines().filter_map(|line| line.trim().strip_prefix("- ")?.split(':').next());
            let languages: Vec<&str> = formats.filter(|format| *format != "json").collect();
            assert_eq!(languages, checked);
        }
    };
}

languages! {
    mypy_and_pyright_accept_the_python_of_every_policy "python"
    tsc_accepts_the_typescript_of_every_policy "typescript"
    go_accepts_the_go_of_every_policy "go"
    terraform_accepts_the_hcl_of_every_policy "hcl"
    nix_accepts_the_nix_of_every_policy "nix"
    rustc_accepts_the_rust_of_every_policy "rust"
    a_shell_accepts_the_variables_of_every_policy "env"
}

#[test]
fn values_arrive_as_they_are() {
    let [policy, facts] =
        ["hostile_names.hujson", "hostile_names.json"].map(|file| root().join("tests/exports").join(file));
    let directory = directory("values");
    let arguments = [policy.to_str().unwrap(), "--tailnet", facts.to_str().unwrap(), "--format"];
    let of = |format| successful(export(STANDALONE, &directory, &[&arguments[..], &[format]].concat()));
    let device = r#"it's "x" ${y} \"#;
    let names: serde_json::Value = serde_json::from_str(&of("json")).unwrap();
    assert_eq!(names["devices"][1]["name"], device);
    assert_eq!(names["tags"][0]["doc"], "*/ alert(1) /*");
    fs::write(directory.join("tailnet.env"), of("env")).unwrap();
    let script = ". ./tailnet.env; printf '%s|%s|%s' \"$DEVICE_IT_S_X_Y\" \"$DEVICE_IF__TAGS\" \"$HOST_A_B\"";
    let run = process::run("sh", &directory, &["-c", script]);
    assert_eq!(successful(run), format!("{device}|tag:if,tag:class|a\"b"));
}

#[test]
fn a_file_is_written_checked_and_found_stale() {
    let directory = directory("generated");
    fs::write(directory.join("policy.hujson"), POLICY).unwrap();
    let run = |arguments: &[&str]| export(STANDALONE, &directory, arguments);
    let python = ["policy.hujson", "--format", "python", "--only", "tags"];
    let missing = run(&[&python[..], &["--check", "tailnet.py"]].concat());
    assert_eq!(missing.status, Some(2), "{}", missing.stderr);
    assert!(
        missing.stderr.contains("`policy export policy.hujson --format python --only tags --output tailnet.py`"),
        "{}",
        missing.stderr
    );
    assert_eq!(successful(run(&[&python[..], &["--output", "tailnet.py"]].concat())), "");
    assert_eq!(successful(run(&[&python[..], &["--check", "tailnet.py"]].concat())), "");
    fs::write(directory.join("policy.hujson"), POLICY.replace("k8s-api", "kube-api")).unwrap();
    let stale = run(&[&python[..], &["--check", "tailnet.py"]].concat());
    assert_eq!(stale.status, Some(1));
    assert!(
        stale.stdout.contains("-    K8S_API = \"tag:k8s-api\"\n+    KUBE_API = \"tag:kube-api\"\n"),
        "{}",
        stale.stdout
    );
    assert!(stale.stderr.contains("`tailnet.py` is out of date"), "{}", stale.stderr);
}

#[test]
fn two_names_that_would_be_one_identifier_are_an_error() {
    let directory = directory("collision");
    let hosts = "{\"hosts\": {\"db.prod\": \"10.0.0.1\", \"db-prod\": \"10.0.0.2\"}, \"tagOwners\": {\"tag:web\": []}}";
    fs::write(directory.join("policy.hujson"), hosts).unwrap();
    for Language { format, .. } in LANGUAGES {
        let run = export(STANDALONE, &directory, &["policy.hujson", "--format", format]);
        let expected = "\
error: the hosts `db.prod` and `db-prod` would both be the constant `db_prod`
help: rename one of the two, so that they differ in more than signs and capitals, or leave out their kind with `--only`
";
        assert_eq!((run.status, run.stdout.as_str(), run.stderr.as_str()), (Some(2), "", expected), "{format}");
        let only = export(STANDALONE, &directory, &["policy.hujson", "--format", format, "--only", "tags,groups"]);
        assert!(successful(only).contains("tag:web"));
    }
    // JSON has no identifiers.
    successful(export(STANDALONE, &directory, &["policy.hujson", "--format", "json"]));
}

#[test]
fn the_go_package_and_the_local_value_have_the_wanted_name() {
    let directory = directory("name");
    fs::write(directory.join("policy.hujson"), POLICY).unwrap();
    for (format, name, expected) in [
        ("go", "policy", "\npackage policy\n"),
        ("hcl", "names", "\n  names = {\n"),
        ("go", "tail_2", "package tail_2"),
    ] {
        let run = export(STANDALONE, &directory, &["policy.hujson", "--format", format, "--name", name]);
        assert!(successful(run).contains(expected));
    }
    for name in ["a-b", "", "2a", "type", "a b", "É"] {
        let run = export(STANDALONE, &directory, &["policy.hujson", "--format", "go", "--name", name]);
        let expected = format!("error: `{name}` is not a valid name\n");
        assert!(run.status == Some(2) && run.stderr.starts_with(&expected), "{}", run.stderr);
    }
}

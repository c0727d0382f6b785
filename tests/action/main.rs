//! Runs the scripts of the GitHub action, with the real `policy` and a stand-in for GitHub's program.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use policy_test_support::process::{self, Run, empty_directory, names};
use policy_test_support::root;

const OPEN: &str = r#"{"grants": [{"src": ["*"], "dst": ["*"], "ip": ["*"]}]}"#;
const CLOSED: &str = r#"{"grants": []}"#;

/// A folder like that of a job, with files that the runner gives to a step.
struct Job {
    folder: PathBuf,
}

impl Job {
    fn new(name: &str) -> Job {
        let job = Job { folder: empty_directory(env!("CARGO_TARGET_TMPDIR"), &format!("action-{name}")) };
        fs::create_dir(job.folder.join("bin")).unwrap();
        symlink(env!("CARGO_BIN_EXE_standalone"), job.folder.join("bin/policy")).unwrap();
        symlink(root().join("tests/action/gh"), job.folder.join("bin/gh")).unwrap();
        for name in ["output", "summary", "path", "log", "comments"] {
            fs::write(job.folder.join(name), "").unwrap();
        }
        job
    }

    fn write(&self, name: &str, text: &str) -> &Job {
        fs::write(self.folder.join(name), text).unwrap();
        self
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.join(name)).unwrap()
    }

    /// Runs a script of the action. The variables are those of its step in action.yml.
    fn run(&self, script: &str, variables: &[(&str, &str)]) -> Run {
        let mut command: Command = process::command(root().join("action").join(script), &self.folder, &[] as &[&str]);
        let path = std::env::var("PATH").unwrap();
        command.env("PATH", format!("{}:{path}", self.folder.join("bin").display()));
        let defaults =
            [("POLICY_FILE", "policy.hujson"), ("POLICY_BASE", ""), ("POLICY_PLAN", ""), ("POLICY_ARGUMENTS", "")];
        command.envs(defaults).env_remove("GITHUB_BASE_REF");
        command.env("RUNNER_TEMP", &self.folder).env("RUNNER_OS", "Linux").env("RUNNER_ARCH", "X64");
        command
            .env("GITHUB_REPOSITORY", "o/r")
            .env("GITHUB_SERVER_URL", "https://github.com")
            .env("GITHUB_RUN_ID", "7");
        for (variable, file) in [("OUTPUT", "output"), ("STEP_SUMMARY", "summary"), ("PATH", "path")]
            .map(|(name, file)| (format!("GITHUB_{name}"), file))
        {
            command.env(variable, self.folder.join(file));
        }
        command.env("GH_FOLDER", &self.folder).env("GH_LOG", self.folder.join("log"));
        command.envs(variables.iter().copied()).output().unwrap().into()
    }
}

#[test]
fn a_check_annotates_and_has_the_status_of_the_program() {
    for (text, status, annotation) in
        [(CLOSED, 0, ""), (r#"{"grants": 1}"#, 1, "::error title=wrong-type,file=policy.hujson")]
    {
        let job = Job::new(&format!("check-{status}"));
        let run = job.write("policy.hujson", text).run("run", &[("POLICY_COMMAND", "check")]);
        assert_eq!(run.status, Some(status), "{}", run.stderr);
        assert!(run.stdout.starts_with(annotation), "{}", run.stdout);
        assert_eq!(job.read("output"), format!("status={status}\n"));
    }
}

#[test]
fn a_difference_is_a_result_and_not_a_failure() {
    let job = Job::new("diff");
    job.write("old.hujson", CLOSED).write("policy.hujson", OPEN);
    let variables = [("POLICY_COMMAND", "diff"), ("POLICY_BASE", "old.hujson")];
    assert_eq!(job.run("run", &variables).status, Some(0));
    let report = job.folder.join("policy-diff.md");
    assert_eq!(job.read("output"), format!("report={}\nstatus=1\nchanged=true\n", report.display()));
    assert_eq!(job.read("summary"), fs::read_to_string(report).unwrap());
    assert!(job.read("summary").contains('*'), "{}", job.read("summary"));

    let same = Job::new("diff-same");
    same.write("old.hujson", OPEN).write("policy.hujson", OPEN);
    assert_eq!(same.run("run", &variables).status, Some(0));
    assert!(same.read("output").ends_with("status=0\nchanged=false\n"), "{}", same.read("output"));
}

#[test]
fn a_difference_fails_if_the_arguments_ask_for_it() {
    let job = Job::new("diff-denied");
    job.write("old.hujson", CLOSED).write("policy.hujson", OPEN);
    let variables =
        [("POLICY_COMMAND", "diff"), ("POLICY_BASE", "old.hujson"), ("POLICY_ARGUMENTS", "--deny-new-access\n")];
    assert_eq!(job.run("run", &variables).status, Some(1));
}

#[test]
fn a_difference_is_that_to_the_branch_of_the_pull_request() {
    let job = Job::new("diff-base");
    let git = |arguments: &[&str]| {
        let identity = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main"];
        process::successful(process::run("git", &job.folder, &[&identity, arguments].concat()))
    };
    job.write("policy.hujson", CLOSED);
    git(&["init", "--quiet"]);
    git(&["add", "policy.hujson"]);
    git(&["commit", "--quiet", "--message", "first"]);
    git(&["remote", "add", "origin", "."]);
    job.write("policy.hujson", OPEN);
    let run = job.run("run", &[("POLICY_COMMAND", "diff"), ("GITHUB_BASE_REF", "main")]);
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    assert!(job.read("output").ends_with("status=1\nchanged=true\n"));
}

#[test]
fn what_cannot_be_done_fails_and_says_why() {
    for (variables, message) in [
        (vec![("POLICY_COMMAND", "destroy")], "::error::the input `command` is `destroy`: write `check`"),
        (vec![("POLICY_COMMAND", "diff")], "::error::outside a pull request, `diff` needs the input `base`"),
        (vec![("POLICY_COMMAND", "push")], "::error::there is no plan"),
    ] {
        let run = Job::new("wrong").write("policy.hujson", CLOSED).run("run", &variables);
        assert_eq!(run.status, Some(2));
        assert!(run.stdout.starts_with(message), "{}", run.stdout);
    }
}

#[test]
fn an_input_is_never_run() {
    let job = Job::new("injection");
    let name = "$(touch touched) `touch touched`; touch touched";
    job.write(name, CLOSED);
    let run = job.run("run", &[("POLICY_COMMAND", "check"), ("POLICY_FILE", name), ("POLICY_ARGUMENTS", "--help\n")]);
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    assert!(!names(&job.folder).contains(&"touched".to_owned()));
    let description = fs::read_to_string(root().join("action.yml")).unwrap();
    let scripts = description.lines().filter(|line| line.trim_start().starts_with("run:"));
    assert_eq!(scripts.filter(|line| line.contains("${{")).count(), 0);
}

#[test]
fn a_step_gets_the_variables_that_its_script_reads() {
    let description = fs::read_to_string(root().join("action.yml")).unwrap();
    for script in names(&root().join("action")) {
        let text = fs::read_to_string(root().join("action").join(&script)).unwrap();
        let step = description.split("\n    - ").find(|step| step.contains(&format!("/action/{script}\"'"))).unwrap();
        let documented = text.lines().filter_map(|line| line.strip_prefix("# POLICY_")?.split(' ').next());
        let mut documented: Vec<&str> = documented.collect();
        let given = step.lines().filter_map(|line| line.trim().strip_prefix("POLICY_")?.split(':').next());
        let mut given: Vec<&str> = given.collect();
        documented.sort_unstable();
        given.sort_unstable();
        assert_eq!(documented, given, "{script}");
        assert!(documented.iter().all(|name| text.matches(&format!("POLICY_{name}")).count() > 1), "{script}");
    }
}

#[test]
fn the_program_of_a_release_is_installed() {
    for (version, reference, expected) in
        [("", "v0.3.1", "0.3.1"), ("0.2.0", "v0.3.1", "0.2.0"), ("v0.2.0", "main", "0.2.0"), ("", "main", "0.9.0")]
    {
        let job = Job::new("install");
        let run =
            job.run("install", &[("POLICY_VERSION", version), ("POLICY_REPOSITORY", "o/p"), ("POLICY_REF", reference)]);
        assert_eq!(run.status, Some(0), "{}{}", run.stdout, run.stderr);
        let folder = job.read("path");
        assert!(folder.trim_end().ends_with(&format!("/tailnet-policy-{expected}-x86_64-unknown-linux-musl")));
        let program = Path::new(folder.trim_end()).join("policy");
        assert_eq!(process::successful(process::run(program, &job.folder, &[] as &[&str])), "installed\n");
    }
}

#[test]
fn a_program_that_cannot_be_trusted_is_not_installed() {
    let files = [("tampered", "", "is wrong"), ("broken", "attestation verify", "was not built by `o/p`")];
    for (file, text, message) in files {
        let job = Job::new("untrusted");
        job.write(file, text);
        let run = job.run("install", &[("POLICY_VERSION", "0.1.0"), ("POLICY_REPOSITORY", "o/p"), ("POLICY_REF", "")]);
        assert_eq!(run.status, Some(2));
        assert!(run.stdout.contains(message), "{}", run.stdout);
        assert_eq!(job.read("path"), "");
    }
}

#[test]
fn a_comment_is_edited_and_not_repeated() {
    let variables = |job: &Job| job.folder.join("report.md").to_str().unwrap().to_owned();
    for (comments, call) in [
        ("", "api --method POST repos/o/r/issues/5/comments"),
        ("12\n34\n", "api --method PATCH repos/o/r/issues/comments/12"),
    ] {
        let job = Job::new("comment");
        job.write("comments", comments).write("report.md", "gained\n");
        let report = variables(&job);
        let variables = [("POLICY_COMMAND", "diff"), ("POLICY_REPORT", &*report), ("POLICY_PULL_REQUEST", "5")];
        let run = job.run("comment", &variables);
        assert_eq!(run.status, Some(0), "{}", run.stderr);
        assert!(job.read("log").lines().last().unwrap().starts_with(call), "{}", job.read("log"));
        assert_eq!(job.read("body"), "<!-- tailnet policy: diff -->\ngained\n");
    }
}

#[test]
fn a_long_report_is_cut_at_a_line() {
    let job = Job::new("comment-long");
    job.write("report.md", &"- a line of the report\n".repeat(9000));
    let report = job.folder.join("report.md");
    let variables =
        [("POLICY_COMMAND", "plan"), ("POLICY_REPORT", report.to_str().unwrap()), ("POLICY_PULL_REQUEST", "5")];
    assert_eq!(job.run("comment", &variables).status, Some(0));
    let body = job.read("body");
    assert!(body.len() < 65_536);
    let rest =
        "- a line of the report\n\nThe rest is on [the page of the run](https://github.com/o/r/actions/runs/7).\n";
    assert!(body.ends_with(rest), "{}", &body[59_900..]);
}

#[test]
fn a_fork_without_permission_to_comment_does_not_fail() {
    for broken in ["api --paginate", "api --method"] {
        let job = Job::new("comment-denied");
        job.write("broken", broken).write("report.md", "gained\n");
        let report = job.folder.join("report.md");
        let variables =
            [("POLICY_COMMAND", "diff"), ("POLICY_REPORT", report.to_str().unwrap()), ("POLICY_PULL_REQUEST", "5")];
        let run = job.run("comment", &variables);
        assert_eq!(run.status, Some(0), "{}", run.stderr);
        assert!(run.stdout.starts_with("::notice::"), "{}", run.stdout);
    }
}

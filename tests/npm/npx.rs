//! `npx tailnet-policy-wasm` beside the native program: the same output, exit status and files.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use policy_test_support::process::{self, Run, empty_directory, names};
use policy_test_support::{require, terminal};

use crate::answers::timeless;
use crate::package;

const POLICY: &str = "{
	\"tagOwners\": {\"tag:web\": [], \"tag:db\": []},
	\"grants\": [
		{\"src\": [\"tag:web\"], \"dst\": [\"tag:db\"], \"ip\": [\"tcp:5432\", \"tcp:5432\"]},
	],
}
";

/// Command lines, each after `policy`, and whether the policy comes on stdin.
const COMMAND_LINES: &[(&str, bool)] = &[
    ("check policy.hujson", false),
    ("check ./policy.hujson", false),
    ("check ../here/policy.hujson", false),
    ("check misspelt.hujson", false),
    ("check policy.hujson misspelt.hujson", false),
    ("check --format=json misspelt.hujson", false),
    ("check --fix policy.hujson", false),
    ("check --fix --unsafe-fixes misspelt.hujson", false),
    ("check --diff policy.hujson", false),
    ("check --deny-warnings policy.hujson", false),
    ("check -", true),
    ("check nothing.hujson", false),
    ("check --tailnet=facts.json policy.hujson", false),
    ("check --tailnet none.json policy.hujson", false),
    ("check promised.hujson", false),
    ("check", false),
    ("fmt policy.hujson", false),
    ("fmt -", true),
    ("fmt --check policy.hujson", false),
    ("fmt --diff policy.hujson misspelt.hujson", false),
    ("fmt broken.hujson", false),
    ("explain policy.hujson tag:web tag:db:5432", false),
    ("explain policy.hujson tag:web tag:db:22", false),
    ("explain misspelt.hujson tag:web tag:db:22", false),
    ("explain policy.hujson tag:web", false),
    ("who policy.hujson tag:db", false),
    ("what --format=json policy.hujson tag:web", false),
    ("diff policy.hujson misspelt.hujson", false),
    ("diff policy.hujson promised.hujson", false),
    ("import policy.hujson", false),
    ("names policy.hujson", false),
    ("what misspelt.hujson tag:web", false),
    ("check latin.hujson", false),
    ("check latin.hujson misspelt.hujson", false),
    ("check mark.hujson", false),
    ("fmt mark.hujson", false),
    ("fmt link.hujson", false),
    ("fmt policy.hujson twin.hujson", false),
    ("check --fix link.hujson", false),
    ("check .", false),
    ("check folder", false),
    ("check folder/none.hujson", false),
    ("check policy.hujson/none", false),
    ("check loose.hujson", false),
    ("export policy.hujson --format=typescript --output=folder/tailnet.ts", false),
    ("export policy.hujson --format typescript -o folder/tailnet.ts", false),
    ("export policy.hujson --format typescript -ofolder/tailnet.ts", false),
    ("export policy.hujson --format go --output ../tailnet.go", false),
    ("export policy.hujson --format go --output none/tailnet.go", false),
    ("export policy.hujson --format go --output folder", false),
    ("export policy.hujson --format go --output policy.hujson", false),
    ("export policy.hujson --format go --output /dev/stdout", false),
    ("migrate policy.hujson", false),
    ("test policy.hujson", false),
    ("compile policy.hujson", false),
    ("check /dev/stdin", true),
    ("diff - policy.hujson", true),
    ("frobnicate", false),
    ("--version", false),
    ("explain --help", false),
];

/// Variables of the environment, with a command that has findings on stdout and one on stderr.
const ENVIRONMENTS: &[&[(&str, &str)]] = &[
    &[("CLICOLOR_FORCE", "1")],
    &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")],
    &[("CLICOLOR", "1")],
    &[("POLICY_TODAY", "2031-02-03")],
    &[("POLICY_TODAY", "soon")],
];

const COLOURED: [&str; 3] = ["check misspelt.hujson", "names misspelt.hujson", "expiring --format=json policy.hujson"];

/// The two programs: the native one, and `npx`, which is a script.
struct Programs {
    node: PathBuf,
    script: PathBuf,
    test: &'static str,
}

impl Programs {
    fn find(test: &'static str) -> Option<Programs> {
        let (node, package) = (require::node()?, package()?);
        Some(Programs { node, script: package.join("bin/policy.js"), test })
    }

    /// Makes a folder with the files of the test. Returns it.
    fn folder(&self, name: &str) -> PathBuf {
        let folder = empty_directory(env!("CARGO_TARGET_TMPDIR"), &format!("{}/{name}", self.test)).join("here");
        fs::create_dir_all(folder.join("folder")).unwrap();
        let misspelt = POLICY.replace("\"tag:db\"]", "\"tag:bd\"]");
        let mark = format!("\u{feff}{POLICY}");
        for (name, content) in [
            ("policy.hujson", POLICY.as_bytes()),
            ("misspelt.hujson", misspelt.as_bytes()),
            ("broken.hujson", b"{\"grants\": ["),
            ("latin.hujson", b"{\n// caf\xe9\n}"),
            ("mark.hujson", mark.as_bytes()),
            ("linked.hujson", POLICY.as_bytes()),
            ("one.hujson", POLICY.as_bytes()),
            ("promised.hujson", POLICY.replace("5432", "80").as_bytes()),
            ("promised.invariants", b"never tag:web -> tag:db on 80;\n"),
            ("facts.json", b"{\"devices\": [{\"name\": \"cellar\", \"tags\": [\"tag:db\"]}]}\n"),
        ] {
            fs::write(folder.join(name), content).unwrap();
        }
        fs::set_permissions(folder.join("linked.hujson"), fs::Permissions::from_mode(0o600)).unwrap();
        symlink("linked.hujson", folder.join("link.hujson")).unwrap();
        symlink("nowhere.hujson", folder.join("loose.hujson")).unwrap();
        fs::hard_link(folder.join("one.hujson"), folder.join("twin.hujson")).unwrap();
        folder
    }

    /// Returns a command of each program, which runs in a folder of its own.
    fn commands(&self, line: &str) -> [Command; 2] {
        let arguments: Vec<&str> = line.split_whitespace().collect();
        let native = process::command(env!("CARGO_BIN_EXE_standalone"), &self.folder("native"), &arguments);
        let mut npx = process::command(&self.node, &self.folder("npx"), &[&self.script]);
        npx.args(arguments);
        [native, npx]
    }
}

/// What a command did: its output, and the files with their modes and targets of links.
fn done(line: &str, command: &Command, run: &Run) -> String {
    let folder = command.get_current_dir().unwrap().parent().unwrap();
    let output = format!("{:?}\n{}\n{}", run.status, run.stdout, run.stderr).replace("standalone", "policy");
    let mut done = format!("policy {line}: {}\n", timeless(&output));
    describe(folder, &mut done);
    done
}

fn describe(folder: &Path, files: &mut String) {
    for name in names(folder) {
        let path = folder.join(&name);
        let metadata = fs::symlink_metadata(&path).unwrap();
        if metadata.is_dir() {
            describe(&path, files);
        } else {
            let target = fs::read_link(&path).unwrap_or_default();
            let (mode, links) = (metadata.mode(), metadata.nlink());
            let text = String::from_utf8_lossy(&fs::read(&path).unwrap_or_default()).into_owned();
            files.push_str(&format!("{name} {mode:o} {links} {}: {text}\n", target.display()));
        }
    }
}

/// Fails if the two programs have not done the same.
fn compare(pairs: impl IntoIterator<Item = [String; 2]>) {
    let (mut count, mut wrong) = (0, Vec::new());
    for [native, npx] in pairs {
        count += 1;
        if native != npx {
            wrong.push(format!("native: {native}\nnpx: {npx}"));
        }
    }
    let line = format!("npx: {count} command lines, {} differ\n", wrong.len());
    std::io::stderr().write_all(line.as_bytes()).unwrap();
    assert!(wrong.is_empty(), "{line}{}", wrong.join("\n\n"));
}

#[test]
fn npx_does_what_the_program_does() {
    let Some(programs) = Programs::find("npx") else { return };
    let usual = COMMAND_LINES.iter().map(|(line, has_stdin)| {
        let stdin = if *has_stdin { POLICY } else { "" };
        programs.commands(line).map(|mut command| {
            let run = process::run_command_with_stdin(&mut command, stdin);
            done(line, &command, &run)
        })
    });
    let in_environments = ENVIRONMENTS.iter().flat_map(|variables| COLOURED.map(|line| (variables, line)));
    let in_environments = in_environments.map(|(variables, line)| {
        programs.commands(line).map(|mut command| {
            command.envs(variables.iter().copied());
            let run = command.output().unwrap().into();
            done(&format!("{line} {variables:?}"), &command, &run)
        })
    });
    let on_terminal = COLOURED.iter().filter_map(|line| {
        let [native, npx] = programs.commands(line);
        let shown = |command: Command| Some(done(line, &command, &terminal::run(&command, "")?));
        Some([shown(native)?, shown(npx)?])
    });
    compare(usual.chain(in_environments).chain(on_terminal));
}

/// The native program also has commands that need the system. Its help lists them, and `npx` says
/// what they need.
#[test]
fn npx_says_what_it_cannot_do() {
    let Some(programs) = Programs::find("npx-cannot") else { return };
    for line in ["push policy.hujson", "lsp", "scan .", "diff git:HEAD:policy.hujson policy.hujson"] {
        let [_, mut npx] = programs.commands(line);
        let run = Run::from(npx.output().unwrap());
        assert_eq!((run.status, run.stdout.as_str()), (Some(2), ""), "{line}: {}", run.stderr);
        assert!(run.stderr.starts_with("error: ") && run.stderr.contains("need"), "{line}: {}", run.stderr);
    }
    let [_, mut npx] = programs.commands("--help");
    let help = Run::from(npx.output().unwrap());
    assert!(help.status == Some(0) && help.stdout.contains("Usage: policy"), "{help:?}");
}

/// A file that cannot be written is reported, and nothing else is said to be done.
#[test]
fn npx_says_what_it_could_not_write() {
    let Some(programs) = Programs::find("npx-write") else { return };
    let line = "export policy.hujson --format go --output /proc/tailnet.go";
    let [_, mut npx] = programs.commands(line);
    let run = Run::from(npx.output().unwrap());
    assert_eq!((run.status, run.stdout.as_str()), (Some(2), ""));
    assert!(run.stderr.starts_with("error: ") && run.stderr.contains("/proc/tailnet.go"), "{}", run.stderr);
}

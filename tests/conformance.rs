//! The verdicts of Tailscale's control plane on real policies, where the captures are at hand.
//!
//! `POLICY_CONFORMANCE` names a directory of captures, or one with such a directory `given`; each file of it is a JSON
//! array of cases. Without the variable, one beside the workspace is looked for. A case has an `id`, a `category`, a `policy` (and perhaps the `policy_text` that
//! was sent), the tailnet's `users` and `nodes`, a `status`, and for a rejection the `message`.
//!
//! `cargo test -p policy-tests --test conformance -- --nocapture` shows the agreement by category.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use policy_core::check::rejection;
use policy_core::{Code, Diagnostic, Policy};
use serde_json::{Value, json};

const VARIABLE: &str = "POLICY_CONFORMANCE";

/// The captures beside the workspace.
fn known_captures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/conformance/given")
}

/// Every case of the directory that was named, else of the captures beside the workspace, else none.
fn cases() -> Vec<Case> {
    match std::env::var_os(VARIABLE) {
        Some(named) => {
            let given = Path::new(&named).join("given");
            cases_in(if given.is_dir() { &given } else { Path::new(&named) })
        }
        None if known_captures().is_dir() => cases_in(&known_captures()),
        None => {
            println!("skipped: there are no captures beside the workspace, and {VARIABLE} names none");
            Vec::new()
        }
    }
}

fn cases_in(directory: &Path) -> Vec<Case> {
    let entries = fs::read_dir(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    let mut cases = Vec::new();
    for path in paths {
        let file: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let array = file.as_array().unwrap_or_else(|| panic!("{} is no array", path.display()));
        cases.extend(array.iter().cloned().map(Case));
    }
    assert!(!cases.is_empty(), "{} has no cases", directory.display());
    cases
}

struct Case(Value);

impl Case {
    fn text(&self, field: &str) -> &str {
        self.0[field].as_str().unwrap_or_default()
    }

    /// The policy as it was sent, or the same value where its text is not known.
    fn policy(&self) -> String {
        self.0["policy_text"].as_str().map_or_else(|| self.0["policy"].to_string(), str::to_owned)
    }

    fn facts(&self) -> String {
        json!({"users": self.0["users"], "nodes": self.0["nodes"]}).to_string()
    }

    fn findings(&self) -> Vec<Diagnostic> {
        policy_core::findings(&Policy::with_facts(&self.policy(), &self.facts()))
    }

    fn is_rejected(&self) -> bool {
        match self.text("status") {
            "reject" => true,
            "accept" => false,
            other => panic!("{}: `{other}` is no status", self.text("id")),
        }
    }

    fn quirks(&self) -> &[Value] {
        self.0["quirks"].as_array().map_or(&[], Vec::as_slice)
    }

    /// Whether an oddity of the capture makes this of it no evidence.
    fn is_odd(&self, what: &str) -> bool {
        let affects = |quirk: &Value| quirk["affects"].as_array().is_some_and(|all| all.iter().any(|one| one == what));
        self.quirks().iter().any(affects)
    }

    /// Compares a verdict, `None` or the reason for a rejection, with Tailscale's.
    fn compare(&self, verdict: Option<&str>) -> Outcome {
        let (id, message) = (self.text("id"), self.text("message"));
        match (self.is_rejected(), verdict) {
            _ if self.is_odd("status") => Outcome::Odd,
            (false, None) => Outcome::Agreed,
            (true, Some(_)) if self.is_odd("message") => Outcome::Odd,
            (true, Some(reason)) if reason.contains(message) => Outcome::Agreed,
            (true, Some(reason)) => Outcome::Wrong(format!("{id}: Tailscale says {message:?}, we say {reason:?}")),
            (true, None) => Outcome::Wrong(format!("{id}: Tailscale says {message:?}, we accept it")),
            (false, Some(reason)) => Outcome::Wrong(format!("{id}: Tailscale accepts it, we say {reason:?}")),
        }
    }
}

enum Outcome {
    Agreed,
    /// The capture is no evidence here.
    Odd,
    Wrong(String),
}

#[derive(Default)]
struct Tally {
    agreed: usize,
    odd: usize,
    wrong: usize,
}

#[test]
fn every_verdict_is_tailscales() {
    let mut tallies: BTreeMap<(String, bool), Tally> = BTreeMap::new();
    let mut wrong = Vec::new();
    for case in cases() {
        let tally = tallies.entry((case.text("category").to_owned(), case.is_rejected())).or_default();
        match case.compare(rejection(&case.findings())) {
            Outcome::Agreed => tally.agreed += 1,
            Outcome::Odd => tally.odd += 1,
            Outcome::Wrong(difference) => {
                tally.wrong += 1;
                wrong.push(difference);
            }
        }
        for quirk in case.quirks().iter().filter(|_| case.is_odd("status") || case.is_odd("message")) {
            println!("{}: {}", case.text("id"), quirk["note"].as_str().or(quirk["code"].as_str()).unwrap_or_default());
        }
    }
    println!("{:<12} {:<7} {:>6} {:>5} {:>5}", "category", "status", "agreed", "odd", "wrong");
    for ((category, rejected), Tally { agreed, odd, wrong }) in &tallies {
        let status = if *rejected { "reject" } else { "accept" };
        println!("{category:<12} {status:<7} {agreed:>6} {odd:>5} {wrong:>5}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The first of each category and status, by way of a process and files.
#[test]
fn the_command_gives_the_same_verdict() {
    let mut first: BTreeMap<(String, bool), Case> = BTreeMap::new();
    for case in cases() {
        first.entry((case.text("category").to_owned(), case.is_rejected())).or_insert(case);
    }
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("conformance");
    fs::create_dir_all(&directory).unwrap();
    for case in first.values() {
        let id = case.text("id");
        fs::write(directory.join("policy.hujson"), case.policy()).unwrap();
        fs::write(directory.join("facts.json"), case.facts()).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_standalone"))
            .current_dir(&directory)
            .args(["compile", "policy.hujson", "--tailnet", "facts.json"])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{id}: {}", String::from_utf8_lossy(&output.stderr));
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        let findings = case.findings();
        let verdict = rejection(&findings);
        assert_eq!(answer["message"].as_str(), verdict, "{id}");
        assert_eq!(answer["status"], if verdict.is_some() { "reject" } else { "accept" }, "{id}");
    }
}

/// The captures try out oddities, and these are what such a policy should be told. Nothing else is.
const EXPECTED_WARNINGS: &[Code] = &[
    Code::AllowAll,
    Code::AppWithVia,
    Code::ClosedSshPort,
    Code::EmptyList,
    Code::ExitRoute,
    Code::IdleRule,
    Code::OldForm,
    Code::PortOrProtocol,
    Code::PrivilegeAttribute,
    Code::RedundantSource,
    Code::SelectorAsAccount,
    Code::ShortCheckPeriod,
    Code::UndeclaredDeviceTag,
    // One set of names is declared for nearly all of them.
    Code::UnusedGroup,
    Code::UnusedHost,
    Code::UnusedTag,
];

/// Only of captures that somebody has read can it be said which warnings they deserve.
#[test]
fn accepted_policies_are_warned_of_oddities_only() {
    if !known_captures().is_dir() {
        return println!("skipped: there are no captures beside the workspace");
    }
    let mut unexpected = Vec::new();
    for case in cases_in(&known_captures()).iter().filter(|case| !case.is_rejected()) {
        let findings = case.findings();
        let odd = findings.iter().filter(|finding| !EXPECTED_WARNINGS.contains(&finding.code));
        unexpected.extend(odd.map(|finding| format!("{}: {}", case.text("id"), finding.message)));
    }
    assert!(unexpected.is_empty(), "{}", unexpected.join("\n"));
}

//! What Tailscale's control plane makes of real policies, where the captures are at hand.
//!
//! `POLICY_CONFORMANCE` names a directory of captures, or one with such a directory `given`; each file of it is a JSON
//! array of cases. Without the variable, they are expected in `../shared/conformance`, beside the repository. A case has an `id`, a `category`, a `policy`
//! (and perhaps the `policy_text` that was sent), the tailnet's `users` and `nodes`, a `status`, for a rejection the
//! `message`, and else in `expect` what each device got.
//!
//! `cargo test -p policy-tests --test conformance -- --nocapture` shows the agreement by category and by field.

mod case;
mod device;
mod headscale;
mod headscale_program;

use std::collections::BTreeMap;
use std::fs;

use policy_analysis::Analysis;
use policy_core::check::rejection;
use policy_core::{Code, Policy};
use policy_test_support::process;
use policy_tool::migrate::migrate;
use serde_json::{Value, json};

use case::{Case, cases, cases_in, known_captures};

/// How far answers agree with captures.
#[derive(Default)]
struct Tally {
    /// Agreeing, odd and wrong: of each category the verdicts, and of each category and field the devices.
    counts: BTreeMap<(String, &'static str), [usize; 3]>,
    oddities: Vec<String>,
    wrong: Vec<String>,
}

/// What became of one comparison.
#[derive(Clone, Copy)]
enum Agreement {
    Agreed,
    /// The capture is no evidence here.
    Odd,
    Wrong,
}

impl Tally {
    /// Compares an answer in the form of `compile` with a capture of Tailscale's.
    fn compare(&mut self, case: &Case, answer: &Value) {
        self.compare_by(case, answer, verdict, device::FIELDS);
    }

    /// Compares an answer in the form of `compile` with a capture: the verdict, and some of what each device got.
    fn compare_by(
        &mut self,
        case: &Case,
        answer: &Value,
        verdict: fn(&Case, &Value) -> (Agreement, Option<String>),
        fields: &[&'static str],
    ) {
        self.oddities.extend(case.oddities());
        let (kind, verdict) = verdict(case, answer);
        self.count(case, if case.is_rejected() { "reject" } else { "accept" }, kind);
        self.wrong.extend(verdict);
        let answered = if case.is_rejected() { None } else { answer["nodes"].as_object() };
        let Some(devices) = answered else { return };
        let names: Vec<&str> = case.nodes().iter().map(|node| node["name"].as_str().unwrap()).collect();
        for unknown in devices.keys().filter(|name| !names.contains(&name.as_str())) {
            self.wrong.push(format!("{}: there is no device {unknown}", case.text("id")));
        }
        for (name, node) in names.iter().zip(case.nodes()) {
            self.compare_device(case, name, node, devices.get(*name), fields);
        }
    }

    fn compare_device(&mut self, case: &Case, name: &str, node: &Value, ours: Option<&Value>, fields: &[&'static str]) {
        let captured = &case.0["expect"][name];
        for field in fields {
            let is_odd = captured.is_null()
                || case.is_odd(&format!("expect.{name}"))
                || case.is_odd(&format!("expect.{name}.{field}"));
            // App capabilities were asked for in some categories only.
            if *field == "app_caps" && captured[field].is_null() {
                continue;
            }
            let captured = device::field(captured, field, node);
            let ours = ours.map(|ours| device::field(ours, field, node));
            let agreement = match ours.as_ref() == Some(&captured) {
                _ if is_odd => Agreement::Odd,
                true => Agreement::Agreed,
                false => Agreement::Wrong,
            };
            self.count(case, field, agreement);
            if matches!(agreement, Agreement::Wrong) {
                let ours = ours.map_or("nothing".to_owned(), |ours| ours.to_string());
                let place = format!("{} {name} {field}", case.text("id"));
                self.wrong.push(format!("{place}:\n  captured {captured}\n  ours     {ours}"));
            }
        }
    }

    fn count(&mut self, case: &Case, what: &'static str, agreement: Agreement) {
        let counts = self.counts.entry((case.text("category").to_owned(), what)).or_default();
        counts[agreement as usize] += 1;
    }

    /// Prints all of it.
    ///
    /// # Panics
    /// If something is wrong.
    fn finish(self) {
        self.oddities.iter().for_each(|oddity| println!("{oddity}"));
        println!("{:<12} {:<20} {:>6} {:>5} {:>5}", "category", "what", "agreed", "odd", "wrong");
        for ((category, what), [agreed, odd, wrong]) in &self.counts {
            println!("{category:<12} {what:<20} {agreed:>6} {odd:>5} {wrong:>5}");
        }
        assert!(self.wrong.is_empty(), "{} differ:\n{}", self.wrong.len(), self.wrong.join("\n"));
    }
}

/// Compares status and message; what differs beside it.
fn verdict(case: &Case, answer: &Value) -> (Agreement, Option<String>) {
    let (id, message) = (case.text("id"), case.text("message"));
    let reason = (answer["status"] == "reject").then(|| answer["message"].as_str().unwrap_or_default());
    let difference = match (case.is_rejected(), reason) {
        _ if case.is_odd("status") => return (Agreement::Odd, None),
        (false, None) => return (Agreement::Agreed, None),
        (true, Some(_)) if case.is_odd("message") => return (Agreement::Odd, None),
        (true, Some(reason)) if reason.contains(message) => return (Agreement::Agreed, None),
        (true, Some(reason)) => format!("{id}: Tailscale says {message:?}, we say {reason:?}"),
        (true, None) => format!("{id}: Tailscale says {message:?}, we accept it"),
        (false, Some(reason)) => format!("{id}: Tailscale accepts it, we say {reason:?}"),
    };
    (Agreement::Wrong, Some(difference))
}

/// Returns what the library answers.
fn answer(policy: &str, facts: &Value) -> Value {
    compile(Policy::with_facts(policy, &facts.to_string()))
}

/// Returns the answer to a policy in the form of `compile`.
fn compile(policy: Policy) -> Value {
    match rejection(&policy.check()) {
        Some(message) => json!({"status": "reject", "message": message.as_ref()}),
        None => {
            let nodes = policy_core::json::Value::from(policy.validate().unwrap().compile().to_json()).to_string();
            json!({"status": "accept", "nodes": serde_json::from_str::<Value>(&nodes).unwrap()})
        }
    }
}

#[test]
fn every_policy_gets_tailscales_verdict_and_every_device_what_tailscale_gave_it() {
    let mut tally = Tally::default();
    for case in cases() {
        tally.compare(&case, &answer(&case.policy(), &case.facts()));
    }
    tally.finish();
}

/// All approvals of the captures were made by `autoApprovers`.
#[test]
fn auto_approvers_approve_what_they_approved() {
    let mut tally = Tally::default();
    for case in cases().iter().filter(|case| !case.is_rejected()) {
        let mut facts = case.facts();
        for node in facts["nodes"].as_array_mut().unwrap() {
            node.as_object_mut().unwrap().remove("approved_routes");
        }
        tally.compare(case, &answer(&case.policy(), &facts));
    }
    tally.finish();
}

/// Acls and the grants that they become are the same to Tailscale, down to the last port of every filter.
#[test]
fn migrated_acls_give_every_device_what_tailscale_gave_it() {
    let mut tally = Tally::default();
    for case in cases().iter().filter(|case| !case.is_rejected() && !case.0["policy"]["acls"].is_null()) {
        let migration = migrate(&case.policy()).unwrap_or_else(|errors| panic!("{}: {errors:?}", case.text("id")));
        assert!(Policy::parse(migration.text.as_str()).acls.is_none(), "{}", case.text("id"));
        tally.compare(case, &answer(&migration.text, &case.facts()));
    }
    tally.finish();
}

#[test]
fn the_command_answers_the_same() {
    let directory = process::empty_directory(env!("CARGO_TARGET_TMPDIR"), "conformance");
    let mut tally = Tally::default();
    for case in cases() {
        let id = case.text("id");
        fs::write(directory.join("policy.hujson"), case.policy()).unwrap();
        fs::write(directory.join("facts.json"), case.facts().to_string()).unwrap();
        let arguments = ["compile", "policy.hujson", "--tailnet", "facts.json"];
        let output = process::run(env!("CARGO_BIN_EXE_standalone"), &directory, &arguments);
        assert_eq!(output.status, Some(0), "{id}: {}", output.stderr);
        tally.compare(&case, &serde_json::from_str(&output.stdout).unwrap());
    }
    tally.finish();
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
    Code::RedundantRule,
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
    let Some(directory) = known_captures() else { return };
    let mut unexpected = Vec::new();
    for case in cases_in(&directory).iter().filter(|case| !case.is_rejected()) {
        let findings = Policy::with_facts(&case.policy(), &case.facts().to_string()).check();
        let odd = findings.iter().filter(|finding| !EXPECTED_WARNINGS.contains(&finding.code));
        unexpected.extend(odd.map(|finding| format!("{}: {}", case.text("id"), finding.message)));
    }
    assert!(unexpected.is_empty(), "{}", unexpected.join("\n"));
}

//! Tests against captured answers of Tailscale's control plane, if the corpus is available.
//!
//! `POLICY_CONFORMANCE` names a directory of captures, or one that contains such a directory
//! `given`. Each file is a JSON array of cases. Without the variable, they are expected in
//! `../shared/conformance`, beside the repository. A case has an `id`, a `category`, a `policy`
//! (and sometimes the `policy_text` that was sent), the tailnet's `users` and `nodes`, and a
//! `status`. A rejection has the `message`. Otherwise, `expect` has the configuration that each
//! device received.
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

/// The number of answers that agree with captures.
#[derive(Default)]
struct Tally {
    /// The numbers of agreeing, odd and wrong results: of verdicts by category, and of devices by
    /// category and field.
    counts: BTreeMap<(String, &'static str), [usize; 3]>,
    oddities: Vec<String>,
    wrong: Vec<String>,
}

/// The result of one comparison.
#[derive(Clone, Copy)]
enum Agreement {
    Agreed,
    /// The capture is not evidence for this field.
    Odd,
    Wrong,
}

impl Tally {
    /// Compares an answer in the form of `compile` with a capture of Tailscale.
    fn compare(&mut self, case: &Case, answer: &Value) {
        self.compare_by(case, answer, verdict, device::FIELDS);
    }

    /// Compares an answer in the form of `compile` with a capture: the verdict, and some fields of
    /// each device's configuration.
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
            // App capabilities were captured in some categories only.
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

    /// Prints all results.
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

/// Compares the status and the message. Returns the result and the difference.
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

/// Returns the library's answer.
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

/// All approved routes in the captures were approved by `autoApprovers`.
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

/// Tailscale gives the same filters for ACLs and the grants that they are migrated to, including
/// every port.
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

/// The warnings that the odd policies in the captures are expected to have.
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
    // Most captures share one set of declared names.
    Code::UnusedGroup,
    Code::UnusedHost,
    Code::UnusedTag,
];

/// The expected warnings are known only for captures that a person has reviewed.
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

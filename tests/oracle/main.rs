//! Compares every analysis with the packets of random tailnets, and the packets with Tailscale's
//! own filter.
//!
//! Each test draws policies of every [`Shape`], and four tailnets for each. `POLICIES=5000` draws
//! this many policies of each shape, `SHAPE=Families` only those of one shape, and `SHOW_KNOWN=1`
//! shows known differences, too. A failing case is made as small as possible and printed.

mod answers;
mod coverage;
mod difference;
mod invariants;
mod known_open;
mod matrix;
mod packets;
mod real_filter;
mod redundancy;
mod ssh;

use std::collections::BTreeMap;
use std::io::Write as _;

use known_open::is_known_open;
use policy_generate::cases::{Shape, case};
use policy_generate::small::seeds;
use policy_oracle::shrink::shrink;
use serde_json::{Value, json};

/// A statement of an analysis that packets contradict.
#[derive(Clone, Debug)]
pub(crate) struct Difference {
    /// The kind of difference. Cases are made smaller while they have one of this kind.
    pub(crate) kind: &'static str,
    /// The statement, and the fact.
    pub(crate) what: String,
    /// The question, if the check has many. See [`is_asked`].
    pub(crate) question: Option<String>,
}

impl Difference {
    pub(crate) fn new(kind: &'static str, what: String) -> Difference {
        Difference { kind, what, question: None }
    }

    /// Adds the question.
    pub(crate) fn of(self, question: String) -> Difference {
        Difference { question: Some(question), ..self }
    }
}

/// The result of a check, with the number of its questions.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    pub(crate) differences: Vec<Difference>,
    pub(crate) questions: usize,
}

/// A check that compares an analysis with the packets of a case.
type Check = fn(&Value) -> Checked;

/// The maximum number of differences to show for a kind and a shape.
const SHOWN: usize = 1;

/// Runs a check on cases of each shape.
fn compare(name: &str, usual: u64, check: Check) {
    compare_shapes(name, Shape::ALL, usual, check);
}

/// Runs a check on cases of some shapes.
fn compare_shapes(name: &str, shapes: &[Shape], usual: u64, check: Check) {
    let only = std::env::var("SHAPE").ok();
    let (mut report, mut questions, mut failed) = (String::new(), 0, 0);
    let (start, mut policies) = (std::time::Instant::now(), 0);
    for &shape in shapes.iter().filter(|shape| only.as_ref().is_none_or(|only| *only == format!("{shape:?}"))) {
        let mut found: BTreeMap<&str, usize> = BTreeMap::new();
        for seed in seeds(usual) {
            let case = case(seed, shape);
            let checked = check(&case);
            policies += 1;
            questions += checked.questions;
            let mut kinds: Vec<&str> = checked.differences.iter().map(|difference| difference.kind).collect();
            kinds.sort_unstable();
            kinds.dedup();
            for kind in kinds {
                let count = found.entry(kind).or_default();
                *count += 1;
                if *count > SHOWN || is_known_open(kind, shape) {
                    continue;
                }
                let first = checked.differences.iter().find(|difference| difference.kind == kind);
                let mut case = case.clone();
                case["only"] = json!(first.and_then(|first| first.question.as_ref()));
                let smallest = shrink(&case, |case| has(&check(case), kind));
                let differences = check(&smallest).differences;
                let what = differences
                    .iter()
                    .find(|difference| difference.kind == kind)
                    .map_or("", |difference| &difference.what);
                report += &format!("\n{kind} ({shape:?}, seed {seed})\n  {smallest}\n  {what}\n");
            }
        }
        for (kind, count) in found {
            report += &format!("{shape:?}: {count} of {} policies: {kind}\n", seeds(usual).end);
            failed += usize::from(!is_known_open(kind, shape));
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    let line = format!("{name}: {policies} policies, {questions} questions in {seconds:.1} s\n");
    std::io::stderr().write_all(line.as_bytes()).unwrap();
    assert!(failed == 0, "{line}{report}");
}

fn has(checked: &Checked, kind: &str) -> bool {
    checked.differences.iter().any(|difference| difference.kind == kind)
}

/// Returns whether a check asks a question about a case. Of `of` questions, one is asked. A smaller
/// case keeps its questions.
pub(crate) fn is_asked(case: &Value, question: &str, of: u64) -> bool {
    if let Some(only) = case["only"].as_str() {
        return question == only;
    }
    let seed = case["seed"].as_u64().unwrap_or_default().wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let hash = question.bytes().fold(seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    (hash >> 32) % of == 0
}

/// Returns the worlds of a case.
pub(crate) fn worlds(case: &Value) -> impl Iterator<Item = &Value> {
    case["worlds"].as_array().into_iter().flatten()
}

/// Returns the facts of a world, with invariants.
pub(crate) fn with_invariants(facts: &Value, invariants: &[&Value]) -> String {
    let mut facts = facts.clone();
    if !facts.is_object() {
        facts = json!({});
    }
    facts["invariants"] = json!(invariants);
    facts.to_string()
}

#[test]
fn an_invariant_that_holds_holds_for_every_packet() {
    compare("invariants", 4, invariants::check);
}

#[test]
fn what_is_redundant_can_be_removed() {
    compare("redundancy", 8, redundancy::check);
}

#[test]
fn a_difference_is_one_of_packets() {
    compare("diff", 3, difference::check);
}

#[test]
fn answers_about_known_devices_are_right() {
    compare("explain with facts", 1, answers::check_with_facts);
}

#[test]
fn answers_without_facts_are_right_in_every_tailnet() {
    compare("explain, who and what", 2, answers::check_without_facts);
}

#[test]
fn an_empty_cell_is_no_packet() {
    compare("matrix", 6, matrix::check);
}

#[test]
fn a_mutant_is_killed_if_a_test_or_an_invariant_changes() {
    compare("coverage", 4, coverage::check);
}

#[test]
fn logins_are_those_of_the_ssh_policies() {
    compare_shapes("ssh", &[Shape::Ssh, Shape::Shared, Shape::Everything], 6, ssh::check);
}

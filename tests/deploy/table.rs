//! What a program did in every situation, as a table.

use std::fs;

use policy_test_support::snapshot;

use crate::situation::{Observation, Program, SITUATIONS, beside_the_tests, observe};

/// Runs a program in every situation, and compares the table with a file beside the tests.
#[track_caller]
pub(crate) fn assert_table(program: &impl Program, file: &str) {
    let rows = SITUATIONS.iter().enumerate().map(|(index, situation)| {
        let observation = observe(&format!("{file}-{index}"), program, situation);
        assert_ne!(observation.stored, "something else", "{}: {observation:?}", situation.title);
        row(situation.title, &observation)
    });
    let head = "| situation | stored in the end | exit status | it says |\n| --- | --- | --- | --- |\n";
    let table = format!("{head}{}", rows.collect::<String>());
    let path = beside_the_tests(file);
    if snapshot::should_update() {
        fs::write(&path, table).unwrap();
    } else {
        assert_eq!(table, fs::read_to_string(&path).unwrap_or_default(), "see `.ci/update-snapshots`");
    }
}

fn row(title: &str, Observation { stored, status, says }: &Observation) -> String {
    let says = if says.is_empty() { "nothing".to_owned() } else { format!("`{}`", says.replace('|', "\\|")) };
    format!("| {title} | {stored} | {status} | {says} |\n")
}

//! The table of docs/deploying.md that compares the programs.

use std::fs;

use policy_test_support::{root, snapshot};

use crate::situation::beside_the_tests;

const START: &str = "<!-- situations -->\n";
const END: &str = "<!-- end of situations -->\n";

/// Returns the rows of a table, each as its title and the other cells in one.
fn rows(file: &str) -> Vec<(String, String)> {
    let table = fs::read_to_string(beside_the_tests(file)).unwrap();
    let row = |line: &str| {
        let mut cells = line.trim_matches(['|', ' ']).splitn(4, " | ");
        let mut next = || cells.next().unwrap().to_owned();
        let (title, stored, status, says) = (next(), next(), next(), next());
        (title, format!("{stored}; {status}; {says}"))
    };
    table.lines().skip(2).map(row).collect()
}

#[test]
fn the_page_has_the_table() {
    let (theirs, ours) = (rows("gitops-pusher.txt"), rows("policy.txt"));
    assert_eq!(theirs.len(), ours.len());
    let mut table = "| situation | gitops-pusher | `policy push` |\n| --- | --- | --- |\n".to_owned();
    for ((title, theirs), (same, ours)) in theirs.iter().zip(&ours) {
        assert_eq!(title, same);
        table.push_str(&format!("| {title} | {theirs} | {ours} |\n"));
    }
    let path = root().join("docs/deploying.md");
    let page = fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(START).unwrap();
    let (shown, after) = rest.split_once(END).unwrap();
    let expected = format!("\n{table}\n");
    if snapshot::should_update() {
        fs::write(path, format!("{before}{START}{expected}{END}{after}")).unwrap();
    } else {
        assert_eq!(shown, expected, "see `.ci/update-snapshots`");
    }
}

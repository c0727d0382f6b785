//! Compares the cells of a matrix with tests that have the same names.

use crate::matrix::table::*;
use policy_core::access::PortSet;
use policy_core::access::Ternary;
use policy_core::model::{Policy, Protocol};
use policy_core::testing::test_outcomes;
use policy_generate::small;
use policy_generate::small::Random;

const NAMED: &[&str] = &["alice@example.com", "bob@example.com", "tag:a", "tag:b", "tag:c", "100.64.0.2", "10.0.0.2"];
const PROTOCOLS: &[(&str, u8, u16)] =
    &[("tcp", 6, 1), ("tcp", 6, 2), ("tcp", 6, 3), ("tcp", 6, 9), ("udp", 17, 2), ("icmp", 1, 0), ("gre", 47, 0)];

/// Returns the policy with a test for every pair of ends, protocol and port.
fn with_tests(policy: &str, ends: &[&str]) -> String {
    let mut tests = String::new();
    for source in ends {
        for (name, _, port) in PROTOCOLS {
            let targets: Vec<String> = ends.iter().map(|end| format!("\"{end}:{port}\"")).collect();
            tests += &format!(r#"{{"src": "{source}", "proto": "{name}", "accept": [{}]}},"#, targets.join(", "));
        }
    }
    // Tests do not consider whether a router carries the packets.
    let policy = policy.replace(r#", "via": ["tag:r"]"#, "");
    format!("{}, \"tests\": [{tests}]}}", policy.strip_suffix('}').unwrap())
}

/// Checks that the cells agree with the tests of that policy, with no posture met.
fn compare(matrix: &Matrix, policy: &Policy, ends: &[&str], place: impl Fn(&MatrixEnd, &str) -> bool) {
    let find = |list: &[MatrixEnd], name: &str| list.iter().position(|end| place(end, name));
    let mut outcomes = test_outcomes(policy).into_iter();
    for source in ends {
        let row = find(&matrix.sources, source).map(|row| matrix.row(row));
        for &(name, number, port) in PROTOCOLS {
            for destination in ends {
                let outcome = outcomes.next().unwrap();
                // Access that depends on an unknown fact is not certain, so a plain cell does not
                // have it.
                let (Some(row), Ternary::Yes | Ternary::No) = (&row, outcome.evaluation.holds) else { continue };
                let column = find(&matrix.destinations, destination).unwrap();
                let probe = PortSet::single(Protocol(number), port);
                let cell = row.get(&column).into_iter().flatten();
                let is_reached = cell
                    .filter(|access| access.postures.is_empty() && access.depends.is_empty())
                    .any(|access| access.ports.contains(&probe));
                assert_eq!(
                    is_reached,
                    outcome.passes(),
                    "{source} to {destination} on {name}:{port} of {}",
                    policy.text
                );
            }
        }
    }
    assert!(outcomes.next().is_none());
}

#[test]
fn a_cell_says_what_tests_of_these_names_say() {
    for seed in small::seeds(300) {
        let (text, facts) = small::policy(&mut Random::new(seed));
        let people = format!("{}, \"nodes\": []}}", facts.split_once(", \"nodes\"").unwrap().0);
        let policy = Policy::with_facts(&with_tests(&text, NAMED), &people);
        compare(&Matrix::new(&policy), &policy, NAMED, |end, name| end.name() == name);
    }
}

#[test]
fn a_cell_of_devices_says_what_tests_of_their_addresses_say() {
    let addresses = ["100.64.0.2", "100.64.0.9", "100.64.0.1"];
    for seed in small::seeds(300) {
        let mut random = Random::new(seed);
        let (text, _) = small::policy(&mut random);
        let first = random.one(&[r#""user": "alice""#, r#""tags": ["tag:a", "tag:b"]"#, r#""tags": ["tag:c"]"#]);
        let facts = format!(
            r#"{{"users": [{{"name": "alice", "email": "alice@example.com", "role": "owner"}}], "nodes": [
            {{"name": "one", {first}, "ipv4": "100.64.0.2"}},
            {{"name": "two", "user": "alice", "ipv4": "100.64.0.9"}},
            {{"name": "three", "tags": ["tag:b", "tag:r"], "ipv4": "100.64.0.1"}}]}}"#
        );
        let policy = Policy::with_facts(&with_tests(&text, &addresses), &facts);
        compare(&Matrix::of_devices(&policy), &policy, &addresses, |end, name| match end {
            MatrixEnd::Device(device, _) => device.ipv4.is_some_and(|address| address.to_string() == name),
            _ => false,
        });
    }
}

#[test]
fn broad_sources_are_rows_and_what_somebody_cares_for_is_a_column() {
    let policy = Policy::parse(
        r#"{"grants": [
            {"src": ["autogroup:admin"], "dst": ["*"], "ip": ["*"]},
            {"src": ["tag:narrow"], "dst": ["tag:far"], "ip": ["443"]},
            {"src": ["tag:broad"], "dst": ["tag:a", "tag:b"], "ip": ["443"]},
            {"src": ["tag:twice"], "dst": ["tag:far"], "ip": ["22"]},
            {"src": ["tag:twice"], "dst": ["tag:far"], "ip": ["80"]},
        ], "tests": [{"src": "tag:narrow", "deny": ["tag:c:22"]}]}"#,
    );
    let matrix = Matrix::new(&policy);
    let (rows, columns) = matrix.overview();
    let names = |ends: &[MatrixEnd], places: &[usize]| {
        places.iter().map(|&place| ends[place].name().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(&matrix.sources, &rows), ["autogroup:admin", "tag:broad"]);
    assert_eq!(names(&matrix.destinations, &columns), ["tag:a", "tag:b", "tag:c", "anything else"]);

    let (rows, columns) = matrix.filled();
    assert_eq!(names(&matrix.sources, &rows), ["autogroup:admin", "tag:narrow", "tag:broad", "tag:twice"]);
    assert_eq!(names(&matrix.destinations, &columns), ["tag:far", "tag:a", "tag:b", "tag:c", "anything else"]);
}

#[test]
fn what_takes_more_stands_apart() {
    let policy = Policy::parse(
        r#"{"postures": {"posture:p": ["node:os == 'linux'"]}, "grants": [
            {"src": ["tag:a"], "dst": ["tag:b"], "ip": ["tcp:22", "tcp:80"], "srcPosture": ["posture:p"]},
            {"src": ["tag:a"], "dst": ["tag:b"], "ip": ["tcp:443"]},
            {"src": ["tag:a"], "dst": ["tag:b"], "ip": ["tcp:443"], "via": ["tag:r"]},
        ]}"#,
    );
    let cell = Matrix::new(&policy).row(0).remove(&0).unwrap();
    let said: Vec<_> =
        cell.iter().map(|access| (access.ports.to_string(), access.postures.len(), access.via.len())).collect();
    assert_eq!(said, [("tcp:443".to_owned(), 0, 0), ("tcp:22, tcp:80".to_owned(), 1, 0)]);
}

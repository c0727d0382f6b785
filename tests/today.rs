//! Tests that a crate whose policy has an end date is compiled for one day, and again for another.

use std::fs;
use std::path::Path;

use policy_test_support::process::{self, Run};
use policy_test_support::{operator_crate, process::empty_directory};

const MAIN: &str = r#"
mod tailnet {
    policy_macros::policy! {
        tagOwners { tag:web = autogroup:admin; }
        grants { "bob@example.com" -> tag:web on 443 until "2027-03-31"; }
    }
}
mod file { policy_macros::policy_file!("../policy.hujson"); }
fn main() { print!("{}{}", tailnet::HUJSON, file::HUJSON); }
"#;

const FILE: &str = "{\n\t\"grants\": [\n\t\t// policy: until 2027-04-30\n\t\t{\"src\": [\"autogroup:admin\"], \"dst\": [\"*\"], \"ip\": [\"22\"]},\n\t],\n}\n";

/// Runs the crate, compiled on a given day.
fn run_on(day: &str, krate: &Path) -> Run {
    let mut cargo = process::command(env!("CARGO"), krate, &["run", "--quiet"]);
    operator_crate::share_target(&mut cargo, env!("CARGO_TARGET_TMPDIR"));
    cargo.env("POLICY_TODAY", day).output().unwrap().into()
}

#[test]
fn another_day_compiles_the_crate_anew() {
    let krate = empty_directory(env!("CARGO_TARGET_TMPDIR"), "today");
    operator_crate::write_manifest(&krate, "compiled-for-a-day");
    fs::write(krate.join("src/main.rs"), MAIN).unwrap();
    fs::write(krate.join("policy.hujson"), FILE).unwrap();
    // Only the day changes from one round to the next.
    for (day, status, said) in [
        ("2027-03-16", Some(0), vec![]),
        ("2027-03-17", Some(0), vec!["this grant ends on 2027-03-31, in 14 days"]),
        ("2027-03-30", Some(0), vec!["this grant ends on 2027-03-31, in 1 day"]),
        ("2027-03-31", Some(0), vec!["this grant ends today, on 2027-03-31"]),
        ("2027-04-01", Some(101), vec!["this grant ended on 2027-03-31, 1 day ago [expired]"]),
        ("2027-05-01", Some(101), vec!["this grant ended on 2027-03-31", "this grant ended on 2027-04-30, 1 day ago"]),
        ("1.5.2027", Some(101), vec!["`1.5.2027`, the value of `POLICY_TODAY`, is not a valid date [invalid-date]"]),
        ("2027-03-16", Some(0), vec![]),
    ] {
        let run = run_on(day, &krate);
        assert_eq!(run.status, status, "{day}: {}", run.stderr);
        assert_eq!(run.stderr.is_empty(), said.is_empty(), "{day}: {}", run.stderr);
        for part in said {
            assert!(run.stderr.contains(part), "{day}: {}", run.stderr);
        }
        if status == Some(0) {
            assert_eq!(run.stdout.matches("// policy: until 2027-0").count(), 2, "{}", run.stdout);
        }
    }
}

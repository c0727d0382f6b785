//! Tests of the files in a directory after commands have written to it, or were prevented from
//! writing.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use policy_test_support::process;

use crate::{PROGRAM, directory, policy};

fn names(directory: &Path) -> Vec<String> {
    process::names(directory)
}

#[test]
fn a_signal_leaves_no_temporary_file() {
    let directory = directory("signal");
    let groups: Vec<String> =
        (0..2000).map(|number| format!("\"group:g{number}\":[\"a{number}@example.com\"]")).collect();
    let unformatted = format!("{{\"groups\":{{{}}}}}", groups.join(","));
    for (number, signal) in ["INT", "TERM", "HUP"].into_iter().cycle().take(30).enumerate() {
        fs::write(directory.join("policy.hujson"), &unformatted).unwrap();
        for (arguments, made) in [(&["fmt", "policy.hujson"][..], None), (&["init", "new"], Some("new"))] {
            let mut command = Command::new(PROGRAM);
            command.args(arguments).current_dir(&directory).stdout(Stdio::null()).stderr(Stdio::null());
            let mut child = command.spawn().unwrap();
            std::thread::sleep(Duration::from_micros(700 * number as u64));
            let killed =
                Command::new("kill").args(["-s", signal, &child.id().to_string()]).stderr(Stdio::null()).status();
            assert!(killed.is_ok());
            child.wait().unwrap();
            if let Some(made) = made.map(|made| directory.join(made)).filter(|made| made.exists()) {
                assert!(made.join("Cargo.toml").is_file(), "all of it, or none");
                fs::remove_dir_all(made).unwrap();
            }
            assert_eq!(names(&directory), ["policy.hujson"], "{arguments:?} after {signal}");
        }
    }
}

#[test]
fn what_a_killed_init_has_left_does_not_prevent_another() {
    let directory = directory("leftover");
    // No process has this number.
    fs::create_dir_all(directory.join("new/.policy-4294967295-0.tmp/src")).unwrap();
    let run = policy(&directory, &["init", "new"]);
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    assert!(!directory.join("new/.policy-4294967295-0.tmp").exists());
    // A file with another name is not one of ours.
    fs::create_dir_all(directory.join("mine")).unwrap();
    fs::write(directory.join("mine/.policy-notes.tmp"), "").unwrap();
    assert_eq!(policy(&directory, &["init", "mine"]).status, Some(2));
}

#[test]
fn a_formatted_file_keeps_its_other_names_and_its_long_name() {
    let directory = directory("names");
    let long = format!("{}.hujson", "n".repeat(248));
    for name in ["policy.hujson", &long] {
        fs::write(directory.join(name), "{\"grants\":  []}").unwrap();
    }
    fs::hard_link(directory.join("policy.hujson"), directory.join("other.hujson")).unwrap();
    let run = policy(&directory, &["fmt", "policy.hujson", &long]);
    assert_eq!((run.status, run.stderr.as_str()), (Some(0), ""));
    for name in ["policy.hujson", "other.hujson", &long] {
        assert_eq!(fs::read_to_string(directory.join(name)).unwrap(), "{\"grants\": []}\n");
    }
    let number = |name: &str| fs::metadata(directory.join(name)).unwrap().ino();
    assert_eq!(number("policy.hujson"), number("other.hujson"));
}

#[test]
fn a_page_can_go_to_a_pipe() {
    let directory = directory("pipe");
    fs::write(directory.join("policy.hujson"), "{\"tagOwners\": {\"tag:web\": []}, \"grants\": []}\n").unwrap();
    // Whoever reads the page before writing it waits for itself.
    let run = process::run(PROGRAM, &directory, &["docs", "policy.hujson", "--output", "/dev/stdout"]);
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    assert!(run.stdout.contains("tag:web"), "{}", run.stdout);
}

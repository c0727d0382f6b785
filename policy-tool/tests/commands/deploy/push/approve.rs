//! Pushes that are approved, and what they print and record.

use std::fs;

use policy_control_plane::{ControlPlane, Flavour};
use serde_json::Value;

use super::{Push, formatted, new};

#[test]
fn a_push_writes_saves_and_says_so() {
    let push = Push::new("writes");
    let run = push.run(&["--yes", "--log", "pushes.jsonl"]);
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    assert_eq!(push.live(), formatted(&new()));
    for said in [
        "Tailnet  the tailnet of the credential, at http://127.0.0.1:",
        "(2027-03-31, first), the newest one in git\n",
        "  + autogroup:member -> tag:web tcp:8443  (policy.hujson:9)\n",
        "1 gained (all of it new access), 0 lost\n",
        "  ✓ administrators keep port 22 and Tailscale SSH\n",
        "  ✓ the server accepts this policy, and would take the live one back\n",
        "note: devices and users are those that the API lists\n",
        "\nthe policy is live\n",
    ] {
        assert!(run.stdout.contains(said), "{said}: {}", run.stdout);
    }
    let backup = push.backups().pop().unwrap();
    assert_eq!(fs::read_to_string(&backup).unwrap(), super::POLICY);
    let restore = format!("`policy push --restore {} --overwrite {}` restores it", backup.display(), push.etag(&new()));
    assert!(run.stderr.contains(&restore), "{}", run.stderr);
    let log = fs::read_to_string(push.directory.join("pushes.jsonl")).unwrap();
    let line: Value = serde_json::from_str(log.trim_end()).unwrap();
    assert_eq!((line["outcome"].as_str(), line["exitStatus"].as_u64()), (Some("live"), Some(0)), "{log}");
    assert_eq!(line["guards"][0]["name"], "administrators");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(backup.clone()), 0o600);
        assert_eq!(mode(backup.parent().unwrap().to_owned()), 0o700);
        assert_eq!(mode(push.directory.join("pushes.jsonl")), 0o600);
    }
}

#[test]
fn the_same_policy_is_not_written_again() {
    let push = Push::new("again");
    assert_eq!(push.run(&["--yes"]).status, Some(0));
    let run = push.run(&[]);
    assert_eq!((run.status, run.stdout.as_str()), (Some(0), "the policy is already live\n"), "{}", run.stderr);
    assert_eq!(push.versions(), 2);
}

#[test]
fn a_dry_run_writes_nothing_and_its_plan_approves_one_push() {
    let push = Push::new("plan");
    let run = push.run(&["--dry-run", "--plan-out", "plan.json"]);
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    assert!(run.stdout.ends_with("this is a dry run: the policy could be written\n"), "{}", run.stdout);
    assert_eq!((push.versions(), push.backups().len()), (1, 0));
    let plan: Value = serde_json::from_str(&fs::read_to_string(push.directory.join("plan.json")).unwrap()).unwrap();
    assert_eq!(plan["from"], push.etag(super::POLICY));
    assert_eq!(plan["to"], push.etag(&new()));
    assert!(plan["difference"].as_str().unwrap().contains("+ autogroup:member -> tag:web tcp:8443"), "{plan}");

    // The policy to push has changed.
    push.write(&new().replace("tcp:8443", "tcp:8444"));
    let run = push.run(&["--plan", "plan.json"]);
    assert_eq!(run.status, Some(1));
    assert!(run.stderr.contains("error: the plan is void: it writes the version"), "{}", run.stderr);
    push.write(&new());
    let run = push.run(&["--plan", "plan.json"]);
    assert_eq!(run.status, Some(0), "{}", run.stderr);

    // The live policy has changed.
    push.write(super::POLICY);
    assert_eq!(push.run(&["--yes"]).status, Some(1), "the committed policy loses access without a loss in the guards");
}

#[test]
fn a_plan_of_another_live_policy_is_void() {
    let push = Push::new("void");
    assert_eq!(push.run(&["--dry-run", "--plan-out", "plan.json"]).status, Some(0));
    push.server.plane().edit(super::foreign());
    let run = push.run(&["--plan", "plan.json"]);
    assert_eq!(run.status, Some(1));
    assert!(run.stderr.contains("error: the plan is void: it replaces the version"), "{}", run.stderr);
    assert_eq!(push.live(), super::foreign());
    fs::write(push.directory.join("plan.json"), "{}").unwrap();
    let run = push.run(&["--plan", "plan.json"]);
    assert_eq!(run.status, Some(2));
    assert!(run.stderr.contains("cannot use `plan.json`: the file is not a plan of a push"), "{}", run.stderr);
}

#[test]
fn every_format_has_the_end() {
    for (format, expected) in [
        ("md", &["the policy is live.", "### Guards", "tcp:8443"][..]),
        ("github", &["::notice title=live::the policy is live\n"]),
        ("json", &["\"outcome\": \"live\"", "\"exitStatus\": 0"]),
    ] {
        let push = Push::new(&format!("format-{format}"));
        let run = push.run(&["--yes", "--format", format]);
        assert_eq!(run.status, Some(0), "{}", run.stderr);
        for words in expected {
            assert!(run.stdout.contains(words), "{format}: {words}: {}", run.stdout);
        }
    }
}

#[test]
fn headscale_is_pushed_to_as_well() {
    for (flavour, has_check) in [(Flavour::Headscale030, true), (Flavour::Headscale029, true)] {
        let old = "{\n\t\"grants\": [{\"src\": [\"alice@\"], \"dst\": [\"bob@:22\"], \"ip\": [\"*\"]}],\n}\n";
        let old = old.replace("\"bob@:22\"", "\"bob@\"");
        let push = Push::with(&format!("{flavour:?}"), ControlPlane::with_policy_in(flavour, old.clone()));
        let new = old.replace("bob@\"]", "bob@\", \"alice@\"]");
        push.write(&new);
        let run = push.run(&["--yes", "--overwrite", &push.etag(&old), "--target", "headscale"]);
        assert_eq!(run.status, Some(0), "{flavour:?}: {}{}", run.stdout, run.stderr);
        assert_eq!(push.live(), formatted(&new));
        let said = if has_check { "the server accepts this policy" } else { "cannot check a policy" };
        assert!(run.stdout.contains(said), "{}", run.stdout);
    }
}

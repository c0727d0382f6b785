//! Tests of `policy import` as a process. `policy-macros` tests that the macro compiles the output
//! to the same policy.

use std::path::Path;

use policy_test_support::process::Run;

use crate::policy_with_stdin;

fn import(arguments: &[&str], stdin: &str) -> Run {
    policy_with_stdin(Path::new("."), &[&["import"], arguments].concat(), stdin)
}

const POLICY: &str = r#"// Ours.
{
	"groups": {"group:eng": ["ada@example.com"]}, // engineers
	"tagOwners": {
		"tag:web":    ["group:eng", "autogroup:admin"],
		"tag:lab-1e": ["group:eng", "autogroup:admin"],
	},

	// --- Rules ---

	"grants": [
		// The site
		{"src": ["autogroup:member"], "dst": ["tag:web"], "ip": ["tcp:443"]},
		{"src": ["group:eng"], "dst": ["tag:web", "tag:lab-1e"], "ip": ["tcp:443", "tcp:22"]},
		{"src": ["group:eng"], "dst": ["10.0.0.0/8"], "ip": ["tcp:443"], "note": "not a field of Tailscale's"},
		{"src": ["ada@example.com"], "dst": ["*"], "ip": ["tcp:443"]},

		{"src": ["autogroup:admin"], "dst": ["tag:lab-1e"], "ip": ["tcp:443"]},
	],
}
"#;

const SOURCE: &str = r#"policy_macros::policy! {
    //! Ours.

    // The users. Add a role if you know it, as in `alice = "alice@example.com", admin;`:
    // owner, admin, it-admin, network-admin, billing-admin, auditor or member.
    users {
        ada = "ada@example.com";
    }

    let https  = tcp:443;
    let owners = group:eng, autogroup:admin;

    /// engineers
    groups {
        group:eng = ada;
    }

    tagOwners {
        tag:web      = owners;
        "tag:lab-1e" = owners;
    }

    //! --- Rules ---
    grants {
        /// The site
        autogroup:member -> tag:web on https;
        group:eng -> tag:web, "tag:lab-1e" on tcp:443, tcp:22;
        { "src": ["group:eng"], "dst": ["10.0.0.0/8"], "ip": ["tcp:443"], "note": "not a field of Tailscale's" };
        ada -> * on https;

        autogroup:admin -> "tag:lab-1e" on https;
    }
}
"#;

#[test]
fn a_policy_becomes_rust() {
    let output = import(&["-"], POLICY);
    assert_eq!(output.stdout.as_str(), SOURCE);
    assert_eq!((output.status, output.stderr.as_str()), (Some(0), ""));
}

#[test]
fn plain_gives_no_names_to_lists() {
    let output = import(&["--plain", "-"], POLICY);
    let source = SOURCE
        .replace("    let https  = tcp:443;\n    let owners = group:eng, autogroup:admin;\n\n", "")
        .replace("https", "tcp:443")
        .replace("owners;", "group:eng, autogroup:admin;");
    assert_eq!(output.stdout.as_str(), source);
}

#[test]
fn what_tailscale_would_refuse_is_imported_with_the_reason() {
    let output = import(&["-"], "{\"grants\": [{\"src\": [\"tag:web\"], \"dst\": [\"*\"], \"ip\": [\"*\"]}]}");
    assert_eq!(
        output.stdout.as_str(),
        "policy_macros::policy! {
    grants {
        // error[undefined-tag]: undefined tag `tag:web`
        // help: declare it under `tagOwners`
        // Tailscale answers: src=tag not found: \"tag:web\"
        tag:web -> * on *;
    }
}
"
    );
    assert_eq!(output.status, Some(1));
    assert!(output.stderr.starts_with("error[undefined-tag]: undefined tag `tag:web`\n --> <stdin>:1:22\n"));
}

#[test]
fn what_cannot_be_read_is_shown_and_not_imported() {
    let deep = format!("{{\"x\": {}{}}}", "[".repeat(200), "]".repeat(200));
    for (policy, reason) in [
        ("{\"grants\": [}", "error[syntax]: invalid character '}' at start of value\n --> <stdin>:1:13\n"),
        ("[]", "error[wrong-type]: a policy must be an object, not a list\n"),
        ("", "error[syntax]: "),
        (deep.as_str(), "error[syntax]: nested more than 100 levels deep, which `policy!` cannot read\n"),
    ] {
        let output = import(&["-"], policy);
        assert_eq!((output.status, output.stdout.as_str()), (Some(2), ""), "{policy}");
        assert!(output.stderr.starts_with(reason), "{policy}: {}", output.stderr);
    }
    assert_eq!(import(&["no such file"], "").status, Some(2));
}

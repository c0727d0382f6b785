//! Tailscale's own Go clients, which read and write through the control plane.

use policy_control_plane::{ControlPlane, Server};
use policy_test_support::process;

use crate::programs::go_programs;

#[test]
fn tailscale_s_own_client_understands_the_control_plane() {
    let Some(programs) = go_programs() else { return };
    let mut plane = ControlPlane::default();
    plane.credentials.revoked.insert("gone".to_owned());
    plane.credentials.subjects.insert("T1-kOther".to_owned(), "repo:example/policy:environment:production".to_owned());
    let server = Server::start(plane);
    let folder = process::empty_directory(env!("CARGO_TARGET_TMPDIR"), "go-client");
    let run = process::run(&programs.client, &folder, &[server.url()]);
    let lines: Vec<&str> = run.stdout.lines().collect();
    let default = lines.first().copied().unwrap_or_default();
    assert!(default.starts_with("read as text: \"// Example/default ACLs"), "{}{}", run.stdout, run.stderr);
    assert_eq!(
        lines[1..],
        [
            "set without a condition: ",
            "set with ts-default: error: precondition failed, invalid old hash (412)",
            "read as text: \"{\\n\\t// The first\\n\\t\\\"grants\\\": [{\\\"src\\\": [\\\"*\\\"], \\\"dst\\\": [\\\"*\\\"], \
             \\\"ip\\\": [\\\"tcp:443\\\"]}],\\n}\\n\" with a hash of 66 characters",
            "read as JSON: 1 grants, true",
            "set with the hash: ",
            "set with the old hash: error: precondition failed, invalid old hash (412)",
            "set as JSON: 1 grants",
            "validate: ",
            "validate a structure: ",
            "validate an invalid policy: error: ACL validation failed: line 1, column 22: \
             src=tag not found: \"tag:web\"; []",
            "validate failing tests: error: ACL validation failed: test(s) failed; \
             [{a@example.com [`a@example.com` should reach `100.64.0.1:22`, but no rule allows it]}]",
            "validate tests alone: error: ACL validation failed: test(s) failed; \
             [{a@example.com [`a@example.com` should reach `100.64.0.1:22`, but no rule allows it]}]",
            "set failing tests: error: test(s) failed (400)",
            "preview of a user: alice@example.com: line 3, [*] to [*:443]",
            "preview of an address: 100.64.0.1:443: line 3, [*] to [*:443]",
            "preview of an address: 100.64.0.1:22:",
            "device: alice-laptop [] []",
            "device: web [tag:web] []",
            "device: db [tag:db] []",
            "device: router [tag:router] [10.1.0.0/16]",
            "attributes: map[custom:tier:prod node:os:linux node:osVersion:1.0 node:tsReleaseTrack:stable \
             node:tsVersion:1.90.6]",
            "user: alice@example.com owner",
            "user: bob@example.com member",
            "user: carol@example.com admin",
            "service: svc:db [tcp:5432]",
            "change a setting: ",
            "externally managed: true",
            "a revoked key: error: API token invalid (401)",
            "an OAuth client: ",
            "a federated identity: ",
            "an identity with another subject: error: Get \"URL/api/v2/tailnet/-/acl\": token exchange failed with \
             status 403: {\"message\":\"Unauthorized\"}",
        ],
    );
    assert_eq!(run.status, Some(0));
    // Everything that the client wrote arrived, and nothing else.
    let plane = server.plane();
    let writers: Vec<&str> = plane.history.iter().map(|stored| stored.writer.as_str()).collect();
    assert_eq!(writers, ["nobody", "alice", "alice", "alice"]);
}

//! Tests of the commands that ask a control plane, with a control plane for tests.

mod drift;
mod pull;
mod push;
mod server;
mod validate;

use std::path::Path;
use std::process::Command;

pub(crate) use server::Server;

/// A policy that the control plane accepts.
const POLICY: &str = r#"{
	"groups": {"group:dba": ["alice@example.com"]},
	"tagOwners": {
		"tag:web":    ["autogroup:admin"],
		"tag:db":     ["autogroup:admin"],
		"tag:router": ["autogroup:admin"],
	},
	"grants": [
		{"src": ["autogroup:member"], "dst": ["tag:web"], "ip": ["tcp:443"]},
		{"src": ["group:dba"], "dst": ["100.64.0.3"], "ip": ["tcp:5432"]},
	],
	"tests": [{"src": "alice@example.com", "accept": ["tag:web:443"]}],
}
"#;

/// Runs git in a folder.
pub(crate) fn git(directory: &Path, arguments: &[&str]) {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main"]);
    command.env("GIT_COMMITTER_DATE", "2027-03-31T12:00:00Z");
    let output = command.args(arguments).current_dir(directory).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

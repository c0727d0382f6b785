//! Runs `policy` with a control plane for tests.

use std::path::Path;
use std::process::Command;
use std::sync::MutexGuard;
use std::time::{SystemTime, UNIX_EPOCH};

use policy_control_plane::ControlPlane;
use policy_test_support::process::{self, Run};

use crate::PROGRAM;

/// A control plane that listens on this machine until the test ends.
pub(crate) struct Server(policy_control_plane::Server);

impl Server {
    /// Starts a control plane. Its clock is right, because a command asks for the changes of the last months.
    pub(crate) fn start(mut plane: ControlPlane) -> Server {
        plane.now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() - 60;
        Server(policy_control_plane::Server::start(plane))
    }

    pub(crate) fn plane(&self) -> MutexGuard<'_, ControlPlane> {
        self.0.plane()
    }

    /// Runs `policy` with a credential for the control plane.
    pub(crate) fn run(&self, directory: &Path, arguments: &[&str]) -> Run {
        self.run_as("alice", directory, arguments)
    }

    /// Runs `policy` with the key of this name. What it says about the address of the API is left out.
    pub(crate) fn run_as(&self, name: &str, directory: &Path, arguments: &[&str]) -> Run {
        let run: Run = self.command(name, directory, arguments).output().unwrap().into();
        let note = format!("note: the API is that of {}\n", self.0.url());
        let stderr = run.stderr.strip_prefix(&note).map(str::to_owned);
        Run { stderr: stderr.unwrap_or(run.stderr), ..run }
    }

    /// Returns a command with the key of this name.
    pub(crate) fn command(&self, name: &str, directory: &Path, arguments: &[&str]) -> Command {
        let mut command = process::command(PROGRAM, directory, arguments);
        command.env("TAILSCALE_BASE_URL", self.0.url()).env("TAILSCALE_API_KEY", format!("tskey-api-{name}-SECRET"));
        command.env_remove("CARGO_MANIFEST_DIR");
        command
    }
}

//! Tests of `push`, as a process against a control plane.

mod approve;
#[cfg(unix)]
mod confirm;
mod restore;
mod secrets;
mod stop;
#[cfg(unix)]
mod terminal;
mod unclear;

use std::fs;
use std::path::{Path, PathBuf};

use policy_control_plane::{ControlPlane, etag};
use policy_test_support::process::Run;

use super::{POLICY, Server, git};
use crate::directory;

/// The policy that is pushed. It gives access, and takes none.
fn new() -> String {
    POLICY.replace("[\"tcp:443\"]", "[\"tcp:443\", \"tcp:8443\"]")
}

/// A policy that somebody else stores. It is in no commit.
fn foreign() -> String {
    POLICY.replace("tcp:443", "tcp:80").replace("web:443", "web:80")
}

/// A repository with [`POLICY`], a working file with [`new`], and a tailnet.
struct Push {
    server: Server,
    directory: PathBuf,
}

impl Push {
    /// Starts with a tailnet that has the committed policy.
    fn new(test: &str) -> Push {
        Push::with(test, ControlPlane::with_policy(POLICY))
    }

    fn with(test: &str, plane: ControlPlane) -> Push {
        let directory = directory(&format!("deploy/push/{test}"));
        git(&directory, &["init", "-q"]);
        let push = Push { server: Server::start(plane), directory };
        push.write(POLICY);
        git(&push.directory, &["add", "."]);
        git(&push.directory, &["commit", "-q", "-m", "first"]);
        push.write(&new());
        push
    }

    /// Replaces the policy file.
    fn write(&self, text: &str) {
        fs::write(self.directory.join("policy.hujson"), text).unwrap();
    }

    /// Runs `push policy.hujson` with more arguments.
    fn run(&self, arguments: &[&str]) -> Run {
        self.run_words(&[&["push", "policy.hujson"], arguments].concat())
    }

    fn run_words(&self, arguments: &[&str]) -> Run {
        let mut command = self.server.command("alice", &self.directory, arguments);
        command.env("XDG_STATE_HOME", self.state()).output().unwrap().into()
    }

    fn state(&self) -> PathBuf {
        self.directory.join("state")
    }

    /// Returns the text that the tailnet has.
    fn live(&self) -> String {
        self.server.plane().policy.clone()
    }

    /// Returns the number of texts that were stored, with the first one.
    fn versions(&self) -> usize {
        self.server.plane().history.len()
    }

    fn etag(&self, text: &str) -> String {
        etag(self.server.plane().flavour, text).trim_matches('"').to_owned()
    }

    /// Returns the files with the texts of backups.
    fn backups(&self) -> Vec<PathBuf> {
        texts_in(&self.state().join("policy/backups"))
    }
}

/// Returns the policies in a folder.
fn texts_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.filter(|path| path.extension().is_some_and(|extension| extension == "hujson")).collect()
}

/// Returns the text as `push` sends it.
fn formatted(text: &str) -> String {
    policy_core::Policy::parse(text).to_hujson()
}

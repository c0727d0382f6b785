//! gitops-pusher, Tailscale's own program for policies in git.

use std::fs;
use std::path::PathBuf;

use policy_control_plane::{Flavour, etag};
use policy_test_support::process::{self, Run};
use serde_json::json;

use crate::programs::go_programs;
use crate::situation::{Action, LAST, Program, Scene};
use crate::table::assert_table;

struct GitopsPusher(PathBuf);

impl Program for GitopsPusher {
    fn run(&self, scene: &Scene<'_>) -> Run {
        if scene.situation.remembers {
            let etag = etag(Flavour::Tailscale, LAST);
            let cache = json!({"PrevETag": etag.trim_matches('"')});
            // Its option for the name of this file has no effect.
            fs::write(scene.folder.join("version-cache.json"), cache.to_string()).unwrap();
        }
        let command = match scene.situation.action {
            Action::Push | Action::PushTwice => "apply",
            Action::Validate => "test",
        };
        let address = scene.server.address();
        let arguments = ["--api-server", &address, "--policy-file", scene.policy_file, command];
        let mut command = process::command(&self.0, &scene.folder, &arguments);
        for name in ["TS_API_KEY", "TS_OAUTH_ID", "TS_OAUTH_SECRET", "TS_ID_TOKEN", "HTTPS_PROXY", "https_proxy"] {
            command.env_remove(name);
        }
        command.env("TS_TAILNET", "-").env("SSL_CERT_FILE", &scene.certificate);
        if scene.situation.has_oauth_client {
            command.env("TS_OAUTH_ID", scene.oauth_client.0).env("TS_OAUTH_SECRET", scene.oauth_client.1);
        } else {
            command.env("TS_API_KEY", scene.token);
        }
        command.output().unwrap().into()
    }

    /// Its result is on stdout. Its steps are on stderr, with the time, and so is a panic.
    fn main_line(&self, run: &Run) -> String {
        let panic = run.stderr.lines().find(|line| line.starts_with("panic: "));
        let result = || run.stdout.lines().find(|line| !line.trim().is_empty());
        // A step is `2026/01/01 00:00:00 words`.
        let step = || run.stderr.lines().last().and_then(|line| line.splitn(3, ' ').nth(2));
        let steps_say_something =
            |step: &&str| !["control:", "local:", "cache:"].iter().any(|word| step.starts_with(word));
        panic.or_else(result).or_else(|| step().filter(steps_say_something)).unwrap_or_default().to_owned()
    }
}

#[test]
fn gitops_pusher_in_every_situation() {
    let Some(programs) = go_programs() else { return };
    assert_table(&GitopsPusher(programs.gitops_pusher), "gitops-pusher.txt");
}

//! `policy`, our own program.

use std::path::Path;
use std::process::Command;

use policy_test_support::process::{self, Run};

use crate::situation::{Action, LAST, Program, Scene};
use crate::table::assert_table;

struct Policy;

impl Program for Policy {
    fn run(&self, scene: &Scene<'_>) -> Run {
        // It has no file that remembers what it pushed. The repository is enough, also on another machine.
        commit(&scene.folder, LAST, scene.policy_file);
        // The policies of the situations take port 22 from the administrators, and most of the access.
        let accepted = ["--yes", "--accept", "administrators", "--accept", "lost-share"];
        let arguments = match scene.situation.action {
            Action::Push | Action::PushTwice => [&["push", scene.policy_file], &accepted[..]].concat(),
            Action::Validate => vec!["validate", scene.policy_file],
        };
        let mut command = process::command(env!("CARGO_BIN_EXE_standalone"), &scene.folder, &arguments);
        command.env("TAILSCALE_BASE_URL", format!("https://{}", scene.server.address()));
        command.env("SSL_CERT_FILE", &scene.certificate).env("XDG_STATE_HOME", scene.folder.join("state"));
        if scene.situation.has_oauth_client {
            command.env("TAILSCALE_OAUTH_CLIENT_ID", scene.oauth_client.0);
            command.env("TAILSCALE_OAUTH_CLIENT_SECRET", scene.oauth_client.1);
        } else {
            command.env("TAILSCALE_API_KEY", scene.token);
        }
        command.output().unwrap().into()
    }

    /// An error, or otherwise the last line of the result. The name of a request is another one in each run.
    fn main_line(&self, run: &Run) -> String {
        let last = |text: &str| text.lines().rfind(|line| !line.trim().is_empty()).map(str::to_owned);
        let error = run.stderr.lines().find(|line| line.starts_with("error")).map(str::to_owned);
        let line = error.or_else(|| last(&run.stdout)).or_else(|| last(&run.stderr)).unwrap_or_default();
        let line = line.split(" (request ").next().unwrap_or_default();
        let words = line.strip_prefix("error: ").unwrap_or(line).split(' ').map(without_hash);
        words.collect::<Vec<_>>().join(" ").replace('`', "'")
    }
}

/// Returns a word, or `…` in the place of a hash. Which of two policies is first differs between runs.
fn without_hash(word: &str) -> &str {
    let is_hash = word.len() == 14 && word.trim_matches('`').bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hash { "`…`" } else { word }
}

/// Commits a text as the policy file, and leaves the file as it is.
pub(crate) fn commit(folder: &Path, text: &str, file: &str) {
    let path = folder.join(file);
    let wanted = std::fs::read(&path).unwrap();
    std::fs::write(&path, text).unwrap();
    for arguments in [&["init", "-q"][..], &["add", file], &["commit", "-q", "-m", "version 1"]] {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=a", "-c", "user.email=a@example.com"]).args(arguments).current_dir(folder);
        git.env("GIT_AUTHOR_DATE", "2027-03-31T12:00:00Z").env("GIT_COMMITTER_DATE", "2027-03-31T12:00:00Z");
        assert!(git.status().unwrap().success());
    }
    std::fs::write(&path, wanted).unwrap();
}

#[test]
fn policy_in_every_situation() {
    assert_table(&Policy, "policy.txt");
}

//! A push of a policy to a control plane, in several formats.
//!
//! The formatters are pure functions from data to text. They do not know the control plane, so that every line of the
//! output can be tested without one.

pub(crate) mod github;
pub(crate) mod json;
pub(crate) mod markdown;
pub(crate) mod text;

use std::path::PathBuf;

use policy_deploy::api::{Verdict, VerdictItem};

use crate::diff_report::DiffReport;

/// A push, as far as it has come.
#[derive(Debug)]
pub(crate) struct PushReport<'a> {
    /// The policy that is pushed, in messages.
    pub(crate) policy: String,
    /// The tailnet, as in the API. `-` is the tailnet of the credential.
    pub(crate) tailnet: String,
    /// The API, such as `https://api.tailscale.com`.
    pub(crate) api: String,
    /// The hash of the policy that is pushed.
    pub(crate) to: String,
    /// The live policy. `None` if it was not read.
    pub(crate) live: Option<Live>,
    /// What the push would change. `None` if it stopped before that was known.
    pub(crate) review: Option<Review<'a>>,
    /// How the push ended. `None` before the question is asked.
    pub(crate) end: Option<End>,
}

/// The policy that the control plane stores before the push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Live {
    /// The hash of its text.
    pub(crate) hash: String,
    /// Which version of the repository it is, such as `commit 1a2b3c4, 2 commits behind`.
    pub(crate) standing: String,
}

/// The facts on which somebody decides whether to push.
#[derive(Debug)]
pub(crate) struct Review<'a> {
    /// The access that is gained and lost.
    pub(crate) difference: Difference<'a>,
    /// The guards, in their order.
    pub(crate) guards: Vec<GuardRow>,
    /// The server's own checks.
    pub(crate) server: ServerAnswer,
    /// What the reader has to know about the review itself, such as where the facts are from.
    pub(crate) notes: Vec<String>,
}

/// The difference between the live policy and the new one.
#[derive(Debug)]
pub(crate) enum Difference<'a> {
    /// Both can be evaluated.
    Access(Box<DiffReport<'a>>),
    /// The live policy cannot be evaluated, so this is a difference of texts, as `patch` reads it.
    Text(String),
}

/// One guard, and what it found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GuardRow {
    /// Its name on the command line.
    pub(crate) name: &'static str,
    /// The sentence that it proves.
    pub(crate) title: String,
    /// Whether the sentence holds.
    pub(crate) state: GuardState,
    /// The witnesses, or what is not known. One line each.
    pub(crate) details: Vec<String>,
    /// Whether the push stops because of it.
    pub(crate) stops: bool,
    /// Whether the operator accepts what it found.
    pub(crate) is_accepted: bool,
}

/// The result of a guard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GuardState {
    /// Proved.
    Holds,
    /// Refuted by a witness.
    Violated,
    /// Neither, because a fact is unknown.
    Unknown,
}

/// The answer of the server's own checks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ServerAnswer {
    /// What the server says about the new policy. `None` if it has no such call.
    pub(crate) new: Option<Verdict>,
    /// What it says about the live policy, which it may have to take back.
    pub(crate) live: Option<Verdict>,
}

/// How a push ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct End {
    /// The kind, for programs.
    pub(crate) outcome: &'static str,
    /// The exit status.
    pub(crate) status: u8,
    /// One sentence.
    pub(crate) message: String,
    /// What to do next.
    pub(crate) help: Option<String>,
    /// The copy of the live policy.
    pub(crate) backup: Option<Backup>,
}

/// The copy of the live policy that is made before the write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Backup {
    pub(crate) path: PathBuf,
    /// The command that restores it.
    pub(crate) restore: String,
}

/// The API that needs no mention.
const TAILSCALE: &str = "https://api.tailscale.com";

impl PushReport<'_> {
    /// Describes the tailnet, and the API unless it is Tailscale's.
    fn target(&self) -> String {
        let tailnet = match self.tailnet.as_str() {
            "-" => "the tailnet of the credential".to_owned(),
            name => name.to_owned(),
        };
        if self.api == TAILSCALE { tailnet } else { format!("{tailnet}, at {}", self.api) }
    }
}

impl ServerAnswer {
    /// Returns the reasons for which the server would not take the live policy back.
    fn live_errors(&self) -> &[VerdictItem] {
        self.live.as_ref().map_or(&[], |verdict| &verdict.errors)
    }

    /// Describes the answer in one line.
    fn summary(&self) -> &'static str {
        match &self.new {
            None => "this server cannot check a policy without storing it",
            Some(verdict) if !verdict.is_accepted() => "the server would refuse this policy",
            Some(_) if !self.live_errors().is_empty() => {
                "the server accepts this policy, but would not take the live one back"
            }
            Some(_) => "the server accepts this policy, and would take the live one back",
        }
    }

    fn state(&self) -> GuardState {
        match &self.new {
            None => GuardState::Unknown,
            Some(verdict) if verdict.is_accepted() && self.live_errors().is_empty() => GuardState::Holds,
            Some(_) => GuardState::Violated,
        }
    }

    /// Returns the lines below the summary.
    fn details(&self) -> Vec<String> {
        let lines = |kind: &'static str, items: &[VerdictItem]| {
            items.iter().map(|item| format!("{kind}{}", line(item))).collect::<Vec<_>>()
        };
        let (errors, warnings) = self.new.as_ref().map_or((&[][..], &[][..]), |new| (&new.errors, &new.warnings));
        [lines("", errors), lines("the live policy: ", self.live_errors()), lines("warning: ", warnings)].concat()
    }
}

/// Returns an error or a warning of the server as one line.
fn line(item: &VerdictItem) -> String {
    match item.subject.as_str() {
        "" => item.message.clone(),
        subject => format!("{subject}: {}", item.message),
    }
}

impl GuardState {
    /// Returns its name for programs.
    pub(crate) fn name(self) -> &'static str {
        match self {
            GuardState::Holds => "holds",
            GuardState::Violated => "violated",
            GuardState::Unknown => "unknown",
        }
    }

    fn mark(self) -> char {
        match self {
            GuardState::Holds => '✓',
            GuardState::Violated => '✗',
            GuardState::Unknown => '?',
        }
    }
}

/// The maximum number of details of a guard that people read. Programs get all of them.
const MOST_DETAILS: usize = 10;

/// Returns the details that people read, and a line about the others.
fn shown(details: &[String]) -> Vec<String> {
    let rest = details.len().saturating_sub(MOST_DETAILS);
    let mut lines: Vec<String> = details.iter().take(MOST_DETAILS).cloned().collect();
    if rest > 0 {
        lines.push(format!("and {rest} more, which `--format json` lists"));
    }
    lines
}

/// Returns the first digits of a hash.
fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Returns a report with every kind of line, around a difference.
    pub(super) fn report(difference: Difference<'_>) -> PushReport<'_> {
        let row = |name, title: &str, state, details: &[&str], stops, is_accepted| GuardRow {
            name,
            title: title.to_owned(),
            state,
            details: details.iter().map(|detail| (*detail).to_owned()).collect(),
            stops,
            is_accepted,
        };
        let guards = vec![
            row("administrators", "administrators keep port 22 and SSH", GuardState::Holds, &[], false, false),
            row(
                "tags",
                "tags in use keep an owner",
                GuardState::Violated,
                &["`tag:web` on `www` has no owner"],
                true,
                true,
            ),
            row(
                "this-machine",
                "this machine keeps what it reaches",
                GuardState::Unknown,
                &["its address is unknown"],
                true,
                false,
            ),
        ];
        let warning = VerdictItem {
            subject: "alice@example.com".to_owned(),
            message: "user not found".to_owned(),
            position: Some((3, 4)),
        };
        let new = Verdict { errors: vec![], warnings: vec![warning] };
        let server = ServerAnswer { new: Some(new), live: Some(Verdict::default()) };
        PushReport {
            policy: "policy.hujson".to_owned(),
            tailnet: "-".to_owned(),
            api: "https://headscale.example.com".to_owned(),
            to: "b".repeat(64),
            live: Some(Live { hash: "a".repeat(64), standing: "commit 1a2b3c4, 2 commits behind".to_owned() }),
            review: Some(Review {
                difference,
                guards,
                server,
                notes: vec!["users and devices are those of the API".to_owned()],
            }),
            end: None,
        }
    }

    pub(super) fn end() -> End {
        End {
            outcome: "written",
            status: 0,
            message: "the policy is live".to_owned(),
            help: None,
            backup: Some(Backup {
                path: "/state/a.hujson".into(),
                restore: "policy push --restore /state/a.hujson".to_owned(),
            }),
        }
    }

    #[test]
    fn tailscale_needs_no_mention() {
        let target = |tailnet: &str, api: &str| {
            let mut report = report(Difference::Text(String::new()));
            (report.tailnet, report.api) = (tailnet.to_owned(), api.to_owned());
            report.target()
        };
        assert_eq!(target("-", TAILSCALE), "the tailnet of the credential");
        assert_eq!(target("example.com", "http://127.0.0.1:1"), "example.com, at http://127.0.0.1:1");
    }

    #[test]
    fn the_server_is_summed_up_in_one_line() {
        let item = VerdictItem { subject: String::new(), message: "no".to_owned(), position: None };
        let refused = Verdict { errors: vec![item], warnings: vec![] };
        let accepted = Verdict::default();
        for (new, live, state, words) in [
            (None, None, GuardState::Unknown, "cannot check"),
            (Some(&refused), Some(&accepted), GuardState::Violated, "would refuse this policy"),
            (Some(&accepted), Some(&refused), GuardState::Violated, "would not take the live one back"),
            (Some(&accepted), Some(&accepted), GuardState::Holds, "would take the live one back"),
        ] {
            let answer = ServerAnswer { new: new.cloned(), live: live.cloned() };
            assert!(answer.summary().contains(words) && answer.state() == state, "{answer:?}");
        }
    }
}

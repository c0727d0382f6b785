//! How the tailnet's policy differs from ours, in several formats.

mod json;
mod markdown;
mod text;

use std::path::Path;

use annotate_snippets::Renderer;
use policy_core::Severity;

use crate::argument::Choice;
use crate::deploy::history::{Commit, MOST, Standing};
use crate::deploy::last_change::LastChange;
use crate::diff_report::DiffReport;
use crate::report::{Format, Report, github_command};
use crate::text::visible;

/// A format of the report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum DriftFormat {
    /// For people
    #[default]
    Text,
    /// Markdown, for an issue
    Markdown,
    /// For programs
    Json,
    /// An annotation of a GitHub Actions workflow
    Github,
}

impl DriftFormat {
    /// All formats, each with its name on the command line and a line of help.
    pub(crate) const ALL: &[Choice<DriftFormat>] = &[
        (DriftFormat::Text, "text", "for people"),
        (DriftFormat::Markdown, "md", "Markdown for an issue or a comment"),
        (DriftFormat::Json, "json", "one JSON document"),
        (DriftFormat::Github, "github", "annotations of a GitHub Actions workflow"),
    ];
}

/// The difference between our policy and the live one.
#[derive(Debug)]
pub(crate) enum Difference<'a> {
    /// There is none.
    None,
    /// Only comments, and the order of keys, differ.
    Comments,
    /// The text differs, and everyone has the same access.
    Text,
    /// The access differs, or a setting.
    Access(Box<DiffReport<'a>>),
    /// A policy has errors, so only the texts can be compared.
    Unreadable {
        /// Whether ours has errors. Otherwise the live one has.
        is_ours: bool,
    },
}

/// All that is known about a drift.
#[derive(Debug)]
pub(crate) struct DriftReport<'a> {
    /// Our policy's name in messages.
    pub(crate) path: &'a Path,
    /// The name of the server, such as `Tailscale`.
    pub(crate) server: &'a str,
    /// The name of the live version.
    pub(crate) etag: &'a str,
    /// Our text, and the live text.
    pub(crate) texts: [&'a str; 2],
    pub(crate) difference: Difference<'a>,
    pub(crate) standing: &'a Standing,
    pub(crate) change: Option<&'a LastChange>,
    /// What is wrong with our policy in the present tailnet.
    pub(crate) findings: Option<&'a Report<'a>>,
}

impl DriftReport<'_> {
    /// Returns the report.
    pub(crate) fn render(&self, format: DriftFormat) -> String {
        match format {
            DriftFormat::Text => text::page(self),
            DriftFormat::Markdown => markdown::page(self),
            DriftFormat::Json => crate::json::to_text(&json::value(self)),
            DriftFormat::Github => self.annotation(),
        }
    }

    /// Returns whether the tailnet has another policy.
    pub(crate) fn differs(&self) -> bool {
        !matches!(self.difference, Difference::None)
    }

    fn annotation(&self) -> String {
        let mut out = String::new();
        if let Some(findings) = self.findings {
            out.push_str(&findings.render(Format::Github, &Renderer::plain()));
        }
        if !self.differs() {
            return out;
        }
        let level =
            if matches!(self.difference, Difference::Comments | Difference::Text) { "warning" } else { "error" };
        let mut lines = vec![self.headline()];
        lines.extend(self.facts());
        if let Difference::Access(diff) = &self.difference {
            lines.extend(diff.lines());
        }
        out.push_str(&github_command(level, &[("title", "policy drift".to_owned())], &lines.join("\n")));
        out
    }

    /// Says whether and how the policies differ, in one sentence.
    fn headline(&self) -> String {
        let name = visible(&self.path.to_string_lossy());
        match &self.difference {
            Difference::None => format!("The tailnet has the policy of {name}."),
            Difference::Comments => format!("The tailnet's policy differs from {name} only in comments and layout."),
            Difference::Text => {
                format!("The text of the tailnet's policy differs from {name}. Everyone has the same access.")
            }
            Difference::Access(_) => format!("The tailnet's policy gives other access than {name}."),
            Difference::Unreadable { is_ours } => {
                let whose = if *is_ours { name.as_str() } else { "The tailnet's policy" };
                format!("The tailnet's policy differs from {name}. {whose} has errors, so only the texts are compared.")
            }
        }
    }

    /// Returns sentences about where the live policy comes from.
    fn facts(&self) -> Vec<String> {
        let mut facts: Vec<String> = describe(self.standing).into_iter().collect();
        facts.extend(self.change.map(LastChange::describe));
        if self.findings.is_some_and(|findings| findings.count(Severity::Error) == 0) {
            facts.push(format!(
                "With the users and devices of the tailnet, {} has no errors: its tests pass, and its invariants hold.",
                visible(&self.path.to_string_lossy())
            ));
        }
        facts
    }
}

/// Says which version of ours the live policy is.
pub(crate) fn describe(standing: &Standing) -> Option<String> {
    let commit = |commit: &Commit| format!("{} ({}, {})", commit.short(), commit.date, visible(&commit.subject));
    Some(match standing {
        Standing::Live => return None,
        Standing::Ancestor { commit: found, behind: 0 } => {
            format!("It is the version of commit {}, the newest one in git.", commit(found))
        }
        Standing::Ancestor { commit: found, behind } => {
            let versions = if *behind == 1 { "version" } else { "versions" };
            format!("It is the version of commit {}, {behind} {versions} behind the current commit.", commit(found))
        }
        Standing::Other { commit: found, branch } => {
            let branch = branch.as_deref().map(|branch| format!(" of `{}`", visible(branch))).unwrap_or_default();
            format!("It is the version of commit {}{branch}, which the current commit does not contain.", commit(found))
        }
        Standing::Default => "It is the policy that a new tailnet gets.".to_owned(),
        Standing::Unknown { is_shallow: true, .. } => {
            "It is not a version in git, but this is a shallow clone: get all commits with `git fetch --unshallow`."
                .to_owned()
        }
        Standing::Unknown { is_shallow: false, compared } => {
            let versions = match *compared {
                1 => "not the version in git".to_owned(),
                MOST.. => format!("none of the {compared} newest versions in git"),
                _ => format!("none of the {compared} versions in git"),
            };
            format!("It is {versions}, so it was edited elsewhere, or pushed without a commit.")
        }
        Standing::NoHistory { reason } => {
            format!("It is not known whether it was ever a version of ours, because {}.", visible(reason))
        }
    })
}

#[cfg(test)]
mod tests;

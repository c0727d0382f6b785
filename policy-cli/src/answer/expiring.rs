//! Lists rules, tests and other items with their last days.

use policy_core::json::{Value, json};
use policy_core::model::{Date, Ending, EndingKind, Level, Lint};
use policy_core::source::FileId;
use policy_core::testing::Words;

use super::RulePrinter;
use crate::json::array;
use crate::text::{padded, visible};

/// The answer to `expiring`.
pub(crate) struct ExpiringAnswer<'a> {
    pub(crate) rules: RulePrinter<'a>,
    pub(crate) today: Date,
    /// The items with a last day, the earliest first.
    pub(crate) endings: Vec<Ending>,
}

impl ExpiringAnswer<'_> {
    /// Returns the answer as text for people.
    pub(crate) fn to_text(&self) -> String {
        let rows: Vec<[String; 5]> = self.endings.iter().map(|ending| self.row(ending)).collect();
        let mut widths = [0; 5];
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        let mut text = String::new();
        for row in &rows {
            let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| padded(cell, width)).collect();
            text.push_str(cells.join("  ").trim_end());
            text.push('\n');
        }
        text
    }

    fn row(&self, ending: &Ending) -> [String; 5] {
        let days = self.today.days_until(ending.until.date);
        let when = match days {
            0 => "today".to_owned(),
            1.. => format!("in {}", count_days(days)),
            _ => format!("{} ago", count_days(-days)),
        };
        let kind = ending.kind.noun().replace('`', "");
        [ending.until.date.to_string(), when, self.place(ending), kind, visible(&self.text(ending))]
    }

    /// Returns the location of an item, for people.
    fn place(&self, ending: &Ending) -> String {
        match ending.origin.file {
            FileId::Policy => self.rules.place(ending.origin),
            FileId::Invariants => {
                let file = self.rules.policy.facts.invariants_file.as_ref();
                visible(file.map_or("", |file| &file.name))
            }
            FileId::Facts(_) | FileId::Scanned(_) => match self.rules.policy.source_lines.line(ending.origin) {
                Some((file, line)) => visible(&format!("{file}:{line}")),
                None => visible(&self.rules.file()),
            },
        }
    }

    /// Returns an item as text, without its last day.
    fn text(&self, ending: &Ending) -> String {
        let policy = self.rules.policy;
        let words = Words::new(policy);
        let name = |selector: &Option<_>| selector.as_ref().map_or("", |selector| words.selector(selector)).to_owned();
        match ending.kind {
            EndingKind::Grant | EndingKind::Acl | EndingKind::SshRule => {
                self.rules.texts.text_without_end(ending.origin)
            }
            EndingKind::Test => {
                let test = policy.tests.iter().find(|test| test.origin == ending.origin);
                test.map(|test| name(&test.src)).unwrap_or_default()
            }
            EndingKind::SshTest => {
                let test = policy.ssh_tests.iter().find(|test| test.origin == ending.origin);
                let text = |test: &policy_core::model::SshTest| {
                    let dst: Vec<&str> = test.dst.iter().map(|selector| words.selector(selector)).collect();
                    format!("{} -> {}", name(&test.src), dst.join(", "))
                };
                test.map(text).unwrap_or_default()
            }
            EndingKind::Allow => {
                let mut lints = policy.lints.iter().chain(&policy.facts.lints);
                let text = |lint: &Lint| {
                    let codes: Vec<&str> = lint.codes.iter().map(|code| code.name()).collect();
                    format!("{}: {}", codes.join(", "), lint.reason)
                };
                let lint = lints.find(|lint| lint.level == Level::Allow && lint.until == Some(ending.until));
                lint.map(text).unwrap_or_default()
            }
        }
    }

    /// Returns the number of items that have ended.
    pub(crate) fn ended(&self) -> usize {
        self.endings.iter().filter(|ending| ending.until.date < self.today).count()
    }

    /// Returns the numbers of items that end and that have ended, in words.
    pub(crate) fn summary(&self) -> String {
        let ended = self.ended();
        match (self.endings.len() - ended, ended) {
            (0, 0) => "nothing ends".to_owned(),
            (later, 0) => format!("{later} to end"),
            (later, ended) => format!("{later} to end, {ended} ended"),
        }
    }

    /// Returns the answer as JSON for programs.
    pub(crate) fn to_json(&self) -> Value {
        let ending = |ending: &Ending| {
            let line = if ending.origin.file == FileId::Policy { self.rules.line(ending.origin) } else { None };
            json!({
                "kind": kind(ending.kind),
                "until": ending.until.date.to_string(),
                "daysLeft": self.today.days_until(ending.until.date),
                "place": self.place(ending),
                "line": line,
                "text": self.text(ending),
            })
        };
        json!({
            "file": self.rules.file(),
            "today": self.today.to_string(),
            "endings": array(&self.endings, &ending),
        })
    }
}

/// Returns the kind of an item for programs: its section, or `allow`.
fn kind(kind: EndingKind) -> &'static str {
    match kind {
        EndingKind::Grant => "grants",
        EndingKind::Acl => "acls",
        EndingKind::SshRule => "ssh",
        EndingKind::Test => "tests",
        EndingKind::SshTest => "sshTests",
        EndingKind::Allow => "allow",
    }
}

fn count_days(days: i64) -> String {
    if days == 1 { "1 day".to_owned() } else { format!("{days} days") }
}

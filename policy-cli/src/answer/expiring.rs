//! Lists rules, tests and other items with their last days.

use policy_core::json::{Value, json};
use policy_core::model::{Date, Ending, EndingKind, Level, Lint};
use policy_core::source::FileId;
use policy_core::testing::Words;

use super::RulePrinter;
use crate::json::{VERSION, array};
use crate::line_index::LineIndex;
use crate::locations::Location;
use crate::style::{BAD, PLACE, paint};
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
        for (row, ending) in rows.iter().zip(&self.endings) {
            let [date, when, place, kind, what] = row.each_ref();
            let [date_width, when_width, place_width, kind_width, _] = widths;
            let has_ended = ending.until.date < self.today;
            let when = padded(when, when_width);
            let cells = [
                padded(date, date_width),
                if has_ended { paint(BAD, &when) } else { when },
                paint(PLACE, &padded(place, place_width)),
                padded(kind, kind_width),
                what.clone(),
            ];
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
        [
            ending.until.date.to_string(),
            when,
            visible(&self.location(ending).to_string()),
            kind,
            visible(&self.text(ending)),
        ]
    }

    /// Returns the location of an item.
    fn location(&self, ending: &Ending) -> Location<'_> {
        let policy = self.rules.policy;
        match (ending.origin.file, &policy.facts.invariants_file) {
            (FileId::Invariants, Some(file)) => {
                let start = ending.origin.range().start;
                Location {
                    file: file.name.as_str().into(),
                    line: Some(LineIndex::new(&*file.text).position(start).line),
                }
            }
            (FileId::Facts(_) | FileId::Scanned(_), _) if policy.source_lines.line(ending.origin).is_none() => {
                Location { file: self.rules.file(), line: None }
            }
            _ => self.rules.location(ending.origin),
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
            let mut value = json!({
                "kind": kind(ending.kind),
                "until": ending.until.date.to_string(),
                "daysLeft": self.today.days_until(ending.until.date),
                "text": self.text(ending),
            });
            self.location(ending).add_to(&mut value);
            value
        };
        json!({
            "version": VERSION,
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

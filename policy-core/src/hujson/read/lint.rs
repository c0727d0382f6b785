//! Comments that set lint levels.

use std::collections::HashMap;

use crate::diagnostic::{Code, Diagnostic, Help};
use crate::hujson::read::policy_comment::Line;
use crate::hujson::read::reader::Reader;
use crate::model::{Level, Lint, Until};
use crate::source::{Origin, Text};

/// The form of such a comment, for a `help:`.
const HELP: &str = "write `// policy: allow(unused-tag)` and the reason, on a line of its own above the entry";

impl Reader<'_> {
    /// Reads the text after the opening bracket: codes, an optional end date, the closing bracket,
    /// and the reason.
    pub(super) fn lint(&mut self, line: &Line, level: Level, rest: &str, scope: Option<Origin>) -> Option<Lint> {
        let origin = line.origin;
        let word = level.name();
        let Some((list, reason)) = rest.split_once(')') else {
            self.invalid_allow(origin, format!("this `{word}` has no `)`"), HELP.to_owned());
            return None;
        };
        let mut codes = Vec::new();
        let mut until = None;
        let text = line.rest(rest);
        let mut end = 0;
        for item in list.split(',') {
            let start = end + (item.len() - item.trim_start().len());
            end += item.len() + 1;
            let name = item.trim();
            let item = text.slice(start..start + name.len());
            match Lint::warning(name) {
                _ if name.is_empty() => {}
                _ if is_until(name) => self.until_of_lint(level, &item, &mut until),
                Ok(code) => codes.push(code),
                Err(problem) => {
                    let help = problem.help(level).map_or_else(|| HELP.to_owned(), |help| help.to_string());
                    self.invalid_allow(origin, problem.message(level), help);
                }
            }
        }
        let reason = reason.trim();
        if list.split(',').all(|item| item.trim().is_empty() || is_until(item.trim())) {
            self.invalid_allow(origin, format!("this `{word}` names no warning"), HELP.to_owned());
        } else if reason.is_empty() && level == Level::Allow {
            let help = format!("write `// {}` and the reason after it", Lint::comment(level, [list], None, ""));
            self.invalid_allow(origin, "this `allow` has no reason".to_owned(), help);
        } else if !codes.is_empty() {
            return Some(Lint { level, codes, reason: reason.to_owned(), until, scope, origin });
        }
        None
    }

    /// Reads `until 2027-03-31` among the codes.
    fn until_of_lint(&mut self, level: Level, item: &Text, until: &mut Option<Until>) {
        if level != Level::Allow {
            let message = format!("`{}` has no end: only an `allow` can end", level.name());
            self.findings
                .push(Diagnostic::new(Code::MisplacedUntil, item.origin, message).help("leave the `until` out"));
            return;
        }
        let start = item.len() - item.get(Until::WORD.len()..).unwrap_or_default().trim_start().len();
        let date = item.slice(start..item.len());
        if let Some(date) = self.date(&date, item.origin) {
            self.keep_until(until, Until { date, origin: item.origin });
        }
    }

    /// Reports warnings that have more than one level in the whole policy, or in `everything`.
    pub(super) fn one_level_each(&mut self, lints: &[Lint], everything: Option<Origin>) {
        let mut first: HashMap<Code, Origin> = HashMap::new();
        for lint in lints.iter().filter(|lint| lint.scope == everything) {
            for code in &lint.codes {
                if let Some(first) = first.insert(*code, lint.origin) {
                    let message = format!("`{code}` already has a level");
                    self.findings.push(
                        Diagnostic::new(Code::InvalidAllow, lint.origin, message)
                            .note_at("given here", first)
                            .help("leave out one of the two"),
                    );
                }
            }
        }
    }

    /// Reports a lint level that is not above anything, or not above something that it applies to.
    pub(super) fn misplaced_lint(&mut self, line: &Line, level: Level) {
        let (message, help) = match level {
            Level::Allow => ("nothing follows this `allow`".to_owned(), HELP),
            level => (
                format!("`{}` applies to a whole policy, and belongs above its opening brace", level.name()),
                "move it there; only `allow` is for a part",
            ),
        };
        self.invalid_allow(line.origin, message, help.to_owned());
    }

    fn invalid_allow(&mut self, origin: Origin, message: String, help: impl Into<Help>) {
        self.findings.push(Diagnostic::new(Code::InvalidAllow, origin, message).help(help));
    }
}

/// Returns whether an item among the codes is `until`, with or without a date.
fn is_until(item: &str) -> bool {
    item.split_whitespace().next() == Some(Until::WORD)
}

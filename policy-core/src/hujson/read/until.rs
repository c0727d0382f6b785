//! Comments with the end date of a rule or test.

use crate::diagnostic::{Code, Diagnostic};
use crate::hujson::NodeId;
use crate::hujson::read::policy_comment::Line;
use crate::hujson::read::reader::Reader;
use crate::model::{Date, Until};
use crate::source::{Origin, Text};

/// The right place for such a comment, for a `help:`.
const HELP: &str = "move it to a line of its own above the rule or the test";

impl Reader<'_> {
    /// Takes the end date of the rule or test at a node.
    pub(super) fn until(&mut self, id: NodeId) -> Option<Until> {
        self.untils.remove(&id)
    }

    /// Reports end dates of items that cannot have one. Must be called after every item that can
    /// have one has been read.
    pub(super) fn misplaced_untils(&mut self) {
        let left: Vec<(NodeId, Until)> = self.untils.drain().collect();
        let help = format!("only {} can end", Until::PLACES);
        for (id, until) in left {
            let finding =
                Diagnostic::new(Code::MisplacedUntil, until.origin, "`until` means nothing here").help(help.as_str());
            let is_policy = id == self.document.root();
            let finding =
                if is_policy { finding } else { finding.note_at("this cannot end", self.document.origin(id)) };
            self.findings.push(finding);
        }
    }

    /// Reads the text after `until` in a comment above a node.
    pub(super) fn until_above(&mut self, id: NodeId, line: &Line, rest: &str) {
        let Some(date) = self.date(&line.rest(rest), line.origin) else { return };
        let mut until = self.until(id);
        self.keep_until(&mut until, Until { date, origin: line.origin });
        self.untils.extend(until.map(|until| (id, until)));
    }

    /// Stores the first of several end dates, and reports the others.
    pub(super) fn keep_until(&mut self, kept: &mut Option<Until>, until: Until) {
        match kept {
            None => *kept = Some(until),
            Some(first) => self.findings.push(
                Diagnostic::new(Code::MisplacedUntil, until.origin, "`until` is given twice")
                    .note_at("first given here", first.origin)
                    .help("leave out one of the two"),
            ),
        }
    }

    /// Reads a text that must be a date. If it is empty, the finding is about `whole`.
    pub(super) fn date(&mut self, text: &Text, whole: Origin) -> Option<Date> {
        if text.is_empty() {
            let finding = Diagnostic::new(Code::InvalidDate, whole, "this `until` has no date");
            self.findings.push(finding.help("write `until 2027-03-31`"));
            return None;
        }
        if let Some((day, rest)) = text.split_once([' ', '\t', ',', ';', ':', '('])
            && day.parse::<Date>().is_ok()
        {
            let start = text.len() - rest.trim_start().len();
            let place = text.slice(start..text.len()).origin;
            let finding = Diagnostic::new(Code::InvalidDate, place, "an `until` has nothing after its date");
            self.findings.push(finding.help("write the reason in a comment of its own"));
            return None;
        }
        self.parse(text, |text| text.parse())
    }

    /// Reports an end date with nothing below it.
    pub(super) fn dangling_until(&mut self, line: &Line) {
        self.invalid_until(line, "nothing follows this `until`".to_owned(), HELP);
    }

    pub(super) fn misspelt_until(&mut self, line: &Line, word: &str) {
        self.invalid_until(line, format!("`{word}` ends nothing"), "did you mean `until`?");
    }

    fn invalid_until(&mut self, line: &Line, message: String, help: &str) {
        self.findings.push(Diagnostic::new(Code::InvalidUntil, line.origin, message).help(help));
    }
}

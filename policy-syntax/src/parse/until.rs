//! `until`: the end date of a rule or test.

use policy_core::Code;
use policy_core::diagnostic::Help;
use policy_core::model::{Date, Until as UntilComment};

use crate::finding::Finding;
use crate::token_range::TokenRange;
use crate::tree::Until;

use super::parser::{Failed, Parsed, Parser};

impl Parser<'_, '_> {
    /// Reads `until "2027-03-31"`, if it is next. An invalid date is reported, and the result is
    /// `None`.
    pub(super) fn until(&mut self) -> Parsed<Option<Until>> {
        match self.keyword(UntilComment::WORD) {
            Some(place) => self.until_date(place),
            None => Ok(None),
        }
    }

    /// Reads the date after the word at `start`.
    pub(super) fn until_date(&mut self, start: TokenRange) -> Parsed<Option<Until>> {
        let (text, place) = match self.string()? {
            Some(word) => (word.text, word.place),
            None if self.peek_literal().is_some() => {
                let literal = self.here();
                let text = self.glued_date();
                let place = self.since(literal);
                let written = Date::guess(&text).map_or_else(|| "2027-03-31".to_owned(), |date| date.to_string());
                self.complain(
                    place,
                    format!("the date `{text}` is missing its quotes"),
                    Help::write_text(format_args!("\"{written}\"")),
                );
                return Ok(None);
            }
            None => {
                let help = format!("write `{} \"2027-03-31\"`", UntilComment::WORD);
                return Err(self.unexpected("a date in quotes", help));
            }
        };
        match text.parse::<Date>() {
            Ok(date) => Ok(Some(Until { date, place: self.since(start) })),
            Err(problem) => {
                self.report(problem.map_origins(|_| place));
                Ok(None)
            }
        }
    }

    /// Reads the numbers of a date without quotes, and the signs between them.
    fn glued_date(&mut self) -> String {
        let mut text = String::new();
        while let Some(literal) = self.literal() {
            text.push_str(&literal.text);
            for sign in ['-', '.', '/'] {
                if self.peek_punct(sign) {
                    self.punct(sign);
                    text.push(sign);
                }
            }
        }
        text
    }

    /// Reports the next `until`, in a statement that cannot have an end date.
    pub(super) fn refuse_until(&mut self) -> Failed {
        let place = self.here();
        self.fail(misplaced_until(place))
    }

    /// Reports the second `until` of a statement.
    pub(super) fn refuse_second_until(&mut self, place: TokenRange, first: TokenRange) {
        self.report(
            Finding::new(Code::MisplacedUntil, place, "`until` is given twice")
                .note_at("first given here", first)
                .help("leave out one of the two"),
        );
    }

    /// Reports an `until` before or after the block of a test.
    pub(super) fn refuse_until_outside(&mut self) -> Parsed<()> {
        if !self.peek_is(UntilComment::WORD) || self.next_goes_on() {
            return Ok(());
        }
        let place = self.here();
        let finding = Finding::new(Code::MisplacedUntil, place, "the end of a test is in its block");
        Err(self.fail(finding.help("write `{ until \"2027-03-31\"; … }`")))
    }
}

/// Makes the finding about an `until` in a place where it has no meaning.
pub(super) fn misplaced_until(place: TokenRange) -> Finding {
    Finding::new(Code::MisplacedUntil, place, "`until` means nothing here")
        .help(format!("only {} can end", UntilComment::PLACES))
}

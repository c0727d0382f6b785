//! The arrow of a rule, and common mistakes in its place.

use policy_core::diagnostic::Help;

use super::parser::{Parsed, Parser};
use crate::tree::SectionKind;

impl Parser<'_, '_> {
    /// Reads the arrow after the sources of a statement.
    pub(super) fn arrow_after_sources(&mut self, kind: SectionKind) -> Parsed<()> {
        if self.arrow() {
            return Ok(());
        }
        if let Some(length) = self.other_arrow() {
            let place = self.next_tokens(length);
            self.complain(place, format!("expected `->`, found {}", self.found()), Help::write_text("->"));
            for _ in 0..length {
                self.any_token();
            }
            return Ok(());
        }
        if self.peek_punct('<') {
            let (message, help) = if self.is_arrow(self.at + 1) {
                ("a rule has one direction, and no `<->`", "write a rule for each direction")
            } else {
                ("a rule has its sources before the arrow, and no `<-`", kind.example())
            };
            let length = if self.is_arrow(self.at + 1) { 3 } else { 2 };
            return Err(self.refuse(self.next_tokens(length), message, help));
        }
        let word = if self.next_goes_on() { None } else { self.peek_ident() };
        if self.peek_punct('!') || word == Some("not") {
            let help = Help::write_text("except").and(" before what the list is to leave out");
            return Err(self.refuse(self.here(), format!("a list has no {}", self.found()), help));
        }
        if word == Some("and") {
            return Err(self.refuse(self.here(), "the items of a list have `,` between them", Help::write_text(",")));
        }
        Err(self.unexpected("`->` after the sources", kind.example()))
    }

    /// Returns the number of tokens of `=>`, `>` or `to`, if one of them is next.
    fn other_arrow(&self) -> Option<usize> {
        let is_double = self.peek_punct('=') && self.is_punct(self.at + 1, '>');
        let is_single = self.peek_punct('>') || self.peek_is("to") && !self.next_goes_on();
        if is_double { Some(2) } else { is_single.then_some(1) }
    }
}

//! Separators: between the items of a list, and at the end of a statement.

use policy_core::diagnostic::Help;
use policy_core::model::Until;

use crate::reserved::{is_kind, is_reserved};
use crate::string::is_string;
use crate::token::{Delimiter, TokenKind};

use super::parser::{Parsed, Parser};

/// Words that can only be at the start of a statement.
const FIRST_WORDS: &[&str] =
    &["accept", "check", "deny", "isolated", "let", "never", "only", "proto", "srcPostureAttrs"];

impl Parser<'_, '_> {
    /// Reads the `,` after an item of a list, or a wrong or missing separator. Returns whether the
    /// list continues.
    pub(super) fn separator(&mut self) -> bool {
        if self.punct(',').is_some() {
            self.refuse_missing_items();
            return true;
        }
        if self.is_other_separator() {
            let start = self.here();
            while ['|', '&', '+'].into_iter().any(|sign| self.punct(sign).is_some()) {}
            self.keyword("or");
            let place = self.since(start);
            self.complain(place, "the items of a list have `,` between them", Help::write_text(","));
            return true;
        }
        if self.is_next_item() {
            self.missing_comma();
            return true;
        }
        false
    }

    /// Reports each `,` that is in the place of an item, and each `//!` comment in a list.
    pub(super) fn refuse_missing_items(&mut self) {
        loop {
            if self.peek_punct(',') {
                self.complain(self.here(), "there is nothing before this `,`", Help::remove("leave it out"));
                self.punct(',');
            } else if self.peek_note() {
                let start = self.here();
                self.note();
                let place = self.since(start);
                self.complain(place, "a `//!` cannot be in a list", "write `//`, or `///` above an item");
            } else {
                return;
            }
        }
    }

    /// Returns whether an item follows after a wrong separator.
    fn is_other_separator(&self) -> bool {
        let mut rest = self.ahead();
        if rest.peek_is("or") && !self.next_goes_on() {
            rest.skip();
        } else {
            while ['|', '&', '+'].into_iter().any(|sign| rest.peek_punct(sign)) {
                rest.skip();
            }
        }
        rest.at > self.at && (rest.peek_ident().is_some() || rest.peek_string())
    }

    /// Returns whether the next words on this line are an item, and are followed by a `,` or by the
    /// end of a list.
    fn is_next_item(&self) -> bool {
        let mut rest = self.ahead();
        if self.is_on_next_line() {
            return false;
        }
        if rest.peek_string() {
            // After a name, a string may be the value of a clause whose word is missing.
            let last = self.at.checked_sub(1).and_then(|last| self.token(last));
            if !matches!(last, Some(TokenKind::Literal(text)) if is_string(text)) {
                return false;
            }
            rest.skip();
        } else {
            match rest.peek_ident() {
                Some(word) if is_kind(word) && rest.second_punct() == Some(':') => {
                    rest.skip();
                    rest.skip();
                }
                Some(word) if !is_reserved(word) || rest.next_goes_on() => {}
                _ => return false,
            }
            loop {
                if rest.peek_ident().is_none() && rest.peek_literal().is_none() {
                    return false;
                }
                rest.skip();
                if !rest.peek_dash() {
                    break;
                }
                while rest.peek_dash() {
                    rest.skip();
                }
            }
        }
        let is_end = rest.at_end() || rest.peek_arrow() || rest.peek_punct(',') || rest.peek_punct(';');
        is_end || rest.peek_ident().is_some_and(|word| is_reserved(word) && !is_kind(word))
    }

    /// Reports that the `,` after the last item is missing.
    pub(super) fn missing_comma(&mut self) {
        let help = Help::append(",", "the items of a list have `,` between them");
        self.complain(self.previous(), "expected `,` after this", help);
    }

    /// Reads the `;` at the end of a statement.
    pub(super) fn end_of_statement(&mut self) -> Parsed<()> {
        if self.punct(';').is_some() {
            return Ok(());
        }
        if self.at_end() || self.peek_next_statement() {
            // The next tokens look like another statement, and are parsed as one.
            self.missing_semicolon();
            return Ok(());
        }
        if self.peek_is(Until::WORD) && !self.next_goes_on() {
            return Err(self.refuse_until());
        }
        let finding = self.expected("`;`");
        let finding = if self.follows_comma() && (self.peek_punct('=') || self.peek_arrow()) {
            finding.help("statements end with `;`, not with `,`: this one seems to run into the next")
        } else if self.peek_arrow() {
            finding.help("a rule has one `->`: write a rule for each step")
        } else {
            finding.help("items of a list are separated by `,`, and a statement ends with `;`")
        };
        Err(self.fail(finding))
    }

    /// Returns whether the next tokens look like another statement.
    pub(super) fn peek_next_statement(&self) -> bool {
        let is_first_word = self.peek_ident().is_some_and(|word| FIRST_WORDS.contains(&word)) && !self.next_goes_on();
        is_first_word || self.peek_kind() || self.is_on_next_line() && self.peek_statement()
    }

    /// Returns whether the next tokens look like a separate statement, with an arrow, a `=` or a
    /// block before its `;`.
    fn peek_statement(&self) -> bool {
        let mut rest = self.ahead();
        if rest.peek_doc() || rest.peek_note() {
            return true;
        }
        let starts = matches!(rest.token(rest.at), Some(TokenKind::Ident(_) | TokenKind::Literal(_)));
        while starts && !rest.at_end() && !rest.peek_punct(';') {
            if rest.peek_arrow() || rest.peek_punct('=') || rest.peek_group(Delimiter::Brace) {
                return true;
            }
            rest.skip();
        }
        false
    }

    /// Returns whether the name before the next token follows a `,`.
    fn follows_comma(&self) -> bool {
        let is_of_name = |at: usize| match self.token(at) {
            Some(TokenKind::Ident(_) | TokenKind::Literal(_)) => true,
            Some(TokenKind::Punct { char, .. }) => matches!(char, ':' | '-'),
            _ => false,
        };
        let mut at = self.at;
        while at.checked_sub(1).is_some_and(is_of_name) {
            at -= 1;
        }
        at.checked_sub(1).is_some_and(|at| self.is_punct(at, ','))
    }

    pub(super) fn missing_semicolon(&mut self) {
        let help = Help::append(";", "a statement ends with `;`, and the items of a list have `,` between them");
        self.complain(self.previous(), "expected `;` after this", help);
    }
}

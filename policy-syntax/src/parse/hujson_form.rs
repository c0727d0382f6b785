//! Sections in the form of HuJSON.
//!
//! People who come from HuJSON write `"groups": { … }`, `groups = { … }` or `grants: [ … ]`. Such a
//! section is one mistake. Its declarations are read, or at least their names are, so that their
//! uses are not reported, too.

use policy_core::Code;

use crate::cursor::Cursor;
use crate::finding::Finding;
use crate::token::Delimiter;

use super::parser::{Parsed, Parser};
use crate::tree::{Marks, Section, SectionKind, Word};

/// The form in which the name of a section is written, if it differs from `policy!`.
struct Written {
    kind: SectionKind,
    is_quoted: bool,
    /// The `:` or `=` after it.
    sign: Option<char>,
    /// The brackets around its entries.
    delimiter: Delimiter,
}

/// Returns whether the next group is a JSON object: an empty one, or one that begins with
/// `"name":`.
fn has_json(cursor: &Cursor) -> bool {
    let mut inside = cursor.clone();
    inside.at += 1;
    // Comments are attributes: `#[…]` and `#![…]`.
    while inside.peek_doc() || inside.peek_note() {
        while inside.peek_punct('#') || inside.peek_punct('!') {
            inside.skip();
        }
        inside.skip();
    }
    inside.at_end() || inside.peek_string() && inside.second_punct() == Some(':')
}

impl Parser<'_, '_> {
    /// Returns whether a section in the form of HuJSON is next.
    pub(super) fn peek_hujson_section(&self) -> bool {
        self.written_section().is_some()
    }

    fn written_section(&self) -> Option<Written> {
        let mut rest = self.ahead();
        let is_quoted = rest.peek_string();
        let name = if is_quoted { rest.peek_literal()?.trim_matches('"') } else { rest.peek_ident()? };
        let kind = SectionKind::from_key(name)?;
        rest.skip();
        let sign = [':', '='].into_iter().find(|&sign| rest.peek_punct(sign));
        if sign.is_some() {
            rest.skip();
        }
        let delimiters = [Delimiter::Brace, Delimiter::Bracket];
        let delimiter = delimiters.into_iter().find(|&delimiter| rest.peek_group(delimiter))?;
        let is_ours = !is_quoted && sign.is_none() && delimiter == Delimiter::Brace;
        // `hosts = { "nas": "10.0.0.1" };` is a section in the valid form of a setting.
        let is_setting = sign == Some('=') && (delimiter == Delimiter::Bracket || has_json(&rest));
        (!is_ours && !is_setting).then_some(Written { kind, is_quoted, sign, delimiter })
    }

    /// Reports such a section once. Reads its entries if only the name has the wrong form.
    pub(super) fn hujson_section(&mut self, marks: Marks) -> Parsed<Option<Section>> {
        let Some(Written { kind, is_quoted, sign, delimiter }) = self.written_section() else { return Ok(None) };
        let (start, first) = (self.here(), self.start_of_statement());
        self.any_token();
        let key = Word { text: kind.key().to_owned(), place: self.previous() };
        if let Some(sign) = sign {
            self.punct(sign);
        }
        let place = self.since(start);
        let help = format!("write `{} {{ … }}`", kind.key());
        if delimiter == Delimiter::Brace && !has_json(self) {
            let without = match (is_quoted, sign) {
                (true, None) => "quotes".to_owned(),
                (true, Some(sign)) => format!("quotes and no `{sign}`"),
                (false, sign) => format!("`{}`", sign.unwrap_or(':')),
            };
            self.complain(place, format!("a section has no {without}"), help);
            let entries = self.group(Delimiter::Brace, |inside| inside.entries(kind));
            self.skip_separator();
            return Ok(entries.map(|(entries, _)| Section { marks, kind, key, entries }));
        }
        // The sections of a pasted policy count as one mistake.
        if !self.state.has_hujson {
            self.state.has_hujson = true;
            let message = format!("`{}` is written as in HuJSON", kind.key());
            self.report(
                Finding::new(Code::Syntax, place, message)
                    .help(format!("`policy import policy.hujson` converts a whole policy file; by hand, {help}")),
            );
        }
        self.any_token();
        self.skip_separator();
        self.recover_names(first);
        Ok(None)
    }

    fn skip_separator(&mut self) {
        if self.punct(',').is_none() {
            self.punct(';');
        }
    }

    /// Reports a comment that begins with `#` or `--`, and skips its line.
    pub(super) fn other_comment(&mut self) {
        let mark = if self.peek_punct('#') { "#" } else { "--" };
        let start = self.next_tokens(mark.len());
        self.any_token();
        while !self.at_end() && !self.is_on_next_line() {
            self.any_token();
        }
        self.complain(
            start,
            format!("a comment does not begin with `{mark}`"),
            "write `// …`, or `/// …` for a description",
        );
    }

    /// Returns whether a `#` is next that begins neither a description nor an attribute, or a `--`.
    pub(super) fn peek_other_comment(&self) -> bool {
        let is_hash = self.peek_punct('#') && !self.peek_doc() && !self.peek_note();
        is_hash || self.peek_dash() && self.is_dash(self.at + 1)
    }
}

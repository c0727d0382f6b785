use std::fmt::Display;
use std::num::NonZeroU32;
use std::ops::Deref;

use policy_core::Code;
use policy_core::diagnostic::Help;

use crate::cursor::Cursor;
use crate::finding::Finding;
use crate::string::{is_string, string_value};
use crate::token::{Delimiter, Token, TokenId, TokenKind};
use crate::token_range::TokenRange;
use crate::tree::Word;

use super::reading::{Iteration, RecoveredNames};
use super::source::{Fragment, Source};

/// The maximum number of tokens that all loops together may produce. More would keep the compiler
/// busy.
pub(super) const MAX_TOKENS: usize = 1_000_000;

/// An error that has been reported, because of which a statement cannot be read.
#[derive(Debug)]
pub(super) struct Failed;

pub(super) type Parsed<T> = Result<T, Failed>;

/// A position in the tokens, with the results so far.
pub(super) struct Parser<'a, 'l> {
    cursor: Cursor<'a>,
    /// The last token that was read.
    previous: TokenId,
    /// True if that token ended an entry, an item of a list or a block.
    finished: bool,
    pub(super) source: &'l Source<'l>,
    pub(super) state: State,
    /// The fragments that have not been used yet.
    pub(super) fragments: std::vec::IntoIter<Fragment>,
}

/// The results so far. A parser of other tokens takes them over.
pub(super) struct State {
    pub(super) findings: Vec<Finding>,
    pub(super) recovered: RecoveredNames,
    /// The elements that loops have been expanded for.
    pub(super) iterations: Vec<Iteration>,
    /// The number of the element that the current tokens are expanded for.
    pub(super) iteration: Option<NonZeroU32>,
    /// The variables of the loops around.
    pub(super) variables: Vec<String>,
    /// The number of tokens that loops may still produce.
    pub(super) tokens_left: usize,
    /// True if any list has an `except`.
    pub(super) uses_except: bool,
    /// The `use` of each used fragment.
    pub(super) uses: Vec<TokenId>,
    /// The variables of the loops around that no element is called like.
    pub(super) bare_variables: Vec<String>,
    /// Names with such a variable's name in them, and what they are with a `$` before it.
    pub(super) without_dollar: Vec<(TokenRange, String)>,
    /// True if a `use` cannot be read.
    pub(super) has_wrong_use: bool,
    /// True if a section with JSON in it has been reported.
    pub(super) has_hujson: bool,
}

impl Default for State {
    fn default() -> Self {
        State {
            findings: Vec::new(),
            recovered: RecoveredNames::default(),
            iterations: Vec::new(),
            iteration: None,
            variables: Vec::new(),
            tokens_left: MAX_TOKENS,
            uses_except: false,
            uses: Vec::new(),
            bare_variables: Vec::new(),
            without_dollar: Vec::new(),
            has_wrong_use: false,
            has_hujson: false,
        }
    }
}

impl<'a> Deref for Parser<'a, '_> {
    type Target = Cursor<'a>;

    fn deref(&self) -> &Cursor<'a> {
        &self.cursor
    }
}

impl<'a, 'l> Parser<'a, 'l> {
    pub(super) fn new(tokens: &'a [Token], source: &'l Source<'l>) -> Self {
        Parser {
            cursor: Cursor::new(tokens),
            previous: TokenId::NONE,
            finished: false,
            source,
            state: State::default(),
            fragments: Vec::new().into_iter(),
        }
    }

    /// Reads other tokens as if they were here.
    pub(super) fn read_instead<T>(&mut self, tokens: &[Token], read: impl FnOnce(&mut Parser<'_, 'l>) -> T) -> T {
        let mut inside = Parser::new(tokens, self.source);
        inside.previous = self.previous;
        inside.state = std::mem::take(&mut self.state);
        let value = read(&mut inside);
        self.state = inside.state;
        value
    }

    fn id(&self, at: usize) -> TokenId {
        self.tokens.get(at).map_or(self.previous, |token| token.id)
    }

    /// Returns the place of the next token or group, or of the end of the block.
    pub(super) fn here(&self) -> TokenRange {
        match self.token(self.at) {
            Some(TokenKind::Open { close, .. }) => self.place(self.id(self.at), self.id(*close)),
            _ => self.place(self.id(self.at), self.id(self.at)),
        }
    }

    /// The place of the next tokens.
    pub(super) fn next_tokens(&self, count: usize) -> TokenRange {
        self.place(self.id(self.at), self.id(self.at + count.saturating_sub(1)))
    }

    pub(super) fn previous(&self) -> TokenRange {
        self.place(self.previous, self.previous)
    }

    fn place(&self, first: TokenId, last: TokenId) -> TokenRange {
        TokenRange { iteration: self.state.iteration, ..TokenRange::new(first, last) }
    }

    /// Returns the range from `start` to the last token that was read.
    pub(super) fn since(&self, start: TokenRange) -> TokenRange {
        start.to(self.previous())
    }

    /// Continues at the token `next`. The token before it counts as read.
    fn advance(&mut self, next: usize) {
        self.previous = self.id(next.saturating_sub(1));
        self.finished = false;
        self.cursor.at = next;
    }

    /// Returns whether the last token ended something, so that a comment after it on its line looks
    /// like a remark about it.
    pub(super) fn just_finished(&self) -> bool {
        self.finished
    }

    /// Returns whether the next token is not on the line of the last one.
    pub(super) fn is_on_next_line(&self) -> bool {
        !self.source.positions.are_on_one_line(self.previous, self.id(self.at))
    }

    /// Returns whether an empty line is before the next token.
    pub(super) fn is_apart(&self) -> bool {
        self.source.positions.are_apart(self.previous, self.id(self.at))
    }

    /// Returns a cursor for looking ahead.
    pub(super) fn ahead(&self) -> Cursor<'a> {
        self.cursor.clone()
    }

    // --- reading ---

    pub(super) fn ident(&mut self) -> Option<Word> {
        let text = self.peek_ident()?;
        self.advance(self.at + 1);
        Some(Word { text: text.to_owned(), place: self.previous() })
    }

    pub(super) fn keyword(&mut self, word: &str) -> Option<TokenRange> {
        if !self.peek_is(word) {
            return None;
        }
        self.advance(self.at + 1);
        Some(self.previous())
    }

    pub(super) fn punct(&mut self, char: char) -> Option<TokenRange> {
        if !self.peek_punct(char) {
            return None;
        }
        self.advance(self.at + 1);
        self.finished = matches!(char, ',' | ';');
        Some(self.previous())
    }

    pub(super) fn arrow(&mut self) -> bool {
        self.peek_arrow() && self.punct('-').is_some() && self.punct('>').is_some()
    }

    /// Reads a literal as written.
    pub(super) fn literal(&mut self) -> Option<Word> {
        let text = self.peek_literal()?;
        self.advance(self.at + 1);
        Some(Word { text: text.to_owned(), place: self.previous() })
    }

    /// Reads a string literal and returns its value.
    pub(super) fn string(&mut self) -> Parsed<Option<Word>> {
        let Some(written) = self.peek_literal().filter(|literal| is_string(literal)) else { return Ok(None) };
        self.advance(self.at + 1);
        let place = self.previous();
        match string_value(written) {
            Some(text) => {
                self.check_string(&text, place)?;
                Ok(Some(Word { text: text.into_owned(), place }))
            }
            None => Err(self.refuse(
                place,
                format!("`{written}` is not a plain string"),
                "write the text in double quotes, without a prefix or suffix",
            )),
        }
    }

    /// Reads the next token, or the whole next group.
    pub(super) fn any_token(&mut self) -> Option<&'a TokenKind> {
        if self.at_end() {
            return None;
        }
        let token = self.token(self.at);
        self.advance(self.after(self.at));
        token
    }

    /// Reads a group in brackets with `read`, which need not read all of it.
    pub(super) fn group<T>(
        &mut self,
        delimiter: Delimiter,
        read: impl FnOnce(&mut Self) -> T,
    ) -> Option<(T, TokenRange)> {
        let close = match self.token(self.at)? {
            TokenKind::Open { delimiter: this, close } if *this == delimiter => *close,
            _ => return None,
        };
        let place = self.here();
        self.advance(self.at + 1);
        let value = read(self);
        self.advance(close + 1);
        self.finished = delimiter == Delimiter::Brace;
        Some((value, place))
    }

    // --- reporting ---

    pub(super) fn report(&mut self, finding: Finding) {
        self.state.findings.push(finding);
    }

    /// Reports a finding, and gives up on the statement.
    pub(super) fn fail(&mut self, finding: Finding) -> Failed {
        self.report(finding);
        Failed
    }

    /// Reports a mistake whose meaning is clear.
    pub(super) fn complain(&mut self, place: TokenRange, message: impl Into<String>, help: impl Into<Help>) {
        self.report(Finding::new(Code::Syntax, place, message).help(help));
    }

    /// Reports a mistake, and gives up on the statement.
    pub(super) fn refuse(&mut self, place: TokenRange, message: impl Into<String>, help: impl Into<Help>) -> Failed {
        self.complain(place, message, help);
        Failed
    }

    /// Reports the next token in a place where something else is expected.
    pub(super) fn unexpected(&mut self, expected: impl Display, help: impl Into<Help>) -> Failed {
        self.fail(self.expected(expected).help(help))
    }

    /// Reports the next token in a place where only one thing is possible.
    pub(super) fn unexpected_token(&mut self, expected: impl Display) -> Failed {
        self.fail(self.expected(expected))
    }

    /// Makes the finding "expected …, found …" at the next token.
    pub(super) fn expected(&self, what: impl Display) -> Finding {
        // If something is missing at the end of a block, the place is after the last word, not at
        // the bracket.
        let place = if self.at_end() { self.previous() } else { self.here() };
        Finding::new(Code::Syntax, place, format!("expected {what}, found {}", self.found()))
    }

    /// Describes the next token.
    pub(super) fn found(&self) -> String {
        self.cursor.found().unwrap_or_else(|| {
            let is_end_of_file = self.source.is_invariants_file() && self.at + 1 >= self.tokens.len();
            if is_end_of_file { "the end of the file".to_owned() } else { "the end of the block".to_owned() }
        })
    }

    /// Reads the text of the next tokens up to a `,` or `;`, or the end of the line.
    pub(super) fn glued_text(&mut self) -> String {
        let mut text = String::new();
        while !self.at_end() && !self.peek_punct(',') && !self.peek_punct(';') {
            if !text.is_empty() && self.is_on_next_line() {
                break;
            }
            match self.token(self.at) {
                Some(TokenKind::Ident(part) | TokenKind::Literal(part)) => text.push_str(part),
                Some(TokenKind::Punct { char, .. }) => text.push(*char),
                _ => break,
            }
            self.any_token();
        }
        text
    }

    /// Returns the tokens from the one at `start` up to the next one.
    pub(super) fn tokens_since(&self, start: usize) -> &'a [Token] {
        self.tokens.get(start..self.at).unwrap_or_default()
    }

    /// Reads the next group, and returns its tokens with the closing bracket.
    pub(super) fn block(&mut self, delimiter: Delimiter) -> Option<&'a [Token]> {
        let start = self.at + 1;
        let (end, _) = self.group(delimiter, |inside| match inside.token(start - 1) {
            Some(TokenKind::Open { close, .. }) => close + 1,
            _ => start,
        })?;
        self.tokens.get(start..end)
    }

    /// Returns the index of the start of a statement, for [`Parser::skip_statement`].
    pub(super) fn start_of_statement(&self) -> usize {
        self.at
    }

    /// Skips the rest of a statement that could not be read, and records the names in it.
    pub(super) fn skip_statement(&mut self, start: usize, ends_with_block: bool) {
        while !self.at_end() && self.punct(';').is_none() {
            let was_block = ends_with_block && self.peek_group(Delimiter::Brace);
            if self.any_token().is_none() || was_block && !self.peek_punct(';') {
                break;
            }
        }
        self.recover_names(start);
    }

    /// Records the names from the token `start` up to the next one, including those in groups.
    pub(super) fn recover_names(&mut self, start: usize) {
        let mut at = start;
        while at < self.at {
            at = self.recover_name(at);
        }
    }

    /// Records the name at the token `at` in a skipped statement. Returns the index after it.
    fn recover_name(&mut self, mut at: usize) -> usize {
        let start = at;
        if let Some(TokenKind::Literal(text)) = self.token(at)
            && is_string(text)
        {
            self.state.recovered.names.insert(text.trim_matches('"').to_owned());
            return at + 1;
        }
        let mut name = String::new();
        let mut glue = true;
        while let Some(token) = self.token(at) {
            match token {
                TokenKind::Ident(text) if glue => name.push_str(text),
                TokenKind::Literal(text) if glue => name.push_str(text.trim_matches('"')),
                TokenKind::Punct { char: char @ (':' | '-'), .. } if !name.is_empty() && !self.is_arrow(at) => {
                    name.push(*char);
                }
                _ => break,
            }
            glue = matches!(token, TokenKind::Punct { .. });
            at += 1;
        }
        if !name.is_empty() {
            self.state.recovered.names.insert(name);
        }
        at.max(start + 1)
    }
}

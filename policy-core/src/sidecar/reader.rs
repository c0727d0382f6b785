//! Statement by statement: what one that cannot be read says goes, and the next one is read.

use std::fmt::Display;

use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Facts, Lint};
use crate::sidecar::token::{Token, TokenKind, origin};
use crate::source::{Origin, Text};

/// The statement cannot be read; why has been reported already.
#[derive(Debug)]
pub(super) struct Failed;

pub(super) type Parsed<T> = Result<T, Failed>;

/// A place in the tokens, and what has been found wrong so far.
pub(super) struct Reader<'t> {
    tokens: &'t [Token<'t>],
    base: u32,
    /// The next token. At the end of a bracket that is the closing one.
    at: usize,
    previous: Origin,
    pub(super) findings: Vec<Diagnostic>,
}

/// How a statement is written, for a `help:`.
pub(super) const EXAMPLE: &str = "write `never autogroup:member -> tag:nas;`";

impl<'t> Reader<'t> {
    pub(super) fn new(tokens: &'t [Token<'t>], base: u32, findings: Vec<Diagnostic>) -> Self {
        Reader { tokens, base, at: 0, previous: Origin::new(base, base), findings }
    }

    /// All statements.
    pub(super) fn invariants(&mut self) -> Facts {
        let mut facts = Facts::default();
        while !self.at_end() {
            let start = self.at;
            if self.statement(&mut facts).is_err() {
                self.skip_statement(start);
            }
        }
        facts
    }

    fn statement(&mut self, facts: &mut Facts) -> Parsed<()> {
        if matches!(self.kind(self.at), Some(TokenKind::Note)) {
            self.advance(self.at + 1);
            return Ok(());
        }
        let marks = self.marks()?;
        let start = self.here();
        let mut invariant = self.invariant(marks.doc)?;
        invariant.origin = self.since(start);
        facts.lints.extend(marks.allows.into_iter().map(|lint| Lint { scope: invariant.origin, ..lint }));
        facts.invariants.push(invariant);
        Ok(())
    }

    fn skip_statement(&mut self, start: usize) {
        while !self.at_end() {
            if self.punct(';').is_some() {
                return;
            }
            self.advance(self.after(self.at));
        }
        // What does not move on would be read for ever.
        self.at = self.at.max(start + 1).min(self.tokens.len());
    }

    // --- looking ---

    pub(super) fn kind(&self, at: usize) -> Option<&'t TokenKind<'t>> {
        self.tokens.get(at).map(|token| &token.kind)
    }

    pub(super) fn at_end(&self) -> bool {
        matches!(self.kind(self.at), Some(TokenKind::Close) | None)
    }

    fn origin(&self, at: usize) -> Origin {
        self.tokens.get(at).map_or(self.previous, |token| origin(self.base, token.start, token.end))
    }

    /// The place of the next token, or of all of the next bracket.
    pub(super) fn here(&self) -> Origin {
        match self.kind(self.at) {
            Some(TokenKind::Open { close, .. }) => self.origin(self.at).to(self.origin(*close)),
            _ => self.origin(self.at),
        }
    }

    pub(super) fn previous(&self) -> Origin {
        self.previous
    }

    /// From `start` to the last token that was read.
    pub(super) fn since(&self, start: Origin) -> Origin {
        start.to(self.previous)
    }

    /// The token after that at `at`, which may be a bracket.
    fn after(&self, at: usize) -> usize {
        match self.kind(at) {
            Some(TokenKind::Open { close, .. }) => close + 1,
            Some(TokenKind::Close) | None => at,
            Some(_) => at + 1,
        }
    }

    pub(super) fn peek_word(&self) -> Option<&'t str> {
        match self.kind(self.at) {
            Some(TokenKind::Word(word)) => Some(word),
            _ => None,
        }
    }

    /// A word that is no number.
    pub(super) fn peek_ident(&self) -> Option<&'t str> {
        self.peek_word().filter(|word| !is_number(word))
    }

    pub(super) fn peek_number(&self) -> Option<&'t str> {
        self.peek_word().filter(|word| is_number(word))
    }

    pub(super) fn peek_string(&self) -> bool {
        matches!(self.kind(self.at), Some(TokenKind::String(..)))
    }

    pub(super) fn peek_doc(&self) -> bool {
        matches!(self.kind(self.at), Some(TokenKind::Doc(_)))
            || self.peek_punct('#') && matches!(self.kind(self.at + 1), Some(TokenKind::Open { bracket: '[', .. }))
    }

    pub(super) fn peek_open(&self, wanted: char) -> bool {
        matches!(self.kind(self.at), Some(TokenKind::Open { bracket, .. }) if *bracket == wanted)
    }

    pub(super) fn peek_punct(&self, wanted: char) -> bool {
        self.is_punct(self.at, wanted)
    }

    fn is_punct(&self, at: usize, wanted: char) -> bool {
        matches!(self.kind(at), Some(TokenKind::Punct(char)) if *char == wanted)
    }

    /// Whether two signs touch each other.
    fn is_pair(&self, at: usize) -> bool {
        let touches = |first: &Token, second: &Token| first.end == second.start;
        self.tokens.get(at).zip(self.tokens.get(at + 1)).is_some_and(|(first, second)| touches(first, second))
    }

    pub(super) fn second_is(&self, wanted: char) -> bool {
        self.is_punct(self.after(self.at), wanted)
    }

    fn is_arrow(&self, at: usize) -> bool {
        self.is_punct(at, '-') && self.is_punct(at + 1, '>')
    }

    fn is_dash(&self, at: usize) -> bool {
        self.is_punct(at, '-') && !self.is_punct(at + 1, '>')
    }

    pub(super) fn peek_arrow(&self) -> bool {
        self.is_arrow(self.at)
    }

    pub(super) fn peek_dash(&self) -> bool {
        self.is_dash(self.at)
    }

    /// Whether the next word goes on after itself with a dash that is no arrow, as `on` does in `on-prem`.
    pub(super) fn next_goes_on(&self) -> bool {
        self.is_dash(self.after(self.at))
    }

    // --- reading ---

    pub(super) fn advance(&mut self, next: usize) {
        self.previous = self.origin(next.saturating_sub(1));
        self.at = next;
    }

    pub(super) fn word(&mut self) -> Option<(&'t str, Origin)> {
        let word = self.peek_word()?;
        self.advance(self.at + 1);
        Some((word, self.previous))
    }

    pub(super) fn keyword(&mut self, word: &str) -> bool {
        let is_next = self.peek_word() == Some(word);
        if is_next {
            self.advance(self.at + 1);
        }
        is_next
    }

    pub(super) fn punct(&mut self, char: char) -> Option<Origin> {
        if !self.peek_punct(char) {
            return None;
        }
        self.advance(self.at + 1);
        Some(self.previous)
    }

    pub(super) fn arrow(&mut self) -> bool {
        let is_next = self.peek_arrow();
        if is_next {
            self.advance(self.at + 2);
        }
        is_next
    }

    /// The value of a string.
    pub(super) fn string(&mut self) -> Option<Text> {
        let Some(TokenKind::String(value, verbatim)) = self.kind(self.at) else { return None };
        self.advance(self.at + 1);
        let origin = self.previous;
        Some(match verbatim {
            true => Text::verbatim(value.as_str(), origin, origin.start.saturating_add(1)),
            false => Text::escaped(value.as_str(), origin),
        })
    }

    pub(super) fn doc(&mut self) -> Option<&'t [String]> {
        let Some(TokenKind::Doc(lines)) = self.kind(self.at) else { return None };
        self.advance(self.at + 1);
        Some(lines)
    }

    /// Reads what is in a bracket with `read`. What `read` leaves unread is its own affair.
    pub(super) fn group<T>(&mut self, wanted: char, read: impl FnOnce(&mut Self) -> T) -> Option<(T, Origin)> {
        let Some(TokenKind::Open { bracket, close }) = self.kind(self.at) else { return None };
        if *bracket != wanted {
            return None;
        }
        let place = self.here();
        self.advance(self.at + 1);
        let value = read(self);
        self.advance(close + 1);
        Some((value, place))
    }

    // --- reporting ---

    pub(super) fn report(&mut self, finding: Diagnostic) {
        self.findings.push(finding);
    }

    /// Reports, and gives up on the statement.
    pub(super) fn fail(&mut self, finding: Diagnostic) -> Failed {
        self.report(finding);
        Failed
    }

    /// "expected …, found …" at the next token.
    pub(super) fn expected(&self, what: impl Display) -> Diagnostic {
        let place = if self.at_end() { self.previous } else { self.here() };
        wrong(place, format!("expected {what}, found {}", self.found()))
    }

    /// What the next token is, in words.
    fn found(&self) -> String {
        match self.kind(self.at) {
            Some(TokenKind::Open { bracket, .. }) => format!("`{bracket}`"),
            Some(TokenKind::Punct(char)) => match self.kind(self.at + 1) {
                Some(TokenKind::Punct(second)) if self.is_pair(self.at) => format!("`{char}{second}`"),
                _ => format!("`{char}`"),
            },
            Some(TokenKind::Word(word)) => format!("`{word}`"),
            Some(TokenKind::String(value, _)) => format!("`\"{value}\"`"),
            Some(TokenKind::Doc(_)) => "`///`".to_owned(),
            Some(TokenKind::Note) => "`//!`".to_owned(),
            Some(TokenKind::Close) if self.at + 1 < self.tokens.len() => "the end of the block".to_owned(),
            Some(TokenKind::Close) | None => "the end of the file".to_owned(),
        }
    }
}

/// A finding about how something is written.
pub(super) fn wrong(place: Origin, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(Code::Syntax, place, message)
}

fn is_number(word: &str) -> bool {
    word.starts_with(|char: char| char.is_ascii_digit())
}

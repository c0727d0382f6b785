use std::collections::HashSet;
use std::fmt::Display;
use std::num::NonZeroU32;

use policy_core::Code;
use policy_core::reserved::{is_foreign_kind, is_kind};
use proc_macro2::{Delimiter, Span};

use crate::finding::Finding;
use crate::fragment::Fragment;
use crate::place::Place;

use super::for_loop::{Iteration, MAX_TOKENS};
use super::tokens::{Token, TokenKind};
use super::tree::Word;

/// The statement cannot be read; why has been reported already.
#[derive(Debug)]
pub(super) struct Failed;

pub(super) type Parsed<T> = Result<T, Failed>;

/// A place in the tokens, and what has been found wrong so far.
///
/// Parsing never depends on white space or positions: rust-analyzer has none to offer.
pub(super) struct Parser<'a> {
    tokens: &'a [Token],
    /// The next token. At the end of a block that is its closing brace.
    at: usize,
    /// The last token that was read.
    previous: Span,
    /// Whether that token finished something: an entry, an item of a list or a block.
    finished: bool,
    pub(super) findings: Vec<Finding>,
    /// Names in statements that could not be read. They may well be declared there, so nobody calls them undefined.
    pub(super) lost: HashSet<String>,
    /// Whether such a statement may have declared any name.
    pub(super) loses_all: bool,
    /// For what the loops that have been read are written out.
    pub(super) iterations: Vec<Iteration>,
    /// The element that the tokens here are written out for, by its number.
    pub(super) iteration: Option<NonZeroU32>,
    /// The variables of the loops around.
    pub(super) variables: Vec<String>,
    /// How many tokens more loops may be written out as.
    pub(super) tokens_left: usize,
    /// Whether some list has an `except`.
    pub(super) uses_except: bool,
    /// The fragments that are still to be used.
    pub(super) fragments: std::vec::IntoIter<Fragment>,
}

impl<'a> Parser<'a> {
    pub(super) fn new(tokens: &'a [Token]) -> Self {
        let previous = Span::call_site();
        Parser {
            tokens,
            at: 0,
            previous,
            finished: false,
            findings: Vec::new(),
            lost: HashSet::new(),
            loses_all: false,
            iterations: Vec::new(),
            iteration: None,
            variables: Vec::new(),
            tokens_left: MAX_TOKENS,
            uses_except: false,
            fragments: Vec::new().into_iter(),
        }
    }

    /// A parser of other tokens that stand where those of this one do.
    pub(super) fn of<'b>(&mut self, tokens: &'b [Token]) -> Parser<'b> {
        let mut inside = Parser { previous: self.previous, ..Parser::new(tokens) };
        self.hand_over(&mut inside);
        inside
    }

    /// Gives all that has been found so far to another parser, which reads on elsewhere.
    pub(super) fn hand_over(&mut self, to: &mut Parser<'_>) {
        to.findings = std::mem::take(&mut self.findings);
        to.lost = std::mem::take(&mut self.lost);
        to.loses_all |= self.loses_all;
        to.uses_except |= self.uses_except;
        to.iterations = std::mem::take(&mut self.iterations);
        to.iteration = self.iteration;
        to.variables = std::mem::take(&mut self.variables);
        to.tokens_left = self.tokens_left;
    }

    fn token(&self, at: usize) -> Option<&'a TokenKind> {
        self.tokens.get(at).map(|token| &token.kind)
    }

    fn span(&self, at: usize) -> Span {
        self.tokens.get(at).map_or(self.previous, |token| token.span)
    }

    pub(super) fn at_end(&self) -> bool {
        matches!(self.token(self.at), Some(TokenKind::Close) | None)
    }

    /// The place of the next token, or of the end of the block.
    pub(super) fn here(&self) -> Place {
        match self.token(self.at) {
            Some(TokenKind::Open { close, .. }) => self.place(self.span(self.at), self.span(*close)),
            _ => self.place(self.span(self.at), self.span(self.at)),
        }
    }

    pub(super) fn previous(&self) -> Place {
        self.place(self.previous, self.previous)
    }

    fn place(&self, first: Span, last: Span) -> Place {
        Place { iteration: self.iteration, ..Place::new(first, last) }
    }

    /// From `start` to the last token that was read.
    pub(super) fn since(&self, start: Place) -> Place {
        start.to(self.previous())
    }

    /// Goes on at the token `next`; that before it has been read.
    fn advance(&mut self, next: usize) {
        self.previous = self.span(next.saturating_sub(1));
        self.finished = false;
        self.at = next;
    }

    /// Whether the last token finished something, so that what follows on its line looks like a remark on it.
    pub(super) fn just_finished(&self) -> bool {
        self.finished
    }

    /// A parser of the same tokens, to look ahead with. What it finds wrong is forgotten.
    pub(super) fn ahead(&self) -> Parser<'a> {
        Parser { at: self.at, ..Parser::new(self.tokens) }
    }

    // --- looking ---

    pub(super) fn peek_ident(&self) -> Option<&'a str> {
        match self.token(self.at) {
            Some(TokenKind::Ident(text)) => Some(text),
            _ => None,
        }
    }

    pub(super) fn peek_is(&self, word: &str) -> bool {
        self.peek_ident() == Some(word)
    }

    pub(super) fn peek_punct(&self, char: char) -> bool {
        self.is_punct(self.at, char)
    }

    pub(super) fn peek_group(&self, delimiter: Delimiter) -> bool {
        self.is_group(self.at, delimiter)
    }

    pub(super) fn peek_literal(&self) -> Option<&'a str> {
        match self.token(self.at) {
            Some(TokenKind::Literal(text)) => Some(text),
            _ => None,
        }
    }

    pub(super) fn peek_string(&self) -> bool {
        self.peek_literal().is_some_and(is_string)
    }

    /// The punctuation after the next token.
    pub(super) fn second_punct(&self) -> Option<char> {
        match self.token(self.after(self.at)) {
            Some(TokenKind::Punct { char, .. }) => Some(*char),
            _ => None,
        }
    }

    /// The word after the next token, and whether `in` follows it.
    pub(super) fn second_ident(&self) -> Option<(&'a str, bool)> {
        let second = self.after(self.at);
        match (self.token(second), self.token(second + 1)) {
            (Some(TokenKind::Ident(word)), next) => {
                Some((word, matches!(next, Some(TokenKind::Ident(next)) if next == "in")))
            }
            _ => None,
        }
    }

    /// Whether the token after the next one is a group.
    pub(super) fn second_group(&self, delimiter: Delimiter) -> bool {
        self.is_group(self.after(self.at), delimiter)
    }

    pub(super) fn peek_arrow(&self) -> bool {
        self.is_arrow(self.at)
    }

    /// Whether the next word goes on after itself with a dash that is no arrow, as `on` does in `on-prem`.
    pub(super) fn next_goes_on(&self) -> bool {
        self.is_dash(self.after(self.at))
    }

    /// Whether a protocol and a colon are next: `tcp:`, `ipv6-icmp:`, `*:`, but not `tag:`.
    pub(super) fn protocol_ahead(&self) -> bool {
        let is_word = self.peek_ident().is_some_and(|word| !is_kind(word) && !is_foreign_kind(word));
        if !is_word && !self.peek_punct('*') {
            return false;
        }
        let mut at = self.at + 1;
        while self.is_dash(at) {
            at = self.after(at + 1);
        }
        self.is_punct(at, ':') && !self.is_punct(at + 1, ':')
    }

    pub(super) fn peek_dash(&self) -> bool {
        self.is_dash(self.at)
    }

    /// The token after that at `at`, which may be a group.
    fn after(&self, at: usize) -> usize {
        match self.token(at) {
            Some(TokenKind::Open { close, .. }) => close + 1,
            Some(TokenKind::Close) | None => at,
            Some(_) => at + 1,
        }
    }

    fn is_punct(&self, at: usize, wanted: char) -> bool {
        matches!(self.token(at), Some(TokenKind::Punct { char, .. }) if *char == wanted)
    }

    fn is_group(&self, at: usize, wanted: Delimiter) -> bool {
        matches!(self.token(at), Some(TokenKind::Open { delimiter, .. }) if *delimiter == wanted)
    }

    fn is_arrow(&self, at: usize) -> bool {
        self.is_punct(at, '-') && self.is_punct(at + 1, '>')
    }

    fn is_dash(&self, at: usize) -> bool {
        self.is_punct(at, '-') && !self.is_punct(at + 1, '>')
    }

    // --- reading ---

    pub(super) fn ident(&mut self) -> Option<Word> {
        let text = self.peek_ident()?;
        self.advance(self.at + 1);
        Some(Word { text: text.to_owned(), place: self.previous() })
    }

    pub(super) fn keyword(&mut self, word: &str) -> Option<Place> {
        if !self.peek_is(word) {
            return None;
        }
        self.advance(self.at + 1);
        Some(self.previous())
    }

    pub(super) fn punct(&mut self, char: char) -> Option<Place> {
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

    /// A literal as it is written.
    pub(super) fn literal(&mut self) -> Option<Word> {
        let text = self.peek_literal()?;
        self.advance(self.at + 1);
        Some(Word { text: text.to_owned(), place: self.previous() })
    }

    /// The value of a string literal.
    pub(super) fn string(&mut self) -> Parsed<Option<Word>> {
        let Some(written) = self.peek_literal().filter(|literal| is_string(literal)) else { return Ok(None) };
        self.advance(self.at + 1);
        let place = self.previous();
        // Most strings have no escape, and then their value is what stands between the quotes.
        let plain =
            written.strip_prefix('"').and_then(|text| text.strip_suffix('"')).filter(|text| !text.contains('\\'));
        if let Some(text) = plain {
            self.check_string(text, place);
            return Ok(Some(Word { text: text.to_owned(), place }));
        }
        match syn::parse_str::<syn::Lit>(written) {
            Ok(syn::Lit::Str(string)) if string.suffix().is_empty() => {
                self.check_string(&string.value(), place);
                Ok(Some(Word { text: string.value(), place }))
            }
            _ => Err(self.fail(
                Finding::new(Code::Syntax, place, format!("`{written}` is no plain string"))
                    .help("write the text in double quotes, without a prefix or suffix"),
            )),
        }
    }

    /// The next token, or all of the next group.
    pub(super) fn any_token(&mut self) -> Option<&'a TokenKind> {
        if self.at_end() {
            return None;
        }
        let token = self.token(self.at);
        self.advance(self.after(self.at));
        token
    }

    /// Reads a delimited group with `read`. What `read` leaves unread is its own affair.
    pub(super) fn group<T>(&mut self, delimiter: Delimiter, read: impl FnOnce(&mut Self) -> T) -> Option<(T, Place)> {
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
        self.findings.push(finding);
    }

    /// Reports, and gives up on the statement.
    pub(super) fn fail(&mut self, finding: Finding) -> Failed {
        self.report(finding);
        Failed
    }

    /// "expected …, found …" at the next token.
    pub(super) fn expected(&self, what: impl Display) -> Finding {
        // What is missing at the end of a block is missing after the last word, not at the brace.
        let place = if self.at_end() { self.previous() } else { self.here() };
        Finding::new(Code::Syntax, place, format!("expected {what}, found {}", self.found()))
    }

    /// What the next token is, in words.
    pub(super) fn found(&self) -> String {
        if self.at_end() {
            return "the end of the block".to_owned();
        }
        match self.token(self.at) {
            Some(TokenKind::Open { delimiter: Delimiter::Brace, .. }) => "`{`".to_owned(),
            Some(TokenKind::Open { delimiter: Delimiter::Bracket, .. }) => "`[`".to_owned(),
            Some(TokenKind::Open { .. }) => "`(`".to_owned(),
            // Of a comment, rustc makes an attribute.
            Some(TokenKind::Punct { char: '#', .. }) if self.is_punct(self.at + 1, '!') => "`//!`".to_owned(),
            Some(TokenKind::Punct { char: '#', .. }) if matches!(self.token(self.at + 2), Some(TokenKind::Ident(name)) if name == "doc") => {
                "`///`".to_owned()
            }
            Some(TokenKind::Punct { char, joint }) => match self.token(self.at + 1) {
                Some(TokenKind::Punct { char: second, .. }) if *joint => format!("`{char}{second}`"),
                _ => format!("`{char}`"),
            },
            Some(TokenKind::Ident(text) | TokenKind::Literal(text)) => format!("`{text}`"),
            Some(TokenKind::Close) | None => "the end of the block".to_owned(),
        }
    }

    /// The tokens from the one at `start` up to the next.
    pub(super) fn tokens_since(&self, start: usize) -> &'a [Token] {
        self.tokens.get(start..self.at).unwrap_or_default()
    }

    /// The tokens of a group that is next, and its closing bracket.
    pub(super) fn block(&mut self, delimiter: Delimiter) -> Option<&'a [Token]> {
        let start = self.at + 1;
        let (end, _) = self.group(delimiter, |inside| match inside.token(start - 1) {
            Some(TokenKind::Open { close, .. }) => close + 1,
            _ => start,
        })?;
        self.tokens.get(start..end)
    }

    /// Where a statement starts, for [`Parser::skip_statement`].
    pub(super) fn start_of_statement(&self) -> usize {
        self.at
    }

    /// Skips what is left of a statement that could not be read, and notes the names in all of it.
    pub(super) fn skip_statement(&mut self, start: usize, ends_with_block: bool) {
        let mut read = start;
        while read < self.at {
            self.lose_name(read);
            read = self.after(read);
        }
        while !self.at_end() {
            if self.punct(';').is_some() {
                return;
            }
            let was_block = ends_with_block && self.peek_group(Delimiter::Brace);
            self.lose_name(self.at);
            if self.any_token().is_none() {
                return;
            }
            if was_block && !self.peek_punct(';') {
                return;
            }
        }
    }

    /// Notes the name at the token `at`, which is in a statement that is skipped.
    fn lose_name(&mut self, mut at: usize) {
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
            self.lost.insert(name);
        }
    }
}

fn is_string(literal: &str) -> bool {
    // Only byte and C strings have a prefix; they are told apart when the value is asked for.
    literal.ends_with('"') || literal.ends_with("\"#") || literal.starts_with("r#") || literal.starts_with('"')
}

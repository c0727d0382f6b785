use std::collections::HashSet;

use policy_core::Code;
use proc_macro2::{Delimiter, Spacing, Span, TokenTree};
use syn::buffer::Cursor;

use crate::finding::Finding;
use crate::place::Place;

use super::reserved::{is_foreign_kind, is_kind};
use super::tree::Word;

/// The statement cannot be read; why has been reported already.
#[derive(Debug)]
pub(super) struct Failed;

pub(super) type Parsed<T> = Result<T, Failed>;

/// A place in the tokens, and what has been found wrong so far.
///
/// Parsing never depends on white space or positions: rust-analyzer has none to offer.
pub(super) struct Parser<'a> {
    cursor: Cursor<'a>,
    /// The closing brace of the block, to point at when something is missing at its end.
    end: Span,
    /// The last token that was read.
    previous: Span,
    /// Whether that token finished something: an entry, an item of a list or a block.
    finished: bool,
    pub(super) findings: Vec<Finding>,
    /// Names in statements that could not be read. They may well be declared there, so nobody calls them undefined.
    pub(super) lost: HashSet<String>,
}

impl<'a> Parser<'a> {
    pub(super) fn new(cursor: Cursor<'a>) -> Self {
        let end = Span::call_site();
        Parser { cursor, end, previous: end, finished: false, findings: Vec::new(), lost: HashSet::new() }
    }

    pub(super) fn at_end(&self) -> bool {
        self.cursor.eof()
    }

    /// The place of the next token, or of the end of the block.
    pub(super) fn here(&self) -> Place {
        if self.at_end() { self.end.into() } else { self.cursor.span().into() }
    }

    pub(super) fn previous(&self) -> Place {
        self.previous.into()
    }

    /// From `start` to the last token that was read.
    pub(super) fn since(&self, start: Place) -> Place {
        start.to(self.previous())
    }

    fn advance(&mut self, span: Span, rest: Cursor<'a>) {
        self.previous = span;
        self.finished = false;
        self.cursor = rest;
    }

    /// Whether the last token finished something, so that what follows on its line looks like a remark on it.
    pub(super) fn just_finished(&self) -> bool {
        self.finished
    }

    /// A parser of the same tokens, to look ahead with. What it finds wrong is forgotten.
    pub(super) fn ahead(&self) -> Parser<'a> {
        Parser { end: self.end, ..Parser::new(self.cursor) }
    }

    // --- looking ---

    pub(super) fn peek_ident(&self) -> Option<String> {
        self.cursor.ident().map(|(ident, _)| ident.to_string())
    }

    pub(super) fn peek_is(&self, word: &str) -> bool {
        self.cursor.ident().is_some_and(|(ident, _)| ident == word)
    }

    pub(super) fn peek_punct(&self, char: char) -> bool {
        self.cursor.punct().is_some_and(|(punct, _)| punct.as_char() == char)
    }

    pub(super) fn peek_group(&self, delimiter: Delimiter) -> bool {
        self.cursor.group(delimiter).is_some()
    }

    pub(super) fn peek_literal(&self) -> Option<String> {
        self.cursor.literal().map(|(literal, _)| literal.to_string())
    }

    pub(super) fn peek_string(&self) -> bool {
        self.peek_literal().is_some_and(|literal| is_string(&literal))
    }

    /// The punctuation after the next token.
    pub(super) fn second_punct(&self) -> Option<char> {
        self.after_next().and_then(|rest| rest.punct()).map(|(punct, _)| punct.as_char())
    }

    /// Whether the token after the next one is a group.
    pub(super) fn second_group(&self, delimiter: Delimiter) -> bool {
        self.after_next().is_some_and(|rest| rest.group(delimiter).is_some())
    }

    fn after_next(&self) -> Option<Cursor<'a>> {
        self.cursor.token_tree().map(|(_, rest)| rest)
    }

    pub(super) fn peek_arrow(&self) -> bool {
        is_arrow(self.cursor)
    }

    /// Whether the next word goes on after itself with a dash that is no arrow, as `on` does in `on-prem`.
    pub(super) fn next_goes_on(&self) -> bool {
        self.after_next().is_some_and(|rest| is_dash(rest))
    }

    /// Whether a protocol and a colon are next: `tcp:`, `ipv6-icmp:`, `*:`, but not `tag:`.
    pub(super) fn protocol_ahead(&self) -> bool {
        let mut cursor = match (self.cursor.ident(), self.cursor.punct()) {
            (Some((word, rest)), _) if !is_kind(&word.to_string()) && !is_foreign_kind(&word.to_string()) => rest,
            (_, Some((star, rest))) if star.as_char() == '*' => rest,
            _ => return false,
        };
        while is_dash(cursor) {
            let Some(rest) = cursor.punct().and_then(|(_, rest)| rest.token_tree()).map(|(_, rest)| rest) else {
                return false;
            };
            cursor = rest;
        }
        cursor.punct().is_some_and(|(colon, rest)| {
            colon.as_char() == ':' && rest.punct().is_none_or(|(second, _)| second.as_char() != ':')
        })
    }

    pub(super) fn peek_dash(&self) -> bool {
        is_dash(self.cursor)
    }

    // --- reading ---

    pub(super) fn ident(&mut self) -> Option<Word> {
        let (ident, rest) = self.cursor.ident()?;
        self.advance(ident.span(), rest);
        Some(Word { text: ident.to_string(), place: ident.span().into() })
    }

    pub(super) fn keyword(&mut self, word: &str) -> Option<Place> {
        let (ident, rest) = self.cursor.ident().filter(|(ident, _)| ident == word)?;
        self.advance(ident.span(), rest);
        Some(ident.span().into())
    }

    pub(super) fn punct(&mut self, char: char) -> Option<Place> {
        let (punct, rest) = self.cursor.punct().filter(|(punct, _)| punct.as_char() == char)?;
        self.advance(punct.span(), rest);
        self.finished = matches!(char, ',' | ';');
        Some(punct.span().into())
    }

    pub(super) fn arrow(&mut self) -> bool {
        self.peek_arrow() && self.punct('-').is_some() && self.punct('>').is_some()
    }

    /// A literal as it is written.
    pub(super) fn literal(&mut self) -> Option<Word> {
        let (literal, rest) = self.cursor.literal()?;
        self.advance(literal.span(), rest);
        Some(Word { text: literal.to_string(), place: literal.span().into() })
    }

    /// The value of a string literal.
    pub(super) fn string(&mut self) -> Parsed<Option<Word>> {
        let Some((literal, rest)) = self.cursor.literal() else { return Ok(None) };
        let written = literal.to_string();
        if !is_string(&written) {
            return Ok(None);
        }
        let place = literal.span().into();
        self.advance(literal.span(), rest);
        // Most strings have no escape, and then their value is what stands between the quotes.
        let plain =
            written.strip_prefix('"').and_then(|text| text.strip_suffix('"')).filter(|text| !text.contains('\\'));
        if let Some(text) = plain {
            return Ok(Some(Word { text: text.to_owned(), place }));
        }
        match syn::Lit::new(literal) {
            syn::Lit::Str(string) if string.suffix().is_empty() => Ok(Some(Word { text: string.value(), place })),
            _ => Err(self.fail(
                Finding::new(Code::Syntax, place, format!("`{written}` is no plain string"))
                    .help("write the text in double quotes, without a prefix or suffix"),
            )),
        }
    }

    pub(super) fn any_token(&mut self) -> Option<TokenTree> {
        let (token, rest) = self.cursor.token_tree()?;
        let span = match &token {
            TokenTree::Group(group) => group.span_close(),
            other => other.span(),
        };
        self.advance(span, rest);
        Some(token)
    }

    /// Reads a delimited group with `read`. What `read` leaves unread is its own affair.
    pub(super) fn group<T>(&mut self, delimiter: Delimiter, read: impl FnOnce(&mut Self) -> T) -> Option<(T, Place)> {
        let (inside, span, rest) = self.cursor.group(delimiter)?;
        let (open, close) = (span.open(), span.close());
        let outer_end = std::mem::replace(&mut self.end, close);
        self.advance(open, inside);
        let value = read(self);
        self.end = outer_end;
        self.advance(close, rest);
        self.finished = delimiter == Delimiter::Brace;
        Some((value, Place::new(open, close)))
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
    pub(super) fn expected(&self, what: &str) -> Finding {
        // What is missing at the end of a block is missing after the last word, not at the brace.
        let place = if self.at_end() { self.previous() } else { self.here() };
        Finding::new(Code::Syntax, place, format!("expected {what}, found {}", self.found()))
    }

    /// What the next token is, in words.
    pub(super) fn found(&self) -> String {
        if self.at_end() {
            return "the end of the block".to_owned();
        }
        match self.cursor.token_tree() {
            Some((TokenTree::Group(group), _)) => match group.delimiter() {
                Delimiter::Brace => "`{`".to_owned(),
                Delimiter::Bracket => "`[`".to_owned(),
                Delimiter::Parenthesis | Delimiter::None => "`(`".to_owned(),
            },
            Some((TokenTree::Punct(punct), rest)) => match rest.punct() {
                Some((second, _)) if punct.spacing() == Spacing::Joint => format!("`{punct}{second}`"),
                _ => format!("`{punct}`"),
            },
            Some((token, _)) => format!("`{token}`"),
            None => "the end of the block".to_owned(),
        }
    }

    /// Where a statement starts, for [`Parser::skip_statement`].
    pub(super) fn start_of_statement(&self) -> Cursor<'a> {
        self.cursor
    }

    /// Skips what is left of a statement that could not be read, and notes the names in all of it.
    pub(super) fn skip_statement(&mut self, start: Cursor<'a>, ends_with_block: bool) {
        let mut read = start;
        while read != self.cursor
            && let Some((_, rest)) = read.token_tree()
        {
            self.lose_name(read);
            read = rest;
        }
        while !self.at_end() {
            if self.punct(';').is_some() {
                return;
            }
            let was_block = ends_with_block && self.peek_group(Delimiter::Brace);
            self.lose_name(self.cursor);
            if self.any_token().is_none() {
                return;
            }
            if was_block && !self.peek_punct(';') {
                return;
            }
        }
    }

    /// Notes the name at `cursor`, which is in a statement that is skipped.
    fn lose_name(&mut self, mut cursor: Cursor<'a>) {
        let mut name = String::new();
        let mut glue = true;
        while let Some((token, rest)) = cursor.token_tree() {
            let piece = match &token {
                TokenTree::Ident(ident) if glue => ident.to_string(),
                TokenTree::Literal(literal) if glue => literal.to_string().trim_matches('"').to_owned(),
                TokenTree::Punct(punct)
                    if !name.is_empty() && matches!(punct.as_char(), ':' | '-') && !is_arrow(cursor) =>
                {
                    punct.as_char().to_string()
                }
                _ => break,
            };
            glue = matches!(token, TokenTree::Punct(_));
            name.push_str(&piece);
            cursor = rest;
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

fn is_arrow(cursor: Cursor) -> bool {
    cursor.punct().is_some_and(|(dash, rest)| {
        dash.as_char() == '-' && rest.punct().is_some_and(|(head, _)| head.as_char() == '>')
    })
}

fn is_dash(cursor: Cursor) -> bool {
    cursor.punct().is_some_and(|(dash, _)| dash.as_char() == '-') && !is_arrow(cursor)
}

//! Names and lists of them.

use std::fmt::Display;

use crate::reserved::{is_foreign_kind, is_kind, is_reserved, similar_kind};
use crate::token::Delimiter;
use policy_core::Code;
use policy_core::diagnostic::Help;

use crate::finding::Finding;
use crate::token_range::TokenRange;

use super::parser::{Failed, Parsed, Parser};
use crate::token::TokenKind;
use crate::tree::{Selection, Selector, SelectorKind, Word};

/// The rule about quotes around the items of a list.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quotes {
    /// The items are names. Quotes are only for names that Rust cannot read.
    Needless,
    /// The items are data, and need quotes.
    Needed,
}

impl<'a> Parser<'a, '_> {
    /// Reads `selector, selector,` up to the first token that cannot be in the list.
    pub(super) fn selectors(&mut self, what: &str) -> Parsed<Vec<Selector>> {
        self.list(what, Quotes::Needless)
    }

    /// Like [`Parser::selectors`], for data, which must be in quotes, such as accounts.
    pub(super) fn texts(&mut self, what: &str) -> Parsed<Vec<Selector>> {
        self.list(what, Quotes::Needed)
    }

    fn list(&mut self, what: &str, quotes: Quotes) -> Parsed<Vec<Selector>> {
        let mut list = Vec::new();
        self.refuse_missing_items();
        loop {
            if !self.peek_selector() {
                if list.is_empty() {
                    return Err(self.no_selector(what));
                }
                return Ok(list);
            }
            if self.peek_group(Delimiter::Bracket) || self.peek_group(Delimiter::Parenthesis) {
                list.extend(self.bracketed(what, quotes)?);
            } else {
                list.push(self.list_item(what, quotes)?);
            }
            if !self.separator() {
                return Ok(list);
            }
        }
    }

    /// `selector, selector except selector, selector`
    pub(super) fn selection(&mut self, what: &str) -> Parsed<Selection> {
        let list = self.selectors(what)?;
        let except = self.except_selectors()?;
        Ok(Selection { list, except })
    }

    /// Reads `except selector, selector`, if it is next.
    pub(super) fn except_selectors(&mut self) -> Parsed<Vec<Selector>> {
        if self.next_goes_on() || self.keyword("except").is_none() {
            return Ok(Vec::new());
        }
        self.state.uses_except = true;
        let except = self.selectors("a name after `except`")?;
        if self.peek_is("except") {
            return Err(self.refuse(self.here(), "a list has one `except`", "separate the names after it by `,`"));
        }
        Ok(except)
    }

    /// A list in brackets, as JSON has it, or in parentheses: a mistake, but one that is
    /// understood.
    fn bracketed(&mut self, what: &str, quotes: Quotes) -> Parsed<Vec<Selector>> {
        let (delimiter, brackets) = if self.peek_group(Delimiter::Bracket) {
            (Delimiter::Bracket, "brackets")
        } else {
            (Delimiter::Parenthesis, "parentheses")
        };
        let inner =
            self.group(delimiter, |inside| if inside.at_end() { Ok(Vec::new()) } else { inside.list(what, quotes) });
        let Some((list, place)) = inner else { return Err(Failed) };
        let list = list?;
        self.complain(place, format!("a list has no {brackets} here"), "write the items alone, separated by commas");
        Ok(list)
    }

    fn no_selector(&mut self, what: &str) -> Failed {
        let finding = match self.peek_ident() {
            Some(word) if is_reserved(word) => {
                let help = if self.state.variables.iter().any(|variable| variable == word) {
                    Help::did_you_mean(format!("${word}"))
                } else if is_kind(word) {
                    format!("a {word} is written `{word}:NAME`").into()
                } else {
                    format!("if a host is called `{word}`, write it in quotes: `\"{word}\"`").into()
                };
                let message = format!("expected {what}, found the reserved word `{word}`");
                Finding::new(Code::Syntax, self.here(), message).help(help)
            }
            _ => self.expected(what),
        };
        self.fail(finding)
    }

    /// Returns whether an item of a list can start here. A reserved word without a dash cannot be
    /// one.
    pub(super) fn peek_selector(&self) -> bool {
        if self.peek_punct('*')
            || self.peek_literal().is_some()
            || self.peek_doc()
            || self.peek_punct('$')
            || self.peek_group(Delimiter::Bracket)
            || self.peek_group(Delimiter::Parenthesis)
        {
            return true;
        }
        match self.peek_ident() {
            Some(word) if is_kind(word) || is_foreign_kind(word) => {
                self.second_punct() == Some(':') || self.next_goes_on()
            }
            Some(word) => !is_reserved(word) || self.next_goes_on(),
            // `::1` without quotes
            None => self.peek_punct(':') && self.second_punct() == Some(':'),
        }
    }

    /// Reads `*`, `"…"`, `tag:web` or `web`, with the comments above it.
    pub(super) fn selector(&mut self, what: &str) -> Parsed<Selector> {
        self.list_item(what, Quotes::Needless)
    }

    fn list_item(&mut self, what: &str, quotes: Quotes) -> Parsed<Selector> {
        let docs = self.docs();
        if let Some(place) = self.punct('*') {
            return Ok(Selector { docs, kind: SelectorKind::Star, word: Word { text: "*".to_owned(), place } });
        }
        if let Some(word) = self.string()? {
            // In a file of invariants, editors cannot look up names, so quotes do not matter.
            if quotes == Quotes::Needless && !self.source.is_invariants_file() && is_plain_name(&word.text) {
                self.report_needless_quotes(&word);
            }
            return Ok(Selector { docs, kind: SelectorKind::Quoted, word });
        }
        if let Some(written) = self.peek_literal().filter(|written| self.state.recovered.names.contains(*written)) {
            let word = Word { text: written.to_owned(), place: self.here() };
            self.any_token();
            return Ok(Selector { docs, kind: SelectorKind::Bare, word });
        }
        if self.peek_literal().is_some() || self.peek_punct(':') {
            return Err(self.unquoted(None));
        }
        if self.peek_punct('$') {
            return Err(self.unknown_variable());
        }
        let Some(first) = self.peek_ident() else { return Err(self.no_selector(what)) };
        if self.second_punct() == Some(':') && !self.next_goes_on() {
            if is_kind(first) {
                return self.named(docs);
            }
            if is_foreign_kind(first) {
                return Err(self.foreign_kind(first));
            }
            // `nas:443` is a host with a port, which has its own help.
            let after = self.after(self.at) + 1;
            let name = self.ahead().ident(after).filter(|name| !is_reserved(name) && !self.is_punct(after, ':'));
            if let (Some(kind), Some(name)) = (similar_kind(first), name) {
                return self.similar_kind(docs, first, kind, name);
            }
            if let (true, Some(name)) = (matches!(first, "users" | "hosts" | "device" | "devices"), name) {
                let message = format!("a name has no `{first}:` in front of it");
                let start = self.here();
                self.ident();
                self.punct(':');
                self.name("a name")?;
                return Err(self.refuse(self.since(start), message, Help::write_text(name)));
            }
        }
        let word = self.name(what)?;
        self.note_variables(&word);
        if self.peek_punct('@') || self.peek_punct('.') || self.peek_punct('/') {
            return Err(self.unquoted(Some(word)));
        }
        if is_address_start(&word.text) && self.peek_punct(':') {
            return Err(self.unquoted(Some(word)));
        }
        Ok(Selector { docs, kind: SelectorKind::Bare, word })
    }

    pub(super) fn report_needless_quotes(&mut self, word: &Word) {
        self.report(
            Finding::new(Code::QuotedName, word.place, format!("`{}` needs no quotes", word.text))
                .help(Help::write_text(&word.text).and(": then the editor finds its declaration and its uses")),
        );
    }

    /// Reports `tags:web` and reads it as `tag:web`.
    fn similar_kind(
        &mut self,
        docs: Vec<crate::tree::Comment>,
        written: &str,
        kind: &str,
        name: &str,
    ) -> Parsed<Selector> {
        let place = self.here();
        let mut selector = self.named(docs)?;
        if let Some(rest) = selector.word.text.strip_prefix(written) {
            selector.word.text = format!("{kind}{rest}");
        }
        let help = match selector.word.text.strip_prefix(kind) {
            Some(rest) => Help::did_you_mean(format!("{kind}{rest}")),
            None => Help::did_you_mean(format!("{kind}:{name}")),
        };
        let place = self.since(place);
        self.complain(place, format!("no kind of name is called `{written}:`"), help);
        Ok(selector)
    }

    /// `tag:web`
    fn named(&mut self, docs: Vec<crate::tree::Comment>) -> Parsed<Selector> {
        let Some(kind) = self.ident() else { return Err(Failed) };
        self.punct(':');
        if self.peek_string() {
            let name = self.string()?.map(|word| word.text).unwrap_or_default();
            let place = self.since(kind.place);
            let message = format!("the quotes belong around the whole `{}:{name}`", kind.text);
            return Err(self.refuse(place, message, Help::write_text(format_args!("\"{}:{name}\"", kind.text))));
        }
        if self.peek_punct('/') {
            let place = self.since(kind.place);
            return Err(self.refuse(
                place,
                format!("`{}:/…` has to be in quotes", kind.text),
                format!("write `\"{}://…\"`: without quotes, `//` starts a comment", kind.text),
            ));
        }
        if self.peek_punct('*') {
            return Err(self.star_of_kind(&kind));
        }
        let (name, refused) = self.segments(format_args!("a name after `{}:`", kind.text))?;
        if let Some(number) = refused {
            let written = format!("{}:{}", kind.text, name.text);
            return Err(self.refused_number(&number, kind.place.to(name.place), &written));
        }
        let word = Word { text: format!("{}:{}", kind.text, name.text), place: kind.place.to(name.place) };
        self.note_variables(&word);
        if self.peek_punct('@') || self.peek_punct('.') || self.peek_punct('/') {
            return Err(self.unquoted(Some(word)));
        }
        Ok(Selector { docs, kind: SelectorKind::Named, word })
    }

    /// Reports `tag:*` and the like.
    fn star_of_kind(&mut self, kind: &Word) -> Failed {
        self.punct('*');
        let place = self.since(kind.place);
        let help = match kind.text.as_str() {
            "tag" => Help::write_text("autogroup:tagged").and(" for all tagged devices"),
            "group" | "autogroup" => Help::write_text("autogroup:member").and(" for all people"),
            _ => Help::from("name each of them"),
        };
        self.refuse(place, format!("`{}:*` is not a selector", kind.text), help)
    }

    /// Notes a name that has the name of a variable in it, which may lack its `$`.
    fn note_variables(&mut self, word: &Word) {
        if self.state.bare_variables.is_empty() {
            return;
        }
        let (kind, name) = match word.text.split_once(':') {
            Some((kind, name)) => (format!("{kind}:"), name),
            None => (String::new(), word.text.as_str()),
        };
        let mut has_variable = false;
        let segments = name.split('-').map(|segment| {
            let is_variable = self.state.bare_variables.iter().any(|variable| variable == segment);
            has_variable |= is_variable;
            if is_variable { format!("${segment}") } else { segment.to_owned() }
        });
        let meant = format!("{kind}{}", segments.collect::<Vec<_>>().join("-"));
        if has_variable {
            self.state.without_dollar.push((word.place, meant));
        }
    }

    /// Reads `k8s-api`: words and numbers with dashes between them.
    pub(super) fn name(&mut self, what: &str) -> Parsed<Word> {
        let (name, refused) = self.segments(what)?;
        match refused {
            Some(number) => Err(self.refused_number(&number, name.place, &name.text)),
            None => Ok(name),
        }
    }

    /// Reads a name. Also returns the number in it that Rust's lexer refuses, if there is one.
    fn segments(&mut self, what: impl Display) -> Parsed<(Word, Option<Word>)> {
        let Some(mut name) = self.segment()? else { return Err(self.no_name(what)) };
        // Only in Rust does another lexer read the text first.
        let in_rust = !self.source.is_invariants_file();
        let mut refused = Some(&name).filter(|segment| in_rust && is_refused_number(&segment.text)).cloned();
        while self.peek_dash() {
            if self.is_arrow(self.at + 1) {
                self.complain(self.next_tokens(3), "expected `->`, found `-->`", Help::write_text("->"));
                self.punct('-');
                break;
            }
            while self.peek_dash() {
                self.punct('-');
                name.text.push('-');
            }
            let Some(segment) = self.segment()? else {
                let place = self.since(name.place);
                return Err(self.refuse(
                    place,
                    format!("`{}` ends with a dash", name.text),
                    format!("a name that does is written in quotes: `\"{}\"`", name.text),
                ));
            };
            name.text.push_str(&segment.text);
            name.place = name.place.to(segment.place);
            refused = refused.or(Some(segment).filter(|segment| in_rust && is_refused_number(&segment.text)));
        }
        Ok((name, refused))
    }

    /// Reports such a number in addition to rustc's own error, which does not mention names.
    fn refused_number(&mut self, number: &Word, place: TokenRange, name: &str) -> Failed {
        let message = format!("Rust takes the `{}` in this name for a number, and cannot read it", number.text);
        self.refuse(place, message, format!("write the name in quotes: `\"{name}\"`"))
    }

    fn no_name(&mut self, what: impl Display) -> Failed {
        self.unexpected_token(what)
    }

    /// Reads a part of a name: an identifier, or a number with or without letters.
    fn segment(&mut self) -> Parsed<Option<Word>> {
        if let Some(word) = self.ident() {
            if word.text.starts_with("r#") {
                let plain = word.text.trim_start_matches("r#").to_owned();
                return Err(self.refuse(
                    word.place,
                    format!("`{}` is Rust's raw form of a name", word.text),
                    if is_reserved(&plain) {
                        Help::write_text(format_args!("\"{plain}\"")).and(": the grammar reserves the word")
                    } else {
                        Help::write_text(&plain)
                    },
                ));
            }
            if !word.text.is_ascii() {
                return Err(self.refuse(
                    word.place,
                    format!("`{}` has letters beyond ASCII", word.text),
                    format!("write the name in quotes: `\"{}\"`", word.text),
                ));
            }
            return Ok(Some(word));
        }
        if self.peek_punct('$') {
            return Err(self.unknown_variable());
        }
        match self.peek_literal() {
            Some(text) if is_segment(text) => Ok(self.literal()),
            _ => Ok(None),
        }
    }

    /// Reports an address, an e-mail address or the like without quotes, once for all its tokens.
    fn unquoted(&mut self, start: Option<Word>) -> Failed {
        let place = start.as_ref().map_or(self.here(), |word| word.place);
        let text = self.joined(start.map(|word| word.text).unwrap_or_default(), &['.', ':', '/', '@', '-', '+', '%']);
        let place = self.since(place);
        if let Some((kind, name)) = text.split_once(':').filter(|(kind, _)| is_kind(kind) && !text.contains('@')) {
            let plain: String =
                name.chars().map(|char| if char.is_ascii_alphanumeric() { char } else { '-' }).collect();
            let message = format!("`{name}` is not a valid name for a {kind}: it has letters, digits and dashes");
            return self.refuse(place, message, Help::write_text(format_args!("{kind}:{}", plain.trim_matches('-'))));
        }
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            return self.refuse(
                place,
                format!("`{text}` is a number, not a name"),
                "a name that is a number is written in quotes",
            );
        }
        let what = if text.contains('@') {
            "an e-mail address"
        } else if text.parse::<std::net::IpAddr>().is_ok() || text.contains('/') || text.contains(':') {
            "an address"
        } else {
            "this"
        };
        self.refuse(
            place,
            format!("{what} is written in quotes: `{text}`"),
            Help::write_text(format_args!("\"{text}\"")),
        )
    }

    /// Reads words joined by any of the signs, such as those of an address, and appends them to
    /// `text`.
    pub(super) fn joined(&mut self, mut text: String, signs: &[char]) -> String {
        let mut glue = text.is_empty();
        while let Some(token) = self.glued(glue, signs) {
            match token {
                TokenKind::Ident(part) | TokenKind::Literal(part) => text.push_str(part),
                TokenKind::Punct { char, .. } => text.push(*char),
                TokenKind::Open { .. } | TokenKind::Close => {}
            }
            glue = matches!(token, TokenKind::Punct { .. });
        }
        text
    }

    /// Reads the next token if it is one of the signs, or a word after one. Two words never touch,
    /// so a word requires `glue`.
    fn glued(&mut self, glue: bool, signs: &[char]) -> Option<&'a TokenKind> {
        let part = if self.peek_ident().is_some() {
            glue
        } else if let Some(literal) = self.peek_literal() {
            glue && !literal.starts_with(['"', '\''])
        } else {
            !self.peek_arrow() && signs.iter().any(|char| self.peek_punct(*char))
        };
        if part { self.any_token() } else { None }
    }

    fn foreign_kind(&mut self, kind: &str) -> Failed {
        let start = self.here();
        self.ident();
        self.punct(':');
        let (message, help) = match kind {
            "host" => ("a host is named without `host:`", "write the name alone, as in `web`".to_owned()),
            "user" => ("a `user:` selector is written in quotes", "write `\"user:*@example.com\"`".to_owned()),
            _ => ("a `localpart:` is written in quotes", "write `\"localpart:*@example.com\"`".to_owned()),
        };
        let place = self.since(start);
        self.refuse(place, message, help)
    }
}

/// Returns whether a literal can be a part of a name: `2x4`, `8`, `1e-1` (one literal in Rust), but
/// not `1.5`.
fn is_segment(literal: &str) -> bool {
    literal.starts_with(|char: char| char.is_ascii_digit())
        && literal.chars().all(|char| char.is_ascii_alphanumeric() || char == '_' || char == '-')
}

/// Returns whether Rust's lexer refuses a part of a name as an incomplete number: `1e`, `12ea`,
/// `0b2`, `0x`.
fn is_refused_number(segment: &str) -> bool {
    let Some(rest) = segment.strip_prefix('0').filter(|rest| rest.starts_with(['b', 'o', 'x'])) else {
        let exponent = segment.trim_start_matches(|char: char| char.is_ascii_digit() || char == '_');
        return exponent.len() < segment.len()
            && exponent.strip_prefix(['e', 'E']).is_some_and(|digits| {
                !digits.trim_start_matches(['_', '-']).starts_with(|char: char| char.is_ascii_digit())
            });
    };
    let radix = if rest.starts_with('b') {
        2
    } else if rest.starts_with('o') {
        8
    } else {
        16
    };
    let mut digits = rest.chars().skip(1).filter(|char| *char != '_').peekable();
    digits.peek().is_none() || (radix < 16 && digits.any(|char| char.is_ascii_digit() && !char.is_digit(radix)))
}

/// Returns whether a quoted name could certainly be written without quotes. Names with numbers are
/// excluded because of the rules of Rust's lexer.
fn is_plain_name(text: &str) -> bool {
    let Some((kind, name)) = text.split_once(':') else { return false };
    is_kind(kind)
        && name.split('-').all(|segment| {
            segment.starts_with(|char: char| char.is_ascii_lowercase())
                && segment.chars().all(|char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '_')
        })
}

/// Returns whether a word before a colon looks like the first group of an IPv6 address rather than a host.
fn is_address_start(word: &str) -> bool {
    word.len() <= 4
        && word.chars().all(|char| char.is_ascii_hexdigit())
        && word.chars().any(|char| char.is_ascii_digit())
}

//! JSON values written as Rust tokens.

use crate::token::Delimiter;
use policy_core::Code;
use policy_core::diagnostic::Help;

use crate::finding::Finding;

use super::parser::{Failed, Parsed, Parser};
use crate::tree::{Comment, Json, JsonItem, JsonKind, Word};

/// The maximum depth: more than any policy needs, and safe for the compiler's stack.
const DEPTH: usize = 100;

/// How names in objects are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    Quoted,
    /// Fields of the bodies of capabilities may be words.
    OfCapabilities,
}

impl Parser<'_, '_> {
    pub(super) fn json(&mut self) -> Parsed<Json> {
        self.json_at(0, Names::Quoted)
    }

    /// `{ "example.com/cap/sql": [{ role: "reader" }] }`
    pub(super) fn capabilities(&mut self) -> Parsed<Json> {
        if self.peek_group(Delimiter::Brace) {
            return self.json_at(0, Names::OfCapabilities);
        }
        Err(self.unexpected_token("capabilities after `app`: a JSON object in braces"))
    }

    /// Reads an object, in a place that allows nothing else.
    pub(super) fn json_object(&mut self, what: &str) -> Parsed<Json> {
        if self.peek_group(Delimiter::Brace) {
            return self.json();
        }
        Err(self.unexpected_token(format_args!("{what}: a JSON object in braces")))
    }

    fn json_at(&mut self, depth: usize, names: Names) -> Parsed<Json> {
        let start = self.here();
        if depth > DEPTH {
            return Err(self.fail(Finding::new(Code::Syntax, start, format!("JSON nested more than {DEPTH} deep"))));
        }
        if self.peek_group(Delimiter::Brace) || self.peek_group(Delimiter::Bracket) {
            return self.composite(depth, names);
        }
        if let Some(word) = self.string()? {
            return Ok(Json { kind: JsonKind::String(word.text), place: word.place });
        }
        let minus = self.peek_punct('-') && self.punct('-').is_some();
        if let Some(text) = self.peek_literal() {
            if !is_json_number(text) {
                return Err(self.refuse(
                    start,
                    format!("`{text}` is not a JSON number"),
                    "write it in decimal, without underscores or a suffix, or put it in quotes",
                ));
            }
            self.literal();
            let text = if minus { format!("-{text}") } else { text.to_owned() };
            return Ok(Json { kind: JsonKind::Plain(text), place: self.since(start) });
        }
        match self.peek_ident() {
            Some(word) if !minus && matches!(word, "true" | "false" | "null") => {
                self.ident();
                Ok(Json { kind: JsonKind::Plain(word.to_owned()), place: start })
            }
            Some(word) if !minus => {
                let help = match word {
                    "yes" | "on" | "True" => Help::write_text("true"),
                    "no" | "off" | "False" => Help::write_text("false"),
                    "nil" | "None" | "undefined" => Help::write_text("null"),
                    _ => Help::write_text(format_args!("\"{word}\"")).and(": text is written in quotes"),
                };
                Err(self.refuse(start, format!("`{word}` is not a JSON value"), help))
            }
            _ => Err(self.unexpected_token("a JSON value")),
        }
    }

    fn composite(&mut self, depth: usize, names: Names) -> Parsed<Json> {
        let object = self.peek_group(Delimiter::Brace);
        let delimiter = if object { Delimiter::Brace } else { Delimiter::Bracket };
        let read = self.group(delimiter, |inside| {
            let mut items = Vec::new();
            while !inside.at_end() {
                if !items.is_empty() && inside.is_apart() {
                    items.push(JsonItem::EmptyLine);
                }
                if inside.peek_note() {
                    items.push(JsonItem::Note(inside.note()));
                    continue;
                }
                let start = inside.here();
                let docs = inside.docs();
                if inside.at_end() {
                    return Err(inside.refuse(
                        start,
                        "`///` with nothing after it to belong to",
                        "use `//!` for a comment that stands alone",
                    ));
                }
                items.push(if object {
                    inside.member(docs, depth, names)?
                } else {
                    JsonItem::Element(docs, inside.json_at(depth + 1, names)?)
                });
                if inside.punct(',').is_none() && !inside.at_end() && !inside.peek_note() {
                    return Err(inside.unexpected_token("`,`"));
                }
            }
            Ok(items)
        });
        let Some((items, place)) = read else { return Err(Failed) };
        let items = items?;
        Ok(Json { kind: if object { JsonKind::Object(items) } else { JsonKind::Array(items) }, place })
    }

    fn member(&mut self, docs: Vec<Comment>, depth: usize, names: Names) -> Parsed<JsonItem> {
        let mut name = self.string()?;
        let mut written = name.as_ref().map(|name| format!("\"{}\"", name.text));
        // The outermost names are those of the capabilities.
        if name.is_none() && names == Names::OfCapabilities && depth > 0 && self.peek_ident().is_some() {
            let place = self.here();
            let text = self.joined(String::new(), &['-']);
            written = Some(text.clone());
            name = Some(Word { text, place: self.since(place) });
        }
        let Some(name) = name else {
            let finding = match self.peek_ident() {
                Some(_) => {
                    let place = self.here();
                    let name = self.joined(String::new(), &['.', '/', '-']);
                    let place = self.since(place);
                    Finding::new(Code::Syntax, place, format!("the name `{name}` is missing its quotes"))
                        .help(Help::write_text(format_args!("\"{name}\"")).and(": JSON has names and text in quotes"))
                }
                None => self.expected("a name in quotes"),
            };
            return Err(self.fail(finding));
        };
        if let Some(place) = self.punct('=') {
            self.complain(place, "expected `:`, found `=`", Help::write_text(":"));
        } else if self.punct(':').is_none() {
            return Err(self.unexpected_token(format_args!("`:` after `{}`", written.unwrap_or_default())));
        }
        Ok(JsonItem::Member(docs, name, self.json_at(depth + 1, names)?))
    }
}

/// Returns whether a Rust literal is also a JSON number.
fn is_json_number(literal: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (mantissa, exponent) = match literal.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (literal, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|exponent| digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)))
}

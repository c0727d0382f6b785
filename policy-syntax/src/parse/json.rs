//! JSON values written as Rust tokens.

use crate::token::Delimiter;
use policy_core::Code;

use crate::finding::Finding;

use super::parser::{Failed, Parsed, Parser};
use crate::tree::{Comment, Json, JsonItem, JsonKind};

/// The maximum depth: more than any policy needs, and safe for the compiler's stack.
const DEPTH: usize = 100;

impl Parser<'_, '_> {
    pub(super) fn json(&mut self) -> Parsed<Json> {
        self.json_at(0)
    }

    /// Reads an object, in a place that allows nothing else.
    pub(super) fn json_object(&mut self, what: &str) -> Parsed<Json> {
        if self.peek_group(Delimiter::Brace) {
            return self.json();
        }
        Err(self.unexpected_token(format_args!("{what}: a JSON object in braces")))
    }

    fn json_at(&mut self, depth: usize) -> Parsed<Json> {
        let start = self.here();
        if depth > DEPTH {
            return Err(self.fail(Finding::new(Code::Syntax, start, format!("JSON nested more than {DEPTH} deep"))));
        }
        if self.peek_group(Delimiter::Brace) || self.peek_group(Delimiter::Bracket) {
            return self.composite(depth);
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
                    "yes" | "on" | "True" => "write `true`".to_owned(),
                    "no" | "off" | "False" => "write `false`".to_owned(),
                    "nil" | "None" | "undefined" => "write `null`".to_owned(),
                    _ => format!("text is written in quotes: `\"{word}\"`"),
                };
                Err(self.refuse(start, format!("`{word}` is not a JSON value"), help))
            }
            _ => Err(self.unexpected_token("a JSON value")),
        }
    }

    fn composite(&mut self, depth: usize) -> Parsed<Json> {
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
                    inside.member(docs, depth)?
                } else {
                    JsonItem::Element(docs, inside.json_at(depth + 1)?)
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

    fn member(&mut self, docs: Vec<Comment>, depth: usize) -> Parsed<JsonItem> {
        let Some(name) = self.string()? else {
            let finding = match self.peek_ident() {
                Some(_) => {
                    let place = self.here();
                    let name = self.joined(String::new(), &['.', '/', '-']);
                    Finding::new(Code::Syntax, place, format!("the name `{name}` is missing its quotes"))
                        .help(format!("this is JSON: write `\"{name}\"`"))
                }
                None => self.expected("a name in quotes"),
            };
            return Err(self.fail(finding));
        };
        if self.punct(':').is_none() {
            return Err(self.unexpected_token(format_args!("`:` after `\"{}\"`", name.text)));
        }
        Ok(JsonItem::Member(docs, name, self.json_at(depth + 1)?))
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

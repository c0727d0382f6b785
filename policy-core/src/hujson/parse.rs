//! Text to tree, as strict as Tailscale's own reader and with its messages.

use std::fmt;

use crate::model::Origin;

use super::document::{Document, Kind, NONE, Node};
use super::literal;

/// Why a text is no HuJSON, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// What is wrong, in the words of Tailscale's reader.
    pub message: String,
    /// From 1.
    pub line: usize,
    /// From 1, in bytes.
    pub column: usize,
    /// The character that does not fit; empty at the end of the text.
    pub origin: Origin,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "hujson: line {}, column {}: {}", self.line, self.column, self.message)
    }
}

impl std::error::Error for SyntaxError {}

impl Document {
    /// Reads a text whose first byte has position `base`.
    ///
    /// # Errors
    ///
    /// For what is no HuJSON, with the message, line and column of Tailscale's reader; and for a text of more than 4 GiB.
    pub fn parse(text: impl Into<String>, base: u32) -> Result<Document, SyntaxError> {
        let text = text.into();
        let fits = u32::try_from(text.len()).is_ok_and(|length| base.checked_add(length).is_some());
        let parsed = if fits {
            let mut parser = Parser {
                bytes: text.as_bytes(),
                at: 0,
                nodes: Vec::with_capacity(text.len() / 16 + 1),
                open: Vec::new(),
            };
            parser.document().map(|()| parser.nodes)
        } else {
            Err(Failure { at: 0, message: "text of more than 4 GiB".to_owned() })
        };
        match parsed {
            Ok(nodes) => Ok(Document { text, base, nodes }),
            Err(failure) => Err(failure.located(&text, base)),
        }
    }

    /// Reads bytes, as they come from a file.
    ///
    /// # Errors
    ///
    /// As [`Document::parse`]; and for bytes that are no UTF-8, at the first of them. Tailscale's reader refuses
    /// them in comments and leaves them to the decoder in strings, where they become U+FFFD; no policy means that.
    pub fn from_bytes(bytes: Vec<u8>, base: u32) -> Result<Document, SyntaxError> {
        String::from_utf8(bytes)
            .map_err(|error| {
                let at = error.utf8_error().valid_up_to();
                let valid = String::from_utf8_lossy(error.as_bytes().get(..at).unwrap_or_default()).into_owned();
                Failure { at, message: "invalid UTF-8".to_owned() }.located(&valid, base)
            })
            .and_then(|text| Document::parse(text, base))
    }
}

/// A message and the offset it is about.
struct Failure {
    at: usize,
    message: String,
}

impl Failure {
    fn located(self, text: &str, base: u32) -> SyntaxError {
        let before = text.get(..self.at).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let position = |offset: usize| base.saturating_add(u32::try_from(offset).unwrap_or(u32::MAX));
        let width = text.get(self.at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        SyntaxError {
            message: self.message,
            line: before.matches('\n').count() + 1,
            column: before.len() - line_start + 1,
            origin: Origin::new(position(self.at), position(self.at + width)),
        }
    }
}

/// Reads without recursion: what is open is on a stack of our own.
struct Parser<'a> {
    bytes: &'a [u8],
    at: usize,
    nodes: Vec<Node>,
    open: Vec<Open>,
}

/// An array or object that is not closed yet.
struct Open {
    node: usize,
    is_object: bool,
    /// Its last child so far; [`NONE`] before the first.
    last: usize,
    /// Whether an object's name is what comes next, or has just been read.
    at_name: bool,
    after_comma: bool,
}

impl Parser<'_> {
    fn document(&mut self) -> Result<(), Failure> {
        loop {
            let before = self.at;
            self.extra()?;
            let Some(mut node) = self.start_of_value(before)? else { continue };
            // A value is complete, and may complete what is around it.
            loop {
                self.extra()?;
                if let Some(node) = self.nodes.get_mut(node) {
                    node.after = offset(self.at);
                }
                let Some(closed) = self.after_value(node)? else { break };
                node = closed;
            }
            if self.open.is_empty() {
                return Ok(());
            }
        }
    }

    /// Reads a literal, an opening bracket, or the closing one of what is open. The node that this completes, if any.
    fn start_of_value(&mut self, before: usize) -> Result<Option<usize>, Failure> {
        let start = self.at;
        let kind = match self.bytes.get(start) {
            None => return Err(self.failure(start, "parsing value: unexpected EOF")),
            Some(open @ (b'{' | b'[')) => {
                let is_object = *open == b'{';
                self.at += 1;
                let node = self.push(if is_object { Kind::Object } else { Kind::Array }, before, start);
                self.open.push(Open { node, is_object, last: 0, at_name: is_object, after_comma: false });
                return Ok(None);
            }
            Some(close @ (b'}' | b']')) => {
                let closes = self
                    .open
                    .last()
                    .is_some_and(|open| if *close == b'}' { open.is_object && open.at_name } else { !open.is_object });
                if closes {
                    return Ok(self.close());
                }
                return Err(self.invalid_character(start, "at start of value"));
            }
            Some(b'"') => self.string()?,
            Some(_) => self.plain()?,
        };
        Ok(Some(self.push(kind, before, start)))
    }

    /// Reads what follows a value. The node that this completes, if any.
    fn after_value(&mut self, node: usize) -> Result<Option<usize>, Failure> {
        let byte = self.bytes.get(self.at).copied();
        let Some(open) = self.open.last_mut() else {
            return match byte {
                None => Ok(None),
                Some(_) => Err(self.invalid_character(self.at, "after top-level value")),
            };
        };
        if open.at_name {
            if let Some(name) = self.nodes.get(node).filter(|name| name.kind != Kind::String) {
                let start = usize::try_from(name.start).unwrap_or(usize::MAX);
                return Err(self.invalid_character(start, "at start of object name"));
            }
            return match byte {
                Some(b':') => {
                    open.at_name = false;
                    self.at += 1;
                    Ok(None)
                }
                Some(_) => Err(self.invalid_character(self.at, "after object name")),
                None => Err(self.failure(self.at, "parsing object after name: unexpected EOF")),
            };
        }
        let is_object = open.is_object;
        open.at_name = is_object;
        open.after_comma = byte == Some(b',');
        match byte {
            Some(b',') => {
                self.at += 1;
                Ok(None)
            }
            Some(b'}') if is_object => Ok(self.close()),
            Some(b']') if !is_object => Ok(self.close()),
            Some(_) if is_object => Err(self.invalid_character(self.at, "after object value (expecting ',' or '}')")),
            Some(_) => Err(self.invalid_character(self.at, "after array value (expecting ',' or ']')")),
            None if is_object => Err(self.failure(self.at, "parsing object after value: unexpected EOF")),
            None => Err(self.failure(self.at, "parsing array after value: unexpected EOF")),
        }
    }

    /// Adds a node that ends here as the last child of what is open.
    fn push(&mut self, kind: Kind, before: usize, start: usize) -> usize {
        let index = self.nodes.len();
        if let Some(open) = self.open.last_mut() {
            let parent = open.node;
            let previous = std::mem::replace(&mut open.last, index);
            let link = if previous == 0 {
                self.nodes.get_mut(parent).map(|parent| &mut parent.child)
            } else {
                self.nodes.get_mut(previous).map(|previous| &mut previous.next)
            };
            if let Some(link) = link {
                *link = offset(index);
            }
        }
        let end = offset(self.at);
        self.nodes.push(Node {
            kind,
            before: offset(before),
            start: offset(start),
            end,
            after: end,
            next: NONE,
            child: NONE,
            trailing_comma: false,
        });
        index
    }

    /// Reads the closing bracket of what is open.
    fn close(&mut self) -> Option<usize> {
        let open = self.open.pop()?;
        self.at += 1;
        let node = self.nodes.get_mut(open.node)?;
        node.end = offset(self.at);
        node.trailing_comma = open.after_comma && open.last != 0;
        Some(open.node)
    }

    /// Skips white space and comments.
    fn extra(&mut self) -> Result<(), Failure> {
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            match rest {
                [b' ' | b'\t' | b'\r' | b'\n', ..] => self.at += 1,
                [b'/', b'/', comment @ ..] => match comment.iter().position(|byte| *byte == b'\n') {
                    Some(length) => self.at += length + 3,
                    None => return Err(self.failure(self.at, "parsing comment: unexpected EOF")),
                },
                [b'/', b'*', comment @ ..] => match comment.windows(2).position(|two| two == b"*/") {
                    Some(length) => self.at += length + 4,
                    None => return Err(self.failure(self.at, "parsing comment: unexpected EOF")),
                },
                _ => return Ok(()),
            }
        }
    }

    fn string(&mut self) -> Result<Kind, Failure> {
        let start = self.at;
        let inside = self.bytes.get(start + 1..).unwrap_or_default();
        let mut length = 0;
        loop {
            match inside.get(length) {
                Some(b'"') => break,
                Some(b'\\') => length += 2,
                Some(_) => length += 1,
                None => return Err(self.failure(self.bytes.len(), "parsing string: unexpected EOF")),
            }
        }
        if !literal::is_string(inside.get(..length).unwrap_or_default()) {
            return Err(self.invalid_literal(start, length + 2));
        }
        self.at = start + length + 2;
        Ok(Kind::String)
    }

    /// A number or a keyword.
    fn plain(&mut self) -> Result<Kind, Failure> {
        let start = self.at;
        let rest = self.bytes.get(start..).unwrap_or_default();
        let length =
            rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.')).count();
        let text = rest.get(..length).and_then(|text| std::str::from_utf8(text).ok()).unwrap_or_default();
        self.at += length;
        match text {
            "" => Err(self.invalid_character(start, "at start of value")),
            "null" => Ok(Kind::Null),
            "true" => Ok(Kind::Bool(true)),
            "false" => Ok(Kind::Bool(false)),
            number if literal::is_number(number) => Ok(Kind::Number),
            _ => Err(self.invalid_literal(start, length)),
        }
    }

    fn failure(&self, at: usize, message: impl Into<String>) -> Failure {
        Failure { at, message: message.into() }
    }

    fn invalid_literal(&self, at: usize, length: usize) -> Failure {
        let text = String::from_utf8_lossy(self.bytes.get(at..at + length).unwrap_or_default()).into_owned();
        self.failure(at, format!("invalid literal: {text}"))
    }

    fn invalid_character(&self, at: usize, place: &str) -> Failure {
        let rest = self.bytes.get(at..).unwrap_or_default();
        let rest = std::str::from_utf8(rest.get(..rest.len().min(4)).unwrap_or_default())
            .or_else(|error| std::str::from_utf8(rest.get(..error.valid_up_to()).unwrap_or_default()))
            .unwrap_or_default();
        let char = rest.chars().next().unwrap_or(char::REPLACEMENT_CHARACTER);
        self.failure(at, format!("invalid character {} {place}", quoted(char)))
    }
}

/// A character as Go quotes it.
fn quoted(char: char) -> String {
    match char {
        '\'' => "'\\''".to_owned(),
        '"' => "'\"'".to_owned(),
        '\\' => "'\\\\'".to_owned(),
        '\n' => "'\\n'".to_owned(),
        '\r' => "'\\r'".to_owned(),
        '\t' => "'\\t'".to_owned(),
        '\u{7}' => "'\\a'".to_owned(),
        '\u{8}' => "'\\b'".to_owned(),
        '\u{b}' => "'\\v'".to_owned(),
        '\u{c}' => "'\\f'".to_owned(),
        // Rust's Debug escapes what neither prints; only the form of the escape differs.
        char if char.escape_debug().count() == 1 => format!("'{char}'"),
        char if u32::from(char) < 0x80 => format!("'\\x{:02x}'", u32::from(char)),
        char if u32::from(char) < 0x1_0000 => format!("'\\u{:04x}'", u32::from(char)),
        char => format!("'\\U{:08x}'", u32::from(char)),
    }
}

/// Texts of more than 4 GiB are refused before they are read.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

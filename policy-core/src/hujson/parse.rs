//! A parser that is as strict as Tailscale's own reader and gives the same messages.

use std::ops::Range;

use crate::hujson::document::{Document, Kind, NONE, Node};
use crate::hujson::{SyntaxError, literal, scan};
use crate::source::FileId;

impl Document {
    /// Reads the text of a policy.
    ///
    /// # Errors
    ///
    /// If the text is not HuJSON, with the message, line and column of Tailscale's reader, or if it
    /// has more than 4 GiB.
    pub fn parse(text: impl Into<String>) -> Result<Document, SyntaxError> {
        Document::parse_file(FileId::Policy, text)
    }

    /// Reads a text that belongs to a policy, such as its facts.
    ///
    /// # Errors
    ///
    /// As [`Document::parse`].
    pub fn parse_file(file: FileId, text: impl Into<String>) -> Result<Document, SyntaxError> {
        Document::parse_or_return(file, text.into()).map_err(|(error, _)| error)
    }

    /// Like [`Document::parse_file`], but does not lose the text if it is not HuJSON.
    ///
    /// # Errors
    ///
    /// As [`Document::parse`], together with the text.
    pub fn parse_or_return(file: FileId, text: String) -> Result<Document, (SyntaxError, String)> {
        match read(text.as_bytes(), text.len(), file) {
            Ok((nodes, standard)) => Ok(Document { text, file, nodes, standard }),
            Err(error) => Err((error, text)),
        }
    }

    /// Reads bytes, for example those of a file.
    ///
    /// # Errors
    ///
    /// As [`Document::parse`], and if the bytes are not UTF-8. Tailscale's reader also refuses such
    /// bytes in comments. In strings, its decoder replaces them with U+FFFD. No policy intends
    /// that, so this function refuses them everywhere.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Document, SyntaxError> {
        let error = match String::from_utf8(bytes) {
            Ok(text) => return Document::parse(text),
            Err(error) => error,
        };
        let valid = error.utf8_error().valid_up_to();
        let error = match read(error.as_bytes(), valid, FileId::Policy) {
            Err(error) => error,
            // Unreachable: the parser refuses the bytes, whether they are in a comment, in a
            // string, or in the place of a value.
            Ok(_) => SyntaxError::new(error.as_bytes(), FileId::Policy, valid..valid, "invalid UTF-8"),
        };
        Err(error)
    }
}

/// Reads a text that is UTF-8 up to `valid`. Returns its nodes, and whether it is standard JSON.
fn read(text: &[u8], valid: usize, file: FileId) -> Result<(Vec<Node>, bool), SyntaxError> {
    if u32::try_from(text.len()).is_err() {
        return Err(SyntaxError::new(&[], file, 0..0, "text of more than 4 GiB"));
    }
    let nodes = Vec::with_capacity(text.len() / 16 + 1);
    let mut parser = Parser { bytes: text, valid, at: 0, nodes, open: Vec::new(), has_escapes: false, standard: true };
    match parser.document() {
        Ok(()) => Ok((parser.nodes, parser.standard)),
        Err(failure) => Err(SyntaxError::new(text, file, failure.at, failure.message)),
    }
}

/// A message and its place.
struct Failure {
    at: Range<usize>,
    message: String,
}

/// A parser without recursion: open arrays and objects are on an explicit stack.
struct Parser<'a> {
    bytes: &'a [u8],
    /// The index of the first byte that is not UTF-8, or the length of the text.
    valid: usize,
    at: usize,
    nodes: Vec<Node>,
    open: Vec<Open>,
    /// True if the last string has escapes, until its node is added.
    has_escapes: bool,
    standard: bool,
}

/// An array or object that has not been closed.
struct Open {
    node: usize,
    is_object: bool,
    /// The last child so far. [`NONE`] before the first.
    last: usize,
    /// True if the name of a member comes next, or has just been read.
    at_name: bool,
    /// The end of the last comma, until a child follows.
    comma: Option<usize>,
}

impl Parser<'_> {
    fn document(&mut self) -> Result<(), Failure> {
        loop {
            let before = self.at;
            self.extra()?;
            let Some(mut node) = self.start_of_value(before)? else { continue };
            // A value is complete, and may complete the array or object around it.
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

    /// Reads a literal, an opening bracket, or the closing bracket of the open array or object.
    /// Returns the node that is complete, if any.
    fn start_of_value(&mut self, before: usize) -> Result<Option<usize>, Failure> {
        let start = self.at;
        let kind = match self.bytes.get(start) {
            None => return Err(self.eof("parsing value: unexpected EOF")),
            Some(open @ (b'{' | b'[')) => {
                let is_object = *open == b'{';
                self.at += 1;
                let node = self.push(if is_object { Kind::Object } else { Kind::Array }, before, start);
                self.open.push(Open { node, is_object, last: 0, at_name: is_object, comma: None });
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

    /// Reads the text after a value. Returns the node that is complete, if any.
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
                None => Err(self.eof("parsing object after name: unexpected EOF")),
            };
        }
        let is_object = open.is_object;
        open.at_name = is_object;
        open.comma = None;
        match byte {
            Some(b',') => {
                self.at += 1;
                open.comma = Some(self.at);
                Ok(None)
            }
            Some(b'}') if is_object => Ok(self.close()),
            Some(b']') if !is_object => Ok(self.close()),
            Some(_) if is_object => Err(self.invalid_character(self.at, "after object value (expecting ',' or '}')")),
            Some(_) => Err(self.invalid_character(self.at, "after array value (expecting ',' or ']')")),
            None if is_object => Err(self.eof("parsing object after value: unexpected EOF")),
            None => Err(self.eof("parsing array after value: unexpected EOF")),
        }
    }

    /// Adds a node that ends here as the last child of the open array or object.
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
            tail: end,
            trailing_comma: false,
            has_escapes: std::mem::take(&mut self.has_escapes),
        });
        index
    }

    /// Reads the closing bracket of the open array or object.
    fn close(&mut self) -> Option<usize> {
        let open = self.open.pop()?;
        self.at += 1;
        let last_end = self.nodes.get(open.last).filter(|_| open.last != 0).map(|last| last.end);
        let node = self.nodes.get_mut(open.node)?;
        node.end = offset(self.at);
        node.trailing_comma = open.comma.is_some();
        node.tail = open.comma.map(offset).or(last_end).unwrap_or(node.tail);
        self.standard &= open.comma.is_none();
        Some(open.node)
    }

    /// Skips white space and comments. Most values have nothing between them.
    fn extra(&mut self) -> Result<(), Failure> {
        match self.bytes.get(self.at) {
            Some(b' ' | b'\t' | b'\r' | b'\n' | b'/') => self.some_extra(),
            _ => Ok(()),
        }
    }

    fn some_extra(&mut self) -> Result<(), Failure> {
        loop {
            let start = self.at;
            let rest = self.bytes.get(start..).unwrap_or_default();
            let length = match rest {
                [b' ' | b'\t' | b'\r' | b'\n', ..] => {
                    self.at += rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).count();
                    continue;
                }
                [b'/', b'/', comment @ ..] => scan::line_end(comment).map(|length| length + 3),
                [b'/', b'*', comment @ ..] => comment.windows(2).position(|two| two == b"*/").map(|length| length + 4),
                _ => return Ok(()),
            };
            let Some(length) = length else {
                return Err(self.failure(start..start + 2, "parsing comment: unexpected EOF"));
            };
            self.at += length;
            if self.at > self.valid {
                return Err(self.failure(start..start + 2, "invalid UTF-8 in comment"));
            }
            self.standard = false;
        }
    }

    fn string(&mut self) -> Result<Kind, Failure> {
        let start = self.at;
        let inside = self.bytes.get(start + 1..).unwrap_or_default();
        let plain = scan::string_special(inside).unwrap_or(inside.len());
        let mut length = plain;
        loop {
            match inside.get(length) {
                Some(b'"') => break,
                Some(b'\\') => {
                    self.has_escapes = true;
                    length += 2;
                }
                Some(_) => length += 1,
                None => return Err(self.eof("parsing string: unexpected EOF")),
            }
        }
        if length > plain && !literal::is_string(inside.get(plain..length).unwrap_or_default()) {
            return Err(self.invalid_literal(start..start + length + 2));
        }
        self.at = start + length + 2;
        if self.at > self.valid {
            return Err(self.failure(self.valid..self.valid + 1, "invalid UTF-8 in string"));
        }
        Ok(Kind::String)
    }

    /// Reads a number or a keyword.
    fn plain(&mut self) -> Result<Kind, Failure> {
        let start = self.at;
        let rest = self.bytes.get(start..).unwrap_or_default();
        let length =
            rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.')).count();
        self.at += length;
        match rest.get(..length).unwrap_or_default() {
            b"" => Err(self.invalid_character(start, "at start of value")),
            b"null" => Ok(Kind::Null),
            b"true" => Ok(Kind::Bool(true)),
            b"false" => Ok(Kind::Bool(false)),
            number if literal::is_number(number) => Ok(Kind::Number),
            _ => Err(self.invalid_literal(start..self.at)),
        }
    }

    fn failure(&self, at: Range<usize>, message: impl Into<String>) -> Failure {
        Failure { at, message: message.into() }
    }

    fn eof(&self, message: &str) -> Failure {
        self.failure(self.bytes.len()..self.bytes.len(), message)
    }

    fn invalid_literal(&self, at: Range<usize>) -> Failure {
        let text = String::from_utf8_lossy(self.bytes.get(at.clone()).unwrap_or_default());
        self.failure(at, format!("invalid literal: {text}"))
    }

    fn invalid_character(&self, at: usize, place: &str) -> Failure {
        let rest = self.bytes.get(at..).unwrap_or_default();
        let start = rest.utf8_chunks().next();
        let (quoted, width) = match start.as_ref().map(|chunk| (chunk.valid().chars().next(), chunk.invalid())) {
            Some((Some(char), _)) => (literal::quoted(char), char.len_utf8()),
            Some((None, [byte, ..])) => (format!("'\\x{byte:02x}'"), 1),
            _ => (String::new(), 0),
        };
        self.failure(at..at + width, format!("invalid character {quoted} {place}"))
    }
}

/// Converts an index. Texts of more than 4 GiB are refused before they are read.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

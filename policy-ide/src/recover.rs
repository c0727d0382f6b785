//! Makes a text valid that somebody is still typing.

use std::borrow::Cow;
use std::ops::Range;

use policy_core::hujson::Document;
use policy_core::model::Key;

use crate::lexer::{Bracket, LexemeKind, lex};

/// Returns the text itself if it is HuJSON, and otherwise the valid HuJSON nearest to it.
///
/// The result has the same bytes at the same places, so that a place in one is the place in the
/// other. What is not valid becomes spaces, a missing comma or bracket takes the place of a space,
/// and brackets that are still open are closed after the end.
///
/// ```
/// use policy_ide::recover;
/// assert_eq!(recover(r#"{"hosts": {"web" "a"#), r#"{"hosts": {        }}"#);
/// assert_eq!(recover(r#"{"src": ["a" "b"]}"#), r#"{"src": ["a","b"]}"#);
/// ```
pub fn recover(text: &str) -> Cow<'_, str> {
    match Document::parse(text) {
        Ok(_) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(recovered_document(text).text().to_owned()),
    }
}

/// Returns the tree of the [recovered](recover()) text.
pub(crate) fn recovered_document(text: &str) -> Document {
    if let Ok(document) = Document::parse(text) {
        return document;
    }
    // Only a text that is too large for the parser is not valid now.
    Document::parse(Recovery::new(text).run()).unwrap_or_else(|_| Document::null())
}

/// An array or object that is open.
struct Open {
    bracket: Bracket,
    state: State,
    /// The last comma, and the spaces between it and the next item.
    comma: Option<(usize, Range<usize>)>,
    /// True if it is where nothing is allowed, so that all of it becomes spaces.
    is_ignored: bool,
}

/// The position in an array or object.
#[derive(Clone, Debug, PartialEq)]
enum State {
    /// After the bracket or a comma.
    Start,
    /// After the name of a member.
    Name(Range<usize>),
    /// After the name of a member and its colon.
    Colon(Range<usize>),
    /// After an item. If it is a string, its range, and the start of the name before it.
    Item(Option<(usize, Range<usize>)>),
}

struct Recovery<'t> {
    text: &'t str,
    bytes: Vec<u8>,
    open: Vec<Open>,
    has_root: bool,
    /// The number of bytes before the first section on its line.
    indent: Option<usize>,
    /// Spaces since the last piece that is not space or a comment.
    gap: Range<usize>,
}

impl<'t> Recovery<'t> {
    fn new(text: &'t str) -> Self {
        Recovery { text, bytes: text.as_bytes().to_vec(), open: Vec::new(), has_root: false, indent: None, gap: 0..0 }
    }

    fn run(mut self) -> String {
        let mut after_line = false;
        for lexeme in lex(self.text) {
            let range = lexeme.range;
            let was_after_line = std::mem::replace(&mut after_line, lexeme.kind == LexemeKind::LineComment);
            match lexeme.kind {
                LexemeKind::Space => {
                    // The line end after a comment ends the comment.
                    let start = if was_after_line { range.start + 1 } else { range.start };
                    if self.gap.is_empty() {
                        self.gap = start..range.end;
                    }
                }
                LexemeKind::LineComment | LexemeKind::BlockComment { is_closed: true } => {}
                LexemeKind::BlockComment { is_closed: false } => self.blank(range),
                kind => {
                    self.piece(kind, range);
                    self.gap = 0..0;
                }
            }
        }
        // A comment on the last line would contain the brackets.
        if after_line {
            self.bytes.push(b'\n');
        }
        while !self.open.is_empty() {
            self.drop_name();
            if let Some(open) = self.open.pop()
                && !open.is_ignored
            {
                self.bytes.push(closing(open.bracket));
            }
        }
        if !self.has_root {
            self.bytes.extend(b"{}");
        }
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// Replaces bytes by spaces, except for line ends.
    fn blank(&mut self, range: Range<usize>) {
        for byte in self.bytes.get_mut(range).unwrap_or_default() {
            if !matches!(byte, b'\n' | b'\r') {
                *byte = b' ';
            }
        }
    }

    /// Writes a byte into a space before the piece. Returns its place, or `None` if there is none.
    fn fill(&mut self, byte: u8) -> Option<usize> {
        let at = self.gap.next()?;
        *self.bytes.get_mut(at)? = byte;
        Some(at)
    }

    fn piece(&mut self, kind: LexemeKind, range: Range<usize>) {
        if matches!(kind, LexemeKind::String { .. }) {
            self.section(&range);
        }
        let Some(open) = self.open.last() else { return self.root(kind, range) };
        match kind {
            LexemeKind::Close(bracket) => self.close(bracket, range),
            _ if open.is_ignored => {
                if let LexemeKind::Open(bracket) = kind {
                    self.ignore(bracket, range.clone());
                }
                self.blank(range);
            }
            _ if open.bracket == Bracket::Object => self.in_object(kind, range),
            _ => self.in_array(kind, range),
        }
    }

    /// Closes everything inside of the policy if the name of a section begins its line, as far to
    /// the left as the first one did. Somebody is typing in the section before it.
    fn section(&mut self, name: &Range<usize>) {
        let line = self.text.get(..name.start).unwrap_or_default().rsplit('\n').next().unwrap_or_default();
        let text = self.text.get(name.clone()).unwrap_or_default();
        let is_section = || {
            Key::of_policy().any(|key| text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) == Some(key.name))
        };
        if self.open.is_empty() || !line.trim().is_empty() || !is_section() {
            return;
        }
        let indent = *self.indent.get_or_insert(line.len());
        let inside = self.open.get(1..).unwrap_or_default();
        let closed = inside.iter().filter(|open| !open.is_ignored).count();
        if inside.is_empty() || indent != line.len() || closed + 1 > self.gap.len() {
            return;
        }
        while self.open.len() > 1 {
            self.drop_name();
            if let Some(open) = self.open.pop()
                && !open.is_ignored
            {
                self.fill(closing(open.bracket));
            }
        }
        self.fill(b',');
        self.set(State::Start);
    }

    fn root(&mut self, kind: LexemeKind, range: Range<usize>) {
        match kind {
            LexemeKind::Open(bracket) if !self.has_root => self.push(bracket, false),
            LexemeKind::Open(bracket) => self.ignore(bracket, range),
            _ if !self.has_root && self.is_value(kind, &range) => {}
            _ => return self.blank(range),
        }
        self.has_root = true;
    }

    fn push(&mut self, bracket: Bracket, is_ignored: bool) {
        self.open.push(Open { bracket, state: State::Start, comma: None, is_ignored });
    }

    /// Opens an array or object where nothing is allowed.
    fn ignore(&mut self, bracket: Bracket, range: Range<usize>) {
        self.blank(range);
        self.push(bracket, true);
    }

    fn state(&mut self) -> State {
        self.open.last().map_or(State::Start, |open| open.state.clone())
    }

    fn set(&mut self, state: State) {
        if let Some(open) = self.open.last_mut() {
            open.state = state;
        }
    }

    /// Returns whether a piece is a string, a number or a keyword.
    fn is_value(&self, kind: LexemeKind, range: &Range<usize>) -> bool {
        let text = self.text.get(range.clone()).unwrap_or_default();
        match kind {
            LexemeKind::String { is_closed } => {
                let is_simple = !text.bytes().any(|byte| byte == b'\\' || byte < b' ');
                is_closed && (is_simple || Document::parse(text).is_ok())
            }
            LexemeKind::Plain => Document::parse(text).is_ok(),
            _ => false,
        }
    }

    /// Removes a name that has no value.
    fn drop_name(&mut self) {
        if let State::Name(range) | State::Colon(range) = self.state() {
            self.blank(range);
            self.set(State::Start);
        }
    }

    fn in_object(&mut self, kind: LexemeKind, range: Range<usize>) {
        match (self.state(), kind) {
            (State::Start, LexemeKind::String { .. }) if self.is_value(kind, &range) => self.set(State::Name(range)),
            (State::Name(name), LexemeKind::Colon) => self.set(State::Colon(name.start..range.end)),
            (State::Colon(_), LexemeKind::Open(bracket)) => {
                self.set(State::Item(None));
                self.push(bracket, false);
            }
            (State::Colon(name), LexemeKind::String { .. } | LexemeKind::Plain) => {
                if self.is_value(kind, &range) {
                    self.set(State::Item(Some((name.start, range))));
                } else {
                    self.blank(name.start..range.end);
                    self.set(State::Start);
                }
            }
            (State::Item(_), LexemeKind::Comma) => {
                self.set(State::Start);
            }
            // The value before is the name of this member, and its own name has no value.
            (State::Item(Some((start, name))), LexemeKind::Colon) if self.is_string(&name) => {
                self.blank(start..name.start);
                self.set(State::Colon(name.start..range.end));
            }
            (State::Item(_), LexemeKind::String { .. }) if self.is_value(kind, &range) && self.fill(b',').is_some() => {
                self.set(State::Name(range));
            }
            (State::Name(_) | State::Colon(_), _) => {
                self.drop_name();
                self.in_object(kind, range);
            }
            (_, LexemeKind::Open(bracket)) => self.ignore(bracket, range),
            _ => self.blank(range),
        }
    }

    fn is_string(&self, range: &Range<usize>) -> bool {
        self.bytes.get(range.start) == Some(&b'"')
    }

    fn in_array(&mut self, kind: LexemeKind, range: Range<usize>) {
        match (self.state(), kind) {
            (State::Item(_), LexemeKind::Comma) => {
                self.set(State::Start);
                if let Some(open) = self.open.last_mut() {
                    open.comma = Some((range.start, range.end..range.end));
                }
            }
            (State::Item(Some((_, name))), LexemeKind::Colon) if self.is_string(&name) => {
                self.name_in_array(name, range)
            }
            (_, LexemeKind::Comma | LexemeKind::Colon) => self.blank(range),
            (state, _) => {
                let is_open = matches!(kind, LexemeKind::Open(_));
                if !is_open && !self.is_value(kind, &range) {
                    return self.blank(range);
                }
                if let State::Item(_) = state {
                    let Some(comma) = self.fill(b',') else {
                        return match kind {
                            LexemeKind::Open(bracket) => self.ignore(bracket, range),
                            _ => self.blank(range),
                        };
                    };
                    if let Some(open) = self.open.last_mut() {
                        open.comma = Some((comma, 0..0));
                    }
                }
                let gap = self.gap.clone();
                if let Some(Open { comma: Some((_, spaces)), .. }) = self.open.last_mut() {
                    *spaces = gap;
                }
                self.set(State::Item(Some((range.start, range))));
                if let LexemeKind::Open(bracket) = kind {
                    self.push(bracket, false);
                }
            }
        }
    }

    /// Reads a colon after a string in an array. The array has no closing bracket, and the string
    /// is the name of the next member of the object around it.
    fn name_in_array(&mut self, name: Range<usize>, colon: Range<usize>) {
        let around = self.open.len().checked_sub(2).and_then(|index| self.open.get(index));
        let is_in_object = around.is_some_and(|around| around.bracket == Bracket::Object && !around.is_ignored);
        let comma = self.open.last().and_then(|open| open.comma.clone());
        match comma {
            Some((comma, mut spaces)) if is_in_object => {
                let Some(space) = spaces.next() else {
                    self.blank(name);
                    return self.blank(colon);
                };
                for (at, byte) in [(comma, b']'), (space, b',')] {
                    if let Some(place) = self.bytes.get_mut(at) {
                        *place = byte;
                    }
                }
                self.open.pop();
                self.set(State::Colon(name.start..colon.end));
            }
            _ => self.blank(colon),
        }
    }

    /// Reads a closing bracket.
    fn close(&mut self, bracket: Bracket, range: Range<usize>) {
        // The arrays and objects inside the one that it closes have no closing bracket.
        let Some(index) = self.open.iter().rposition(|open| open.bracket == bracket) else { return self.blank(range) };
        let inside = self.open.get(index + 1..).unwrap_or_default().iter().filter(|open| !open.is_ignored).count();
        if inside > self.gap.len() {
            return self.blank(range);
        }
        while self.open.len() > index + 1 {
            self.drop_name();
            if let Some(open) = self.open.pop()
                && !open.is_ignored
            {
                self.fill(closing(open.bracket));
            }
        }
        self.drop_name();
        if self.open.pop().is_some_and(|open| open.is_ignored) {
            self.blank(range);
        }
    }
}

const fn closing(bracket: Bracket) -> u8 {
    match bracket {
        Bracket::Object => b'}',
        Bracket::Array => b']',
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_missing_is_added_and_the_rest_is_kept() {
        for (text, expected) in [
            (r#"{"a": 1}"#, r#"{"a": 1}"#),
            ("", "{}"),
            ("// none", "// none\n{}"),
            (r#"{"a": ["#, r#"{"a": []}"#),
            (r#"{"a": ["x, "#, r#"{"a": [    ]}"#),
            ("{\"a\": [\"x\n]}", "{\"a\": [  \n]}"),
            (r#"{"a"}"#, r#"{   }"#),
            (r#"{"a": }"#, r#"{     }"#),
            (r#"{"a": tru, "b": 1}"#, r#"{          "b": 1}"#),
            (r#"{"a": 1 "b": 2}"#, r#"{"a": 1,"b": 2}"#),
            (r#"{"a": "b": 2}"#, r#"{     "b": 2}"#),
            (r#"{"a": ["x", "b": 2}"#, r#"{"a": ["x"],"b": 2}"#),
            (r#"[{"a": 1, {"b": 2}]"#, r#"[{"a": 1,          }]"#),
            (r#"{"a": [1 }"#, r#"{"a": [1]}"#),
            (r#"{"a": 1,, "b": 2}"#, r#"{"a": 1,  "b": 2}"#),
            ("{\"a\": 1 // one", "{\"a\": 1 // one\n}"),
            ("{\"a\": [1, // one\n 2 3]}", "{\"a\": [1, // one\n 2,3]}"),
            ("{\"a\": 1} x", "{\"a\": 1}  "),
            ("{\"a\": 1 /* x", "{\"a\": 1     }"),
            (
                "{\n  \"grants\": [\n    {\"src\": [\"a\n\n  \"tests\": []\n}",
                "{\n  \"grants\": [\n    {\"src\": [  ]}],\"tests\": []\n}",
            ),
            (r#"{"a": "\q", "b": 1}"#, r#"{           "b": 1}"#),
        ] {
            assert_eq!(recover(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_text_becomes_valid_and_keeps_its_places(text in r#"([\[\]{},: \n]|"a"|"b|1|tru|//|/\*|\*/|\\|é){0,40}"#) {
            let recovered = recover(&text);
            prop_assert!(Document::parse(&*recovered).is_ok(), "{recovered}");
            prop_assert!(recovered.len() >= text.len(), "{recovered:?}");
            for (old, new) in text.bytes().zip(recovered.bytes()) {
                prop_assert!(old == new || new == b' ' || (matches!(old, b' ' | b'\n' | b',')), "{recovered:?}");
            }
        }
    }
}

//! `for name in [a, b] { … }`: the places that name its variables.

use crate::reserved::is_kind;
use crate::token::{Delimiter, TokenKind};

use super::occurrence::{Loop, Occurrence, Scope};
use super::reader::Reader;
use super::statement::{Block, Statement};

/// The maximum depth of nested loops, more than in any real policy.
const MAX_LOOPS: usize = 8;
/// The maximum number of values to show in a pop-up window.
const SHOWN: usize = 12;

impl Reader<'_> {
    /// Returns whether `for name in` or `for (name, name)` is next.
    pub(super) fn is_loop(&self) -> bool {
        let cursor = &self.cursor;
        cursor.ident(cursor.at) == Some("for")
            && (cursor.ident(cursor.at + 2) == Some("in") || cursor.is_group(cursor.at + 1, Delimiter::Parenthesis))
    }

    /// Reads a loop. `read` reads the content of its block. A variable stands for any tokens, so a
    /// name that contains one cannot be looked up, but the variable itself can.
    pub(super) fn for_loop(&mut self, read: impl FnOnce(&mut Self, usize)) {
        let this = Loop { number: self.all_loops, around: self.loops.last().map(|around| around.number) };
        self.all_loops += 1;
        self.cursor.at += 1;
        let end = self.cursor.after(self.cursor.at);
        let rows = end + usize::from(self.cursor.ident(end) == Some("in"));
        self.variables(this, end, &self.values(rows));
        self.cursor.at = rows;
        if let Some(TokenKind::Open { delimiter: Delimiter::Bracket, close }) = self.cursor.token(rows) {
            self.elements(*close);
        }
        let next = self.cursor.at;
        let Some(TokenKind::Open { delimiter: Delimiter::Brace, close }) = self.cursor.token(next) else { return };
        if self.loops.len() < MAX_LOOPS {
            self.cursor.at += 1;
            self.loops.push(this);
            read(self, *close);
            self.loops.pop();
        }
        self.cursor.at = close + 1;
    }

    /// Reads the variables up to the token `end`, each with its values.
    fn variables(&mut self, this: Loop, end: usize, rows: &[Vec<String>]) {
        let mut index = 0;
        while self.cursor.at < end {
            let Some(segment) = self.segment() else {
                self.cursor.at += 1;
                continue;
            };
            let values: Vec<&String> = rows.iter().filter_map(|row| row.get(index)).take(SHOWN + 1).collect();
            let doc = Some(stands_for(&segment.text, &values));
            let occurrence = Occurrence::bare(Scope::Variable(this), vec![segment], false);
            self.occurrences.push(Occurrence { declared_as: Some("variable"), doc, ..occurrence });
            index += 1;
        }
    }

    /// Reads the names among the elements.
    fn elements(&mut self, close: usize) {
        let mut elements = Statement::new(Block::Setting);
        while self.cursor.at < close {
            match self.cursor.ident(self.cursor.at) {
                Some(word) if is_kind(word) && self.cursor.is_punct(self.cursor.at + 1, ':') => {
                    self.named(&mut elements);
                }
                _ => self.cursor.at += 1,
            }
        }
        self.cursor.at = close + 1;
    }

    /// Returns the elements of the list at `rows`, row by row, as written.
    fn values(&self, rows: usize) -> Vec<Vec<String>> {
        let mut values = vec![vec![String::new()]];
        if !self.cursor.is_group(rows, Delimiter::Bracket) {
            return Vec::new();
        }
        let mut is_tuple = false;
        for at in rows + 1..self.cursor.after(rows).saturating_sub(1) {
            let Some(row) = values.last_mut() else { break };
            let text = match self.cursor.token(at) {
                Some(TokenKind::Punct { char: ',', .. }) if !is_tuple => {
                    values.push(vec![String::new()]);
                    continue;
                }
                Some(TokenKind::Punct { char: ',', .. }) => {
                    row.push(String::new());
                    continue;
                }
                Some(TokenKind::Punct { char, .. }) => char.to_string(),
                Some(TokenKind::Ident(word) | TokenKind::Literal(word)) => word.clone(),
                other => {
                    is_tuple = matches!(other, Some(TokenKind::Open { .. }));
                    continue;
                }
            };
            row.last_mut().into_iter().for_each(|value| value.push_str(&text));
        }
        values.retain(|row| row.iter().any(|value| !value.is_empty()));
        values
    }

    /// Reads `$name`, and the rest of a name after it.
    pub(super) fn variable(&mut self) {
        self.cursor.at += 1;
        let segment = self.segment();
        if let Some(around) = self.loops.last() {
            let is_unfinished = segment.is_none();
            self.occurrences.push(Occurrence::bare(Scope::Variable(*around), Vec::from_iter(segment), is_unfinished));
        }
        while self.cursor.is_dash(self.cursor.at) {
            self.cursor.at += 1;
            self.name();
        }
    }
}

fn stands_for(name: &str, values: &[&String]) -> String {
    let mut shown: Vec<String> = values.iter().take(SHOWN).map(|value| format!("`{value}`")).collect();
    if values.len() > SHOWN {
        shown.push("…".to_owned());
    }
    format!("`{name}`: one after the other {}", shown.join(", "))
}

//! The lines of a macro's body.

use std::ops::Range;

use crate::lexer::LexemeKind;

use super::spacing::space_before;
use super::tree::{Atom, Block, Content, Entry, Group, Piece, Statement, stands_alone};
use super::writer::Writer;

/// The preferred maximum width of a line, as in `rustfmt.toml` of this workspace.
const WIDTH: usize = 120;
const INDENT: usize = 4;

/// Words that begin a clause of a statement. A clause gets its own line if the statement does not
/// fit on one.
const CLAUSES: &[&str] = &[
    "on",
    "and",
    "except",
    "as",
    "via",
    "srcPosture",
    "app",
    "recorder",
    "until",
    "enforceRecorder",
    "checkPeriod",
    "acceptEnv",
    "attr",
    "ipPool",
];
/// Words that begin a statement and are followed by a list.
const HEADS: &[&str] = &["accept", "check", "deny", "only", "never", "isolated"];

/// Writes the body of a file's macro, including its brackets.
pub(super) fn body(source: &str, block: &Block, indent: usize, column: usize) -> String {
    Layout { source }.block(block, indent, column)
}

struct Layout<'s> {
    source: &'s str,
}

/// The layout of the groups in some atoms.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Groups {
    /// On one line, unless they were split before.
    AsWritten,
    /// With each item on its own line.
    Broken,
}

impl<'s> Layout<'s> {
    fn writer(&self, indent: usize) -> Writer<'s> {
        Writer::new(self.source, indent, indent)
    }

    /// Returns a block with each entry on its own line, including the brackets. The opening one is
    /// at `column`.
    fn block(&self, block: &Block, indent: usize, column: usize) -> String {
        if block.entries.is_empty() && block.opening.is_empty() {
            return "{}".to_owned();
        }
        let mut writer = Writer::new(self.source, indent, column);
        writer.push("{");
        writer.comments_behind(&block.opening, indent);
        let lines = self.lines(&block.entries, indent + INDENT);
        for (number, (entry, line)) in block.entries.iter().zip(lines).enumerate() {
            if entry.blank_before && number > 0 {
                writer.line(0);
            }
            writer.line(indent + INDENT);
            writer.push(&line);
            writer.comments_behind(&entry.behind, indent + INDENT);
        }
        writer.line(indent);
        writer.push("}");
        writer.into_text()
    }

    /// Returns the texts of entries. In a run of declarations without blank lines and comments
    /// between them, the `=` are aligned, unless a line would become too wide.
    fn lines(&self, entries: &[Entry], indent: usize) -> Vec<String> {
        let mut lines: Vec<String> = entries.iter().map(|entry| self.entry(&entry.content, indent)).collect();
        let names: Vec<Option<usize>> = entries
            .iter()
            .zip(&lines)
            .map(|(entry, line)| self.name_width(&entry.content, indent).filter(|_| !line.contains('\n')))
            .collect();
        let is_row = |index: usize| names.get(index).is_some_and(Option::is_some);
        let follows = |index: usize| is_row(index) && entries.get(index).is_some_and(|entry| !entry.blank_before);
        let mut start = 0;
        while start < entries.len() {
            let more = (start + 1..entries.len()).take_while(|index| is_row(start) && follows(*index)).count();
            let row = start..start + 1 + more;
            if let (Some(lines), Some(names)) = (lines.get_mut(row.clone()), names.get(row.clone())) {
                align(lines, names, WIDTH.saturating_sub(indent));
            }
            start = row.end;
        }
        lines
    }

    /// Returns the width of the text before the `=`.
    fn name_width(&self, content: &Content, indent: usize) -> Option<usize> {
        let Content::Statement(Statement { atoms, block: None, .. }) = content else { return None };
        let equals = atoms.iter().position(|atom| atom.token() == Some("="))?;
        let mut writer = self.writer(indent);
        self.inline(atoms, 0..equals, Groups::AsWritten, false, &mut writer);
        writer.is_one_line().then(|| writer.column() - indent)
    }

    fn entry(&self, content: &Content, indent: usize) -> String {
        let mut writer = self.writer(indent);
        match content {
            Content::Comment(remark) => writer.comment_beside(remark, indent),
            Content::Attribute(atoms) => self.inline(atoms, 0..atoms.len(), Groups::AsWritten, false, &mut writer),
            Content::Statement(Statement { atoms, block: None, .. }) => writer = self.statement(atoms, indent, 0),
            Content::Statement(Statement { atoms, block: Some(block), has_semicolon }) => {
                writer = self.statement(atoms, indent, " {".len());
                writer.word("", true, indent);
                let line = block.is_line.then(|| self.block_line(block, indent)).flatten();
                let line = line.filter(|line| writer.column() + line.chars().count() <= WIDTH);
                writer.push(&line.unwrap_or_else(|| self.block(block, indent, writer.column())));
                writer.push(if *has_semicolon { ";" } else { "" });
            }
        }
        writer.into_text()
    }

    /// Returns a block on one line, if possible.
    fn block_line(&self, block: &Block, indent: usize) -> Option<String> {
        if block.entries.is_empty() {
            return Some("{}".to_owned());
        }
        let mut line = String::from("{ ");
        for entry in &block.entries {
            let Content::Statement(Statement { atoms, block, has_semicolon }) = &entry.content else { return None };
            let statement = self.fitting(atoms, 0..atoms.len(), self.writer(indent), 0)?;
            line.push_str(&statement.into_text());
            if let Some(block) = block {
                line.push(' ');
                line.push_str(&self.block_line(block, indent)?);
                line.push_str(if *has_semicolon { ";" } else { "" });
            }
            line.push(' ');
        }
        line.push('}');
        (!line.contains('\n')).then_some(line)
    }

    /// Writes a statement on one line if it fits together with `more` characters at the end.
    /// Otherwise writes it part by part.
    fn statement(&self, atoms: &[Atom], indent: usize, more: usize) -> Writer<'s> {
        let all = 0..atoms.len();
        if let Some(writer) = self.fitting(atoms, all, self.writer(indent), more) {
            return writer;
        }
        let parts = parts(atoms);
        let mut writer = self.writer(indent);
        let has_targets = parts.iter().any(|part| token_at(atoms, part.start) == Some("and"));
        let mut is_together = false;
        for (number, part) in parts.iter().enumerate() {
            let more = if number + 1 == parts.len() { more } else { 0 };
            // With several destinations that have ports of their own, the ports stay on the line of
            // their destination.
            if has_targets && is_together && token_at(atoms, part.start) == Some("on") && !writer.must_break() {
                let place = Writer::new(self.source, indent + INDENT, writer.column() + 1);
                if let Some(rest) = self.fitting(atoms, part.clone(), place, more) {
                    writer.push(" ");
                    writer.append(rest);
                    continue;
                }
            }
            let follows = number > 0 && part.start.checked_sub(1).is_some_and(|last| is_separator(atoms, last));
            if follows && writer.is_one_line() {
                let place = Writer::new(self.source, indent, writer.column() + 1);
                if let Some(rest) = self.fitting(atoms, part.clone(), place, more) {
                    writer.push(" ");
                    writer.append(rest);
                    is_together = true;
                    continue;
                }
            }
            let indent = if number == 0 { indent } else { indent + INDENT };
            if number > 0 {
                writer.line(indent);
            }
            let whole = self.fitting(atoms, part.clone(), self.writer(indent), more);
            is_together = whole.is_some() || !part.clone().any(|index| token_at(atoms, index) == Some(","));
            match whole {
                Some(rest) => writer.append(rest),
                None => self.items(atoms, part.clone(), indent, &mut writer),
            }
        }
        writer
    }

    /// Writes atoms on one line, groups included, if no comment prevents it and they fit.
    fn fitting(&self, atoms: &[Atom], range: Range<usize>, place: Writer<'s>, more: usize) -> Option<Writer<'s>> {
        let part = atoms.get(range.clone()).unwrap_or_default();
        if part.iter().any(|atom| !atom.above.is_empty() || !atom.behind.is_empty()) {
            return None;
        }
        let (indent, column) = (place.indent(), place.column());
        let fits = |groups: &Groups| {
            let mut sketch = Writer::sketch(self.source, indent, column);
            self.inline(atoms, range.clone(), *groups, false, &mut sketch);
            sketch.width() <= WIDTH && sketch.column() + more <= WIDTH
        };
        let groups = [Groups::AsWritten, Groups::Broken].into_iter().find(fits)?;
        let mut writer = Writer::new(self.source, indent, column);
        self.inline(atoms, range.clone(), groups, false, &mut writer);
        Some(writer)
    }

    /// Writes a part of a statement with each item of its list on its own line.
    fn items(&self, atoms: &[Atom], part: Range<usize>, indent: usize, writer: &mut Writer<'s>) {
        let head = part.start..part.start + usize::from(has_head(atoms, part.start));
        let indent = if head.is_empty() { indent } else { indent + INDENT };
        self.inline(atoms, head.clone(), Groups::AsWritten, false, writer);
        let mut start = head.end;
        while start < part.end {
            let comma = (start..part.end).find(|index| token_at(atoms, *index) == Some(","));
            let end = comma.map_or(part.end, |comma| comma + 1);
            let is_end = |atom: &Atom| atom.token() == Some(";") && atom.above.is_empty() && !writer.must_break();
            let is_end = atoms.get(start).is_some_and(is_end);
            if start > part.start && !is_end {
                writer.line(indent);
            }
            self.item(atoms, start..end, indent, false, writer);
            start = end;
        }
    }

    /// Writes an item of a list. Its groups are split if it would be too wide.
    fn item(&self, atoms: &[Atom], range: Range<usize>, indent: usize, is_json: bool, writer: &mut Writer<'s>) {
        let mut sketch = Writer::sketch(self.source, indent, writer.column());
        self.inline(atoms, range.clone(), Groups::AsWritten, is_json, &mut sketch);
        let groups = if sketch.width() > WIDTH { Groups::Broken } else { Groups::AsWritten };
        let mut item = Writer::new(self.source, indent, writer.column());
        self.inline(atoms, range, groups, is_json, &mut item);
        writer.append(item);
    }

    /// Writes atoms one after the other, with line breaks only where comments require them.
    fn inline(&self, atoms: &[Atom], range: Range<usize>, groups: Groups, is_json: bool, writer: &mut Writer<'s>) {
        let indent = writer.indent();
        for index in range {
            let Some(atom) = atoms.get(index) else { continue };
            writer.comments_above(&atom.above, indent);
            for remark in &atom.beside {
                writer.comment_beside(remark, indent);
            }
            let spaced = space_before(atoms, index, is_json) || !atom.beside.is_empty();
            match &atom.piece {
                Piece::Token(_, text) => writer.word(text, spaced, indent),
                Piece::Group(group) => {
                    writer.word(group.open, spaced, indent);
                    self.group(group, groups, writer);
                }
            }
            writer.comments_behind(&atom.behind, indent);
        }
    }

    /// Writes the content of a group and the closing bracket.
    fn group(&self, group: &Group, groups: Groups, writer: &mut Writer<'s>) {
        let is_json = group.open == "{";
        let has_remarks = !group.opening.is_empty() || !group.closing.is_empty();
        let is_empty = group.items.is_empty() && !has_remarks;
        let is_apart = |item: &Vec<Atom>| item.first().is_some_and(|first| first.blank_before);
        let has_empty_lines = group.items.iter().skip(1).any(is_apart);
        let commented = |atom: &Atom| !atom.above.is_empty() || !atom.behind.is_empty();
        let is_broken =
            group.is_broken || has_empty_lines || has_remarks || group.items.iter().flatten().any(commented);
        if is_empty || !(is_broken || groups == Groups::Broken) {
            let is_padded = is_json && !is_empty;
            for (number, item) in group.items.iter().enumerate() {
                writer.push(if number > 0 || is_padded { " " } else { "" });
                self.inline(item, 0..item.len(), Groups::AsWritten, is_json, writer);
            }
            writer.push(if is_padded { " " } else { "" });
            writer.push(group.close);
            return;
        }
        let outside = writer.indent();
        if writer.is_sketch() {
            writer.line(outside);
            writer.push(group.close);
            return;
        }
        let indent = outside + INDENT;
        writer.comments_behind(&group.opening, indent);
        for (number, item) in group.items.iter().enumerate() {
            if number > 0 && is_apart(item) {
                writer.line(0);
            }
            writer.line(indent);
            self.item(item, 0..item.len(), indent, is_json, writer);
        }
        if !group.closing.is_empty() {
            writer.line(indent);
            writer.comments_above(&group.closing, indent);
        }
        writer.line(outside);
        writer.push(group.close);
    }
}

/// Aligns the `=` after names with spaces, if all lines stay narrow enough.
fn align(lines: &mut [String], names: &[Option<usize>], most: usize) {
    let widest = names.iter().flatten().copied().max().unwrap_or_default();
    let pads = names.iter().map(|name| widest - name.unwrap_or(widest));
    if lines.iter().zip(pads.clone()).any(|(line, pad)| line.chars().count() + pad > most) {
        return;
    }
    for (line, (name, pad)) in lines.iter_mut().zip(names.iter().zip(pads)) {
        let at = line.char_indices().nth(name.unwrap_or_default()).map_or(line.len(), |(at, _)| at);
        line.insert_str(at, &" ".repeat(pad));
    }
}

/// Returns the parts of a statement. A part begins after each `=` and `->`, and at each clause.
fn parts(atoms: &[Atom]) -> Vec<Range<usize>> {
    let starts_part = |index: usize| {
        let is_clause = token_at(atoms, index).is_some_and(|text| CLAUSES.contains(&text));
        is_separator(atoms, index - 1) || (is_clause && stands_alone(atoms, index))
    };
    let starts = (1..atoms.len()).filter(|index| starts_part(*index));
    let ends = starts.clone().chain([atoms.len()]);
    std::iter::once(0).chain(starts).zip(ends).map(|(start, end)| start..end).collect()
}

fn token_at<'a>(atoms: &[Atom<'a>], index: usize) -> Option<&'a str> {
    atoms.get(index).and_then(Atom::token)
}

fn is_separator(atoms: &[Atom], index: usize) -> bool {
    matches!(token_at(atoms, index), Some("=" | "->"))
}

/// Returns whether a part starts with a word that is not an item of its list.
fn has_head(atoms: &[Atom], start: usize) -> bool {
    let Some(Piece::Token(LexemeKind::Word, text)) = atoms.get(start).map(|atom| &atom.piece) else { return false };
    (CLAUSES.contains(text) || HEADS.contains(text)) && stands_alone(atoms, start)
}

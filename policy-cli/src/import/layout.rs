//! The tree as text.

use policy_core::model::{Level, Lint};

use super::comment::Lines;
use super::tree::{Form, Item, Json, JsonItem, Node, Piece};
use super::word::{quoted, turns_text};

/// The longest line, as rustfmt has it in this project.
const WIDTH: usize = 120;

/// A step of indentation.
const STEP: usize = 4;

/// Writes nodes one below the other.
pub(super) struct Layout {
    out: String,
    depth: usize,
}

impl Layout {
    pub(super) fn new() -> Layout {
        Layout { out: String::new(), depth: 0 }
    }

    pub(super) fn finish(self) -> String {
        self.out
    }

    /// What is between two braces, a step further in.
    pub(super) fn within(&mut self, head: &str, write: impl FnOnce(&mut Self)) {
        self.line(&format!("{head} {{"));
        self.depth += 1;
        write(self);
        self.depth -= 1;
        self.line("}");
    }

    pub(super) fn line(&mut self, text: &str) {
        self.indent();
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn indent(&mut self) {
        self.out.extend(std::iter::repeat_n(' ', self.depth * STEP));
    }

    /// An empty line, unless a block has just begun or there is one already.
    pub(super) fn space(&mut self) {
        if !self.out.ends_with("{\n") && !self.out.ends_with("\n\n") && !self.out.is_empty() {
            self.out.push('\n');
        }
    }

    /// `//!`
    pub(super) fn notes(&mut self, notes: &[Lines]) {
        for lines in notes.iter().filter(|lines| !lines.is_empty()) {
            self.space();
            lines.iter().for_each(|line| self.comment("//!", "#![doc = ", line));
        }
    }

    /// `///`
    fn docs(&mut self, docs: &[String]) {
        docs.iter().for_each(|line| self.comment("///", "#[doc = ", line));
    }

    fn comment(&mut self, mark: &str, attribute: &str, text: &str) {
        if text.contains(turns_text) {
            let text = quoted(&format!(" {text}"));
            self.line(&format!("{attribute}{text}]"));
        } else if text.is_empty() {
            self.line(mark);
        } else {
            self.line(&format!("{mark} {text}"));
        }
    }

    /// `//`
    pub(super) fn private(&mut self, lines: &[String]) {
        for line in lines {
            let line: String =
                line.chars().map(|char| if char.is_control() || turns_text(char) { ' ' } else { char }).collect();
            self.line(&format!("// {line}"));
        }
    }

    /// The nodes of a block. At the top level, blocks have air around them.
    pub(super) fn nodes(&mut self, nodes: &[Node], is_top: bool) {
        let mut previous_is_line = true;
        for (index, node) in nodes.iter().enumerate() {
            let is_line = !is_top || is_plain_line(node);
            if node.is_apart || index > 0 && !(is_line && previous_is_line) {
                self.space();
            }
            previous_is_line = is_line;
            self.notes(&node.alone);
            // Two comments, one below the other, would look like one.
            if !node.alone.is_empty() && !node.docs.is_empty() {
                self.space();
            }
            self.node(node);
            self.notes(std::slice::from_ref(&node.after));
            // What follows is no part of that remark.
            if !node.after.is_empty() {
                self.space();
            }
        }
    }

    fn node(&mut self, node: &Node) {
        self.private(&node.findings);
        match &node.form {
            Form::Assertion(pieces) => {
                self.docs(&node.docs);
                self.statement(pieces, ";");
            }
            Form::Statement(pieces) => {
                self.marks(&node.docs);
                self.statement(pieces, ";");
            }
            Form::Block { head, nodes, end } => {
                self.marks(&node.docs);
                self.block(head, nodes, end);
            }
        }
    }

    fn block(&mut self, head: &[Piece], nodes: &[Node], end: &[Lines]) {
        if nodes.is_empty() && end.is_empty() {
            return self.statement(head, " {}");
        }
        if let ([only], []) = (nodes, end)
            && let Some(line) = self.one_line(head, only)
        {
            return self.line(&line);
        }
        self.statement(head, " {");
        self.depth += 1;
        self.nodes(nodes, false);
        self.notes(end);
        self.depth -= 1;
        self.trim_space();
        self.line("}");
    }

    fn trim_space(&mut self) {
        while self.out.ends_with("\n\n") {
            self.out.pop();
        }
    }

    /// A short block within a section, with its only statement, if that fits on a line.
    fn one_line(&self, head: &[Piece], only: &Node) -> Option<String> {
        let (Form::Statement(pieces) | Form::Assertion(pieces)) = &only.form else { return None };
        let bare = only.docs.is_empty() && only.alone.is_empty() && only.after.is_empty() && only.findings.is_empty();
        if self.depth < 2 || !bare {
            return None;
        }
        let line = format!("{} {{ {}; }}", flat(head)?, flat(pieces)?);
        self.fits(&line).then_some(line)
    }

    fn fits(&self, line: &str) -> bool {
        self.depth * STEP + width(line) <= WIDTH
    }

    /// Comments and the warnings that are allowed. An allowance that would not come out just so stays a comment.
    fn marks(&mut self, docs: &[String]) {
        let allows = docs.iter().rev().map_while(|line| allow(line)).count();
        let (docs, allows) = docs.split_at_checked(docs.len() - allows).unwrap_or((docs, &[]));
        self.docs(docs);
        for line in allows.iter().filter_map(|line| allow(line)) {
            self.line(&line);
        }
    }

    /// Pieces on one line, or with the longer lists below each other.
    fn statement(&mut self, pieces: &[Piece], end: &str) {
        if let Some(line) = flat(pieces).map(|line| line + end).filter(|line| self.fits(line)) {
            return self.line(&line);
        }
        self.indent();
        let mut line = Line { column: self.depth * STEP, is_fresh: true, is_broken: false };
        for (index, piece) in pieces.iter().enumerate() {
            let next = pieces.get(index + 1);
            match piece {
                Piece::Word(word) => {
                    if word == "and" && line.is_broken && !line.is_fresh {
                        self.new_line(&mut line);
                    }
                    self.text(&mut line, word);
                }
                Piece::List(_, items) => self.list(&mut line, items, index == 0, next),
                Piece::Json(json) => {
                    self.text(&mut line, "");
                    let further = usize::from(line.is_broken);
                    self.depth += further;
                    self.json(json, WIDTH.saturating_sub(line.column + 1));
                    self.depth -= further;
                    line.column = self.out.rsplit('\n').next().map_or(0, width);
                }
            }
        }
        self.out.push_str(end);
        self.out.push('\n');
    }

    /// A word behind what is on the line.
    fn text(&mut self, line: &mut Line, text: &str) {
        if !line.is_fresh {
            self.out.push(' ');
            line.column += 1;
        }
        self.out.push_str(text);
        line.column += width(text);
        line.is_fresh = false;
    }

    /// A line further in than the one that the statement starts on.
    fn new_line(&mut self, line: &mut Line) {
        self.out.push('\n');
        self.depth += 1;
        self.indent();
        *line = Line { column: self.depth * STEP, is_fresh: true, is_broken: true };
        self.depth -= 1;
    }

    /// A list on the line if it has no comments and fits there, else with a line for each of its items.
    fn list(&mut self, line: &mut Line, items: &[Item], is_first: bool, next: Option<&Piece>) {
        let texts: Vec<&str> = items.iter().map(|item| item.text.as_str()).collect();
        let text = texts.join(", ");
        let is_plain = items.iter().all(|item| item.docs.is_empty());
        if is_plain && (items.len() == 1 || line.column + 1 + width(&text) + room_for(next) <= WIDTH) {
            return self.text(line, &text);
        }
        // What a statement starts with stands where the statement does.
        let further = usize::from(!is_first);
        self.depth += further;
        for (index, item) in items.iter().enumerate() {
            if !(is_first && index == 0) {
                self.out.push('\n');
                self.docs(&item.docs);
                self.indent();
            }
            self.out.push_str(&item.text);
            if index + 1 < items.len() {
                self.out.push(',');
            }
        }
        self.depth -= further;
        line.column = self.out.rsplit('\n').next().map_or(0, width);
        (line.is_fresh, line.is_broken) = (false, true);
        let is_arrow = matches!(next, Some(Piece::Word(word)) if word == "->");
        if next.is_some() && !is_arrow && items.len() > 1 {
            self.out.push(',');
            self.new_line(line);
        }
    }

    /// A JSON value, on the line if there is room.
    fn json(&mut self, json: &Json, room: usize) {
        if let Some(flat) = flat_json(json).filter(|flat| width(flat) <= room) {
            return self.out.push_str(&flat);
        }
        let Json::Composite { brackets: [open, close], lead, items, end } = json else {
            if let Json::Plain(text) = json {
                self.out.push_str(text);
            }
            return;
        };
        self.out.push(*open);
        self.out.push('\n');
        self.depth += 1;
        self.json_notes(std::slice::from_ref(lead));
        for item in items {
            self.json_item(item);
        }
        self.json_notes(end);
        self.depth -= 1;
        self.indent();
        self.out.push(*close);
    }

    fn json_item(&mut self, item: &JsonItem) {
        self.json_notes(&item.alone);
        self.docs(&item.docs);
        self.indent();
        let mut used = self.depth * STEP + 1;
        if let Some(name) = &item.name {
            self.out.push_str(name);
            self.out.push_str(": ");
            used += width(name) + 2;
        }
        self.json(&item.value, WIDTH.saturating_sub(used));
        self.out.push_str(",\n");
        self.json_notes(std::slice::from_ref(&item.after));
    }

    fn json_notes(&mut self, notes: &[Lines]) {
        for line in notes.iter().flatten() {
            self.comment("//!", "#![doc = ", line);
        }
    }
}

/// Where the next word of a statement goes.
struct Line {
    column: usize,
    /// Whether it has nothing but its indentation yet.
    is_fresh: bool,
    /// Whether it is not the statement's first.
    is_broken: bool,
}

/// What should stand on the line of a list that comes before it: an arrow, or the end.
fn room_for(next: Option<&Piece>) -> usize {
    match next {
        Some(Piece::Word(word)) => 1 + width(word),
        _ => 1,
    }
}

fn width(text: &str) -> usize {
    text.chars().count()
}

/// Whether it is one line without comments, so that it may stand close to others.
fn is_plain_line(node: &Node) -> bool {
    let Form::Statement(pieces) = &node.form else { return false };
    node.docs.is_empty()
        && node.alone.is_empty()
        && node.findings.is_empty()
        && flat(pieces).is_some_and(|line| width(&line) < WIDTH - STEP)
}

/// Pieces on one line; `None` if a comment is in the way.
fn flat(pieces: &[Piece]) -> Option<String> {
    let mut line = String::new();
    for piece in pieces {
        if !line.is_empty() {
            line.push(' ');
        }
        match piece {
            Piece::Word(word) => line.push_str(word),
            Piece::List(_, items) => {
                for (index, item) in items.iter().enumerate() {
                    if !item.docs.is_empty() {
                        return None;
                    }
                    line.push_str(if index > 0 { ", " } else { "" });
                    line.push_str(&item.text);
                }
            }
            Piece::Json(json) => line.push_str(&flat_json(json)?),
        }
        if line.len() > 4 * WIDTH {
            return None;
        }
    }
    Some(line)
}

/// A JSON value on one line; `None` if it has comments, or is longer than any line.
fn flat_json(json: &Json) -> Option<String> {
    let (brackets, items) = match json {
        Json::Plain(text) => return Some(text.clone()),
        Json::Composite { brackets, lead, items, end } if lead.is_empty() && end.is_empty() => (brackets, items),
        Json::Composite { .. } => return None,
    };
    let [open, close] = brackets;
    let mut line = String::from(*open);
    for (index, item) in items.iter().enumerate() {
        if !item.docs.is_empty() || !item.alone.is_empty() || !item.after.is_empty() || line.len() > 4 * WIDTH {
            return None;
        }
        line.push_str(if index > 0 { ", " } else { "" });
        if let Some(name) = &item.name {
            line.push_str(name);
            line.push_str(": ");
        }
        line.push_str(&flat_json(&item.value)?);
    }
    line.push(*close);
    if *open == '{' && !items.is_empty() {
        let inside = line.get(1..line.len() - 1)?;
        return Some(format!("{{ {inside} }}"));
    }
    Some(line)
}

/// `#[allow(…)]` for a comment that allows warnings, if the macro makes just that comment of it.
fn allow(line: &str) -> Option<String> {
    let (level, codes, reason) = lint(line)?;
    let codes: Vec<String> = codes.iter().map(|code| code.replace('-', "_")).collect();
    (level == Level::Allow).then(|| format!("#[allow({}, reason = {})]", codes.join(", "), quoted(reason)))
}

/// `unused-tag = deny;` for a comment that gives warnings a level, likewise.
pub(super) fn level(line: &str) -> Option<String> {
    let (level, codes, reason) = lint(line)?;
    let reason = if reason.is_empty() { String::new() } else { format!(" {}", quoted(reason)) };
    Some(format!("{} = {}{reason};", codes.join(", "), level.name()))
}

fn lint(line: &str) -> Option<(Level, Vec<&str>, &str)> {
    let (level, rest) = Lint::start(line)?;
    let (codes, reason) = rest.split_once(')')?;
    let codes: Vec<&str> = codes.split(", ").collect();
    let reason = reason.strip_prefix(' ').unwrap_or(reason);
    let is_settled = reason.split_whitespace().collect::<Vec<_>>().join(" ") == reason
        && (level != Level::Allow || !reason.is_empty())
        && Lint::comment(level, codes.iter().copied(), reason) == line;
    (is_settled && codes.iter().all(|code| Lint::warning(code).is_ok())).then_some((level, codes, reason))
}

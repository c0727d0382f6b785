//! Writes the tree as text. Only line breaks with a meaning are written. The formatter adds the
//! others.

use policy_core::model::{Date, Dialect, Level, Lint, PolicyComment, Until};

use super::tree::{Form, Item, Json, JsonItem, Node, Piece};
use crate::comment::Lines;
use policy_cli::tool::words::{quoted, turns_text};

/// The widest line of several statements.
const SHORT: usize = 100;
/// The indentation of the statements of a section.
const INDENT: usize = 8;

/// A Rust source under construction.
#[derive(Default)]
pub(super) struct Layout {
    out: String,
}

impl Layout {
    pub(super) fn finish(self) -> String {
        self.out
    }

    /// Writes text between braces.
    pub(super) fn braces(&mut self, head: &str, write: impl FnOnce(&mut Self)) {
        self.line(&format!("{head} {{"));
        write(self);
        self.line("}");
    }

    pub(super) fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    /// Writes an empty line, unless there already is one.
    pub(super) fn space(&mut self) {
        if !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// Writes `//!` comments.
    pub(super) fn notes(&mut self, notes: &[Lines]) {
        for lines in notes.iter().filter(|lines| !lines.is_empty()) {
            self.space();
            self.lone_comments(lines);
        }
    }

    fn lone_comments(&mut self, lines: &[String]) {
        lines.iter().for_each(|line| self.comment("//!", "#![doc = ", line));
    }

    /// Writes `///` comments.
    pub(super) fn docs(&mut self, docs: &[String]) {
        docs.iter().for_each(|line| self.comment("///", "#[doc = ", line));
    }

    /// Writes a comment on its own line. It is an attribute if rustc refuses one of its characters
    /// in comments.
    fn comment(&mut self, mark: &str, attribute: &str, text: &str) {
        if !self.out.ends_with('\n') {
            self.out.push('\n');
        }
        if text.contains(turns_text) {
            self.line(&format!("{attribute}{}]", quoted(text)));
        } else {
            // Four slashes would be an ordinary comment in Rust.
            let apart = if mark == "///" && text.starts_with('/') { " " } else { "" };
            self.line(format!("{mark}{apart}{text}").trim_end());
        }
    }

    /// Writes `//` comments.
    pub(super) fn private(&mut self, lines: &[String]) {
        for line in lines {
            let visible = |char: char| if char.is_control() || turns_text(char) { ' ' } else { char };
            self.line(&format!("// {}", line.chars().map(visible).collect::<String>()));
        }
    }

    /// Writes the nodes of a block. At the top level, empty lines separate blocks.
    pub(super) fn nodes(&mut self, nodes: &[Node], is_top: bool) {
        let mut previous_is_line = true;
        for (index, node) in nodes.iter().enumerate() {
            let is_line = !is_top || is_line(node);
            if node.is_apart || index > 0 && !(is_line && previous_is_line) {
                self.space();
            }
            previous_is_line = is_line;
            self.notes(&node.alone);
            // Without an empty line, two adjacent comments would look like one.
            if !node.alone.is_empty() && !node.docs.is_empty() {
                self.space();
            }
            self.node(node, is_top);
            if !node.after.is_empty() {
                self.notes(std::slice::from_ref(&node.after));
                self.space();
            }
        }
    }

    fn node(&mut self, node: &Node, is_top: bool) {
        self.private(&node.findings);
        match &node.form {
            Form::Assertion(pieces) => {
                self.docs(&node.docs);
                self.pieces(pieces);
                self.line(";");
            }
            Form::Statement(pieces) => {
                self.marks(&node.docs);
                self.pieces(pieces);
                self.line(";");
            }
            Form::Block { head, nodes, end } => {
                self.marks(&node.docs);
                self.pieces(head);
                self.block(nodes, end, is_top);
            }
        }
    }

    fn block(&mut self, nodes: &[Node], end: &[Lines], is_top: bool) {
        match (nodes, end) {
            ([], []) => self.line(" {}"),
            // Inside a section, a single statement is on the same line as the head, and so are
            // several short ones.
            (_, []) if !is_top && nodes.iter().all(is_line) && self.fits_line(nodes) => {
                self.out.push_str(" { ");
                self.statements(nodes);
                self.line("}");
            }
            _ => {
                self.line(" {");
                self.nodes(nodes, false);
                self.notes(end);
                self.line("}");
            }
        }
    }

    /// Returns whether statements fit on the line that has been started.
    fn fits_line(&self, nodes: &[Node]) -> bool {
        if let [_] = nodes {
            // If a single statement is too wide, the formatter gives it a line of its own.
            return true;
        }
        let mut statements = Layout::default();
        statements.statements(nodes);
        let head = self.out.rsplit('\n').next().unwrap_or_default();
        let width = INDENT + head.chars().count() + " { }".len() + statements.out.chars().count();
        !nodes.iter().skip(1).any(|node| node.is_apart) && !statements.out.contains('\n') && width <= SHORT
    }

    /// Writes statements without comments, one after the other.
    fn statements(&mut self, nodes: &[Node]) {
        for node in nodes {
            if let Form::Statement(pieces) | Form::Assertion(pieces) = &node.form {
                self.pieces(pieces);
            }
            self.out.push_str("; ");
        }
    }

    /// Writes comments, and attributes that allow warnings. A comment that the macro would not
    /// reproduce exactly from an attribute stays a comment.
    pub(super) fn marks(&mut self, docs: &[String]) {
        let allows = docs.iter().rev().map_while(|line| allow(line)).count();
        let (docs, allows) = docs.split_at_checked(docs.len() - allows).unwrap_or((docs, &[]));
        self.docs(docs);
        allows.iter().filter_map(|line| allow(line)).for_each(|line| self.line(&line));
    }

    fn pieces(&mut self, pieces: &[Piece]) {
        for (index, piece) in pieces.iter().enumerate() {
            if index > 0 {
                self.out.push(' ');
            }
            match piece {
                Piece::Word(word) => self.out.push_str(word),
                Piece::List(_, items) => self.list(items),
                Piece::Json(json) => self.json(json),
            }
        }
    }

    fn list(&mut self, items: &[Item]) {
        for (index, item) in items.iter().enumerate() {
            self.out.push_str(if index > 0 { ", " } else { "" });
            self.docs(&item.docs);
            self.out.push_str(&item.text);
        }
    }

    fn json(&mut self, json: &Json) {
        match json {
            Json::Plain(text) => self.out.push_str(text),
            Json::Composite { brackets: [open, close], lead, items, end } => {
                self.out.push(*open);
                self.lone_comments(lead);
                for (index, item) in items.iter().enumerate() {
                    if index > 0 && item.is_apart {
                        self.out.push_str("\n\n");
                    }
                    self.json_item(item, index + 1 == items.len());
                }
                end.iter().for_each(|lines| self.lone_comments(lines));
                self.out.push(*close);
            }
        }
    }

    fn json_item(&mut self, item: &JsonItem, is_last: bool) {
        item.alone.iter().for_each(|lines| self.lone_comments(lines));
        self.docs(&item.docs);
        if let Some(name) = &item.name {
            self.out.push_str(name);
            self.out.push_str(": ");
        }
        self.json(&item.value);
        self.out.push_str(if is_last { "" } else { ", " });
        self.lone_comments(&item.after);
    }
}

/// Returns true if the node is a statement without comments above or below it.
fn is_line(node: &Node) -> bool {
    let bare = node.docs.is_empty() && node.alone.is_empty() && node.findings.is_empty() && node.after.is_empty();
    bare && !matches!(node.form, Form::Block { .. })
}

/// Returns `#[allow(…)]` for a comment that allows warnings, if the macro writes exactly this
/// comment for it.
fn allow(line: &str) -> Option<String> {
    let SettledLint { level, codes, until, reason } = lint(line)?;
    let codes: Vec<String> = codes.iter().map(|code| code.replace('-', "_")).collect();
    let until = until.map(|date| format!(", until = \"{date}\"")).unwrap_or_default();
    (level == Level::Allow).then(|| format!("#[allow({}{until}, reason = {})]", codes.join(", "), quoted(reason)))
}

/// Returns `unused-tag = deny;` for a comment that sets a lint level, under the same condition.
pub(super) fn level(line: &str) -> Option<String> {
    let SettledLint { level, codes, until, reason } = lint(line)?;
    let reason = if reason.is_empty() { String::new() } else { format!(" {}", quoted(reason)) };
    let until = until.map(|date| format!(" until \"{date}\"")).unwrap_or_default();
    Some(format!("{} = {}{reason}{until};", codes.join(", "), level.name()))
}

/// Returns the control server that a comment names.
pub(super) fn target(line: &str) -> Option<Dialect> {
    let line = line.strip_prefix(' ')?;
    let Some(PolicyComment::Target(name)) = PolicyComment::parse(line) else { return None };
    name.parse::<Dialect>().ok().filter(|&dialect| PolicyComment::target(dialect) == line)
}

/// A comment that sets a lint level, in exactly the form that the macro writes.
struct SettledLint<'l> {
    level: Level,
    codes: Vec<&'l str>,
    until: Option<Date>,
    reason: &'l str,
}

fn lint(line: &str) -> Option<SettledLint<'_>> {
    let line = line.strip_prefix(' ')?;
    let Some(PolicyComment::Lint(level, rest)) = PolicyComment::parse(line) else { return None };
    let (list, reason) = rest.split_once(')')?;
    let mut codes: Vec<&str> = list.split(", ").collect();
    let until = codes.last().and_then(|last| last.strip_prefix(Until::WORD)?.strip_prefix(' ')?.parse().ok());
    if until.is_some() {
        codes.pop();
    }
    let reason = reason.strip_prefix(' ').unwrap_or(reason);
    let is_settled = reason.split_whitespace().collect::<Vec<_>>().join(" ") == reason
        && (level != Level::Allow || !reason.is_empty())
        && (level == Level::Allow || until.is_none())
        && !codes.is_empty()
        && Lint::comment(level, codes.iter().copied(), until, reason) == line;
    (is_settled && codes.iter().all(|code| Lint::warning(code).is_ok())).then_some(SettledLint {
        level,
        codes,
        until,
        reason,
    })
}

/// Returns the date of a comment with a last day, if the macro writes exactly this comment for it.
pub(super) fn until(line: &str) -> Option<Date> {
    let line = line.strip_prefix(' ')?;
    let Some(PolicyComment::Until(date)) = PolicyComment::parse(line) else { return None };
    let date = date.parse().ok()?;
    (PolicyComment::until(date) == line).then_some(date)
}

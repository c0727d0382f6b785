//! The tree as text, with the line breaks that say something: the rest of them is for the formatter.

use policy_core::model::{Date, Dialect, Level, Lint, PolicyComment, Until};

use super::tree::{Form, Item, Json, JsonItem, Node, Piece};
use crate::comment::Lines;
use policy_cli::tool::words::{quoted, turns_text};

/// The widest line of several statements.
const SHORT: usize = 100;
/// How far the statements of a section are indented.
const INDENT: usize = 8;

/// Rust in the making.
#[derive(Default)]
pub(super) struct Layout {
    out: String,
}

impl Layout {
    pub(super) fn finish(self) -> String {
        self.out
    }

    /// Writes something between two braces.
    pub(super) fn braces(&mut self, head: &str, write: impl FnOnce(&mut Self)) {
        self.line(&format!("{head} {{"));
        write(self);
        self.line("}");
    }

    pub(super) fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    /// An empty line, unless there is one already.
    pub(super) fn space(&mut self) {
        if !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// `//!`
    pub(super) fn notes(&mut self, notes: &[Lines]) {
        for lines in notes.iter().filter(|lines| !lines.is_empty()) {
            self.space();
            self.lone_comments(lines);
        }
    }

    fn lone_comments(&mut self, lines: &[String]) {
        lines.iter().for_each(|line| self.comment("//!", "#![doc = ", line));
    }

    /// `///`
    pub(super) fn docs(&mut self, docs: &[String]) {
        docs.iter().for_each(|line| self.comment("///", "#[doc = ", line));
    }

    /// A comment on a line of its own; as an attribute if rustc refuses a character of it in comments.
    fn comment(&mut self, mark: &str, attribute: &str, text: &str) {
        if !self.out.ends_with('\n') {
            self.out.push('\n');
        }
        if text.contains(turns_text) {
            self.line(&format!("{attribute}{}]", quoted(text)));
        } else {
            // Four slashes are a private comment to Rust.
            let apart = if mark == "///" && text.starts_with('/') { " " } else { "" };
            self.line(format!("{mark}{apart}{text}").trim_end());
        }
    }

    /// `//`
    pub(super) fn private(&mut self, lines: &[String]) {
        for line in lines {
            let visible = |char: char| if char.is_control() || turns_text(char) { ' ' } else { char };
            self.line(&format!("// {}", line.chars().map(visible).collect::<String>()));
        }
    }

    /// The nodes of a block. At the top level, blocks have air around them.
    pub(super) fn nodes(&mut self, nodes: &[Node], is_top: bool) {
        let mut previous_is_line = true;
        for (index, node) in nodes.iter().enumerate() {
            let is_line = !is_top || is_line(node);
            if node.is_apart || index > 0 && !(is_line && previous_is_line) {
                self.space();
            }
            previous_is_line = is_line;
            self.notes(&node.alone);
            // Two comments, one below the other, would look like one.
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
            // Within a section, one statement stays beside its head, and so do several short ones.
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

    /// Returns whether statements can follow what is on the line so far.
    fn fits_line(&self, nodes: &[Node]) -> bool {
        if let [_] = nodes {
            // Alone it is short, or the formatter gives it a line of its own.
            return true;
        }
        let mut statements = Layout::default();
        statements.statements(nodes);
        let head = self.out.rsplit('\n').next().unwrap_or_default();
        let width = INDENT + head.chars().count() + " { }".len() + statements.out.chars().count();
        !nodes.iter().skip(1).any(|node| node.is_apart) && !statements.out.contains('\n') && width <= SHORT
    }

    /// Statements without comments, one after the other.
    fn statements(&mut self, nodes: &[Node]) {
        for node in nodes {
            if let Form::Statement(pieces) | Form::Assertion(pieces) = &node.form {
                self.pieces(pieces);
            }
            self.out.push_str("; ");
        }
    }

    /// Comments and the warnings that are allowed. An allowance that would not come out just so stays a comment.
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

/// Returns true if it is a statement with nothing above or below it.
fn is_line(node: &Node) -> bool {
    let bare = node.docs.is_empty() && node.alone.is_empty() && node.findings.is_empty() && node.after.is_empty();
    bare && !matches!(node.form, Form::Block { .. })
}

/// `#[allow(…)]` for a comment that allows warnings, if the macro makes just that comment of it.
fn allow(line: &str) -> Option<String> {
    let SettledLint { level, codes, until, reason } = lint(line)?;
    let codes: Vec<String> = codes.iter().map(|code| code.replace('-', "_")).collect();
    let until = until.map(|date| format!(", until = \"{date}\"")).unwrap_or_default();
    (level == Level::Allow).then(|| format!("#[allow({}{until}, reason = {})]", codes.join(", "), quoted(reason)))
}

/// `unused-tag = deny;` for a comment that gives warnings a level, likewise.
pub(super) fn level(line: &str) -> Option<String> {
    let SettledLint { level, codes, until, reason } = lint(line)?;
    let reason = if reason.is_empty() { String::new() } else { format!(" {}", quoted(reason)) };
    let until = until.map(|date| format!(" until \"{date}\"")).unwrap_or_default();
    Some(format!("{} = {}{reason}{until};", codes.join(", "), level.name()))
}

/// The control server that a comment names.
pub(super) fn target(line: &str) -> Option<Dialect> {
    let line = line.strip_prefix(' ')?;
    let Some(PolicyComment::Target(name)) = PolicyComment::parse(line) else { return None };
    name.parse::<Dialect>().ok().filter(|&dialect| PolicyComment::target(dialect) == line)
}

/// A comment that gives warnings a level, and that the macro would write just so.
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

/// Returns the date of a comment that says how long what follows is wanted, if the macro makes just that comment of it.
pub(super) fn until(line: &str) -> Option<Date> {
    let line = line.strip_prefix(' ')?;
    let Some(PolicyComment::Until(date)) = PolicyComment::parse(line) else { return None };
    let date = date.parse().ok()?;
    (PolicyComment::until(date) == line).then_some(date)
}

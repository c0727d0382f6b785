//! Formatting of white space and comments between two values.

use std::borrow::Cow;

use crate::hujson::extra::{Extra, extras};

/// The format of the text between two values.
#[derive(Clone, Copy, Default)]
pub(super) struct Space {
    /// The number of tabs at the start of its lines.
    pub(super) depth: usize,
    /// True if it must contain a line end. If the text has none, it starts with one.
    pub(super) starts_line: bool,
    /// True if it must end with a line end.
    pub(super) ends_line: bool,
    /// True if it must not start with an empty line.
    pub(super) no_empty_first: bool,
    /// True if it must not end with an empty line.
    pub(super) no_empty_last: bool,
    /// True if the next line has one tab less.
    pub(super) closes: bool,
    /// The text to write if there is none.
    pub(super) if_empty: &'static str,
}

impl Space {
    /// Returns the format before a colon or comma, and after a colon.
    pub(super) fn around_punctuation(depth: usize) -> Space {
        Space { depth, no_empty_first: true, no_empty_last: true, ..Space::default() }
    }

    /// Writes white space and comments, up to the place of the next value or punctuation. Returns
    /// the number of line ends.
    pub(super) fn write(self, extra: &str, out: &mut String) -> usize {
        let depth = self.depth - usize::from(self.closes && self.depth > 0);
        // Most are white space only.
        if let Some(line_ends) = blank_line_ends(extra) {
            let most = if self.no_empty_first || self.no_empty_last { 1 } else { 2 };
            let least = usize::from(self.starts_line || self.ends_line);
            let line_ends = line_ends.clamp(least, most);
            if line_ends == 0 {
                out.push_str(self.if_empty);
            } else {
                repeat("\n", line_ends, out);
                indent(out, depth);
            }
            return line_ends;
        }
        let start = out.len();
        self.write_lines(extra, out, start);
        if out.len() == start {
            out.push_str(self.if_empty);
        } else if out.ends_with('\n') {
            indent(out, depth);
        } else {
            out.push(' ');
        }
        out.as_bytes().iter().skip(start).filter(|byte| **byte == b'\n').count()
    }

    fn write_lines(self, extra: &str, out: &mut String, start: usize) {
        let extra = unix_lines(extra);
        if self.starts_line && !extra.contains('\n') {
            out.push('\n');
        }
        for part in extras(&extra) {
            match part {
                Extra::Space(space) => {
                    let most = if self.no_empty_first && out.len() == start { 1 } else { 2 };
                    let lines = space.bytes().filter(|byte| *byte == b'\n').count();
                    repeat("\n", lines.min(most), out);
                }
                Extra::LineComment(comment) | Extra::BlockComment(comment) => {
                    if out.len() > start && out.ends_with('\n') {
                        indent(out, self.depth);
                    } else {
                        out.push(' ');
                    }
                    write_comment(comment, self.depth, out);
                }
            }
        }
        if self.no_empty_last {
            while out.len() > start + 1 && out.ends_with("\n\n") {
                out.pop();
            }
        }
        if self.ends_line && !(out.len() > start && out.ends_with('\n')) {
            out.push('\n');
        }
    }
}

/// Returns the number of line ends of a text that is only white space. `None` for other texts, and
/// for those with carriage returns, which need a closer look.
fn blank_line_ends(extra: &str) -> Option<usize> {
    extra.bytes().try_fold(0, |line_ends, byte| match byte {
        b'\n' => Some(line_ends + 1),
        b' ' | b'\t' => Some(line_ends),
        _ => None,
    })
}

/// The white space of JSON.
pub(super) const JSON_SPACE: &[char] = &[' ', '\t', '\r', '\n'];

/// Converts line ends to `\n`. A lone carriage return is ordinary white space.
pub(super) fn unix_lines(extra: &str) -> Cow<'_, str> {
    if !extra.contains('\r') {
        return Cow::Borrowed(extra);
    }
    Cow::Owned(extra.replace("\r\n", "\n").replace("\n\r", "\n").replace('\r', " "))
}

/// Writes a comment. All lines of a comment but the first are shifted together, so that the
/// leftmost is at `depth`.
fn write_comment(comment: &str, depth: usize, out: &mut String) {
    let mut lines = comment.split('\n').map(str::trim_end);
    out.push_str(lines.next().unwrap_or_default());
    let rest: Vec<&str> = lines.collect();
    // A last line that is only the end of the comment gets the indentation of the others.
    let is_end = |line: &str| line.trim_start_matches(JSON_SPACE) == "*/";
    let is_own_end = rest.last().is_some_and(|last| is_end(last));
    let measured = if is_own_end { rest.len().saturating_sub(1) } else { rest.len() };
    let first = rest.iter().copied().find(|line| !line.is_empty()).unwrap_or_default();
    let others = rest.iter().take(measured).copied().filter(|line| !line.is_empty());
    let common = others.fold(first, common_prefix);
    let blank = common.len() - common.trim_start_matches(JSON_SPACE).len();
    // Stars at the start of lines are aligned with the star of `/*`.
    let is_star = rest.iter().all(|line| !line.is_empty()) && common.get(blank..).unwrap_or_default().starts_with('*');
    for (index, line) in rest.iter().enumerate() {
        out.push('\n');
        if line.is_empty() {
            continue;
        }
        indent(out, depth);
        out.push_str(if is_star { " " } else { "" });
        let is_last = index == measured;
        out.push_str(if is_last { "*/" } else { line.get(blank..).unwrap_or_default() });
    }
}

/// Returns the prefix that two lines have in common. A line that is a prefix of the other does not
/// count.
fn common_prefix<'a>(one: &'a str, other: &str) -> &'a str {
    let differs = one.char_indices().zip(other.chars()).find(|((_, a), b)| a != b);
    differs.and_then(|((at, _), _)| one.get(..at)).unwrap_or(one)
}

/// Writes tabs.
fn indent(out: &mut String, depth: usize) {
    const TABS: &str = "\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t";
    repeat(TABS, depth, out);
}

/// Writes a number of equal bytes, several at a time. `some` are a few of them.
fn repeat(some: &str, mut count: usize, out: &mut String) {
    while let Some(rest) = count.checked_sub(some.len()) {
        out.push_str(some);
        count = rest;
    }
    out.push_str(some.get(..count).unwrap_or_default());
}

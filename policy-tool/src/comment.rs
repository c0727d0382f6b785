//! The comments of a text, and the values that each of them is about.

use policy_core::hujson::{Document, Extra, Kind, NodeId, extras};

/// The lines of adjacent comments. A line is the text after the slashes, which usually starts with
/// a space. [`content_with_marks`] returns complete comments instead.
pub(crate) type Lines = Vec<String>;

/// The comments about a member of an object or an element of an array.
#[derive(Clone, Default)]
pub(crate) struct Comments {
    /// Separate comments above it, which are about nothing in particular.
    pub(crate) alone: Vec<Lines>,
    /// True if an empty line separates it from the text above.
    pub(crate) is_apart: bool,
    /// Comments directly above it, or before it on the same line.
    pub(crate) above: Lines,
    /// Comments after it on the same line. In a gap between two values, these are about the first
    /// value.
    pub(crate) behind: Lines,
}

/// A member of an object or an element of an array, with the comments about it.
pub(crate) struct Child {
    pub(crate) name: Option<NodeId>,
    pub(crate) value: NodeId,
    pub(crate) comments: Comments,
}

/// The children of an object or an array, with all comments.
#[derive(Default)]
pub(crate) struct Content {
    /// Comments after the opening bracket, on the same line.
    pub(crate) open: Lines,
    pub(crate) children: Vec<Child>,
    /// Comments before the closing bracket.
    pub(crate) end: Vec<Lines>,
}

/// Returns the lines of a comment.
type Reading = fn(Extra) -> Lines;

/// Returns the children of an object or an array with all comments between them, line by line and
/// without slashes.
pub(crate) fn content(document: &Document, id: NodeId) -> Content {
    read(document, id, comment_lines)
}

/// Like [`content`], but with each comment as one text that includes its slashes or asterisks.
pub(crate) fn content_with_marks(document: &Document, id: NodeId) -> Content {
    read(document, id, with_marks)
}

fn read(document: &Document, id: NodeId, reading: Reading) -> Content {
    let nodes: Vec<(Option<NodeId>, NodeId)> = match document.kind(id) {
        Kind::Object => document.members(id).map(|(name, value)| (Some(name), value)).collect(),
        _ => document.elements(id).map(|value| (None, value)).collect(),
    };
    let mut content = Content { open: Vec::new(), children: Vec::with_capacity(nodes.len()), end: Vec::new() };
    for (index, (name, value)) in nodes.iter().copied().enumerate() {
        let mut gap = read_gap(document.before(name.unwrap_or(value)), true, reading);
        content.behind_last().append(&mut gap.behind);
        if let Some(name) = name {
            gap.above.extend(extras(document.after(name)).flat_map(reading));
            gap.above.extend(extras(document.before(value)).flat_map(reading));
        }
        // If no comma follows the last child, the comments after it are those before the closing
        // bracket.
        let is_last = index + 1 == nodes.len();
        let behind = if is_last && !has_trailing_comma(document, id, value) { "" } else { document.after(value) };
        let behind = extras(behind).flat_map(reading).collect();
        content.children.push(Child { name, value, comments: Comments { behind, ..gap } });
    }
    let mut gap = read_gap(document.inside_end(id), false, reading);
    content.behind_last().append(&mut gap.behind);
    content.end = gap.alone;
    content
}

impl Content {
    /// Returns the comments of the last value on the current line, to which a comment on the same
    /// line belongs.
    fn behind_last(&mut self) -> &mut Lines {
        self.children.last_mut().map_or(&mut self.open, |last| &mut last.comments.behind)
    }
}

/// Returns true if a comma follows the last child.
pub(crate) fn has_trailing_comma(document: &Document, id: NodeId, last: NodeId) -> bool {
    let inside_end = u32::try_from(document.inside_end(id).len()).unwrap_or(u32::MAX);
    document.origin(id).end.saturating_sub(1).saturating_sub(inside_end) != document.origin(last).end
}

/// Assigns comments to the value before them, to nothing, or to the value after them. `is_followed`
/// says whether there is one.
pub(crate) fn gap(extra: &str, is_followed: bool) -> Comments {
    read_gap(extra, is_followed, comment_lines)
}

/// Returns the comments around a policy, or between two other comments. They are about the whole
/// policy.
pub(crate) fn lone_comments(extra: &str) -> Vec<Lines> {
    let Comments { behind, alone, .. } = gap(extra, false);
    match (behind.is_empty(), alone) {
        (true, alone) => alone,
        (false, alone) => std::iter::once(behind).chain(alone).collect(),
    }
}

fn read_gap(extra: &str, is_followed: bool, reading: Reading) -> Comments {
    let mut gap = Comments::default();
    let mut in_first_line = true;
    for part in extras(extra) {
        match part {
            Extra::Space(space) => {
                let breaks = space.bytes().filter(|byte| *byte == b'\n').count();
                if breaks > 0 && in_first_line {
                    in_first_line = false;
                    gap.behind = std::mem::take(&mut gap.above);
                }
                if breaks > 1 {
                    gap.is_apart = true;
                    gap.part();
                }
            }
            Extra::LineComment(_) | Extra::BlockComment(_) => gap.above.extend(reading(part)),
        }
    }
    if !is_followed {
        if in_first_line {
            gap.behind.append(&mut gap.above);
        }
        gap.part();
    }
    gap
}

impl Comments {
    pub(crate) fn is_empty(&self) -> bool {
        self.alone.is_empty() && self.above.is_empty() && self.behind.is_empty()
    }

    /// Adds the comments about another value.
    pub(crate) fn extend(&mut self, other: &Comments) {
        self.is_apart |= other.is_apart;
        self.alone.extend_from_slice(&other.alone);
        self.above.extend_from_slice(&other.above);
        self.behind.extend_from_slice(&other.behind);
    }

    /// Moves the comments above to the separate ones.
    fn part(&mut self) {
        if !self.above.is_empty() {
            self.alone.push(std::mem::take(&mut self.above));
        }
    }
}

fn comment_lines(part: Extra) -> Lines {
    match part {
        Extra::Space(_) => Vec::new(),
        Extra::LineComment(comment) => vec![line(comment.strip_prefix("//").unwrap_or(comment))],
        Extra::BlockComment(comment) => block_lines(comment),
    }
}

fn with_marks(part: Extra) -> Lines {
    match part {
        Extra::Space(_) => Vec::new(),
        Extra::LineComment(comment) | Extra::BlockComment(comment) => vec![comment.trim_end().to_owned()],
    }
}

/// Returns one line. A lone carriage return becomes a space, as in Tailscale's formatter.
fn line(text: &str) -> String {
    text.trim_end().replace('\r', " ")
}

/// Returns the lines of `/* … */` as if each followed slashes: without leading asterisks and
/// without common indentation.
fn block_lines(comment: &str) -> Lines {
    let inside = comment.strip_prefix("/*").and_then(|comment| comment.strip_suffix("*/")).unwrap_or(comment);
    // In `/** … */` and `/** … **/`, the second star belongs to the mark, unless more stars follow.
    let is_line = |rest: &str| rest.starts_with('*') || rest.is_empty();
    let inside = inside.strip_prefix('*').filter(|rest| !is_line(rest)).unwrap_or(inside);
    let inside = inside.strip_suffix('*').filter(|rest| rest.ends_with([' ', '\n', '\t'])).unwrap_or(inside);
    let (first, rest) = inside.split_once('\n').unwrap_or((inside, ""));
    let rest: Vec<&str> = rest.split('\n').map(str::trim_end).collect();
    let filled = || rest.iter().filter(|line| !line.is_empty());
    let starred = filled().all(|line| line.trim_start().starts_with('*'));
    let indentation = |line: &&&str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let shared = filled().map(|line| indentation(&line)).min().unwrap_or_default();
    // The space after the opening mark or an asterisk belongs to the mark.
    let said = |text: &str| text.strip_prefix(' ').unwrap_or(text).trim_end().to_owned();
    let mut lines = vec![said(first)];
    lines.extend(rest.iter().map(|text| {
        if starred {
            said(text.trim_start().strip_prefix('*').unwrap_or_default())
        } else {
            text.get(shared..).unwrap_or_default().to_owned()
        }
    }));
    while lines.len() > 1 && lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    if lines.len() > 1 && lines.first().is_some_and(String::is_empty) {
        lines.remove(0);
    }
    lines.iter().map(|said| line(&format!(" {said}"))).collect()
}

/// Returns true if a value contains a comment.
pub(crate) fn has_comment(document: &Document, id: NodeId) -> bool {
    // Strings with two slashes are rare. Without any, there is nothing to search.
    let source = document.source(id);
    if !source.contains("//") && !source.contains("/*") {
        return false;
    }
    let mut rest = vec![id];
    while let Some(id) = rest.pop() {
        let content = content(document, id);
        let has = |child: &Child| !child.comments.is_empty();
        if !content.open.is_empty() || !content.end.is_empty() || content.children.iter().any(has) {
            return true;
        }
        rest.extend(content.children.iter().map(|child| child.value));
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_about_what_it_stands_at() {
        let text = "{ // open\n  // alone\n\n  // above\n  /* too */ \"a\" /* name */ : /* value */ 1, // behind\n\
                    \n  // apart\n  \"b\": 2 // last\n  // end one\n\n  // end two\n}";
        let document = Document::parse(text).unwrap();
        let content = content(&document, document.root());
        assert_eq!(content.open, [" open"]);
        let [a, b] = content.children.as_slice() else { panic!() };
        assert_eq!((&a.comments.alone, a.comments.is_apart), (&vec![vec![" alone".to_owned()]], true));
        assert_eq!(a.comments.above, [" above", " too", " name", " value"]);
        assert_eq!(a.comments.behind, [" behind"]);
        assert_eq!(
            (b.comments.is_apart, &b.comments.above, &b.comments.behind),
            (true, &vec![" apart".to_owned()], &vec![" last".to_owned()])
        );
        assert_eq!(content.end, [[" end one"], [" end two"]]);
    }

    #[test]
    fn a_comment_before_and_after_the_last_comma() {
        for (text, behind, end) in [
            ("[1 /* a */, //b\n// c\n]", vec![" a", "b"], vec![" c"]),
            ("[1 /* a */ // b\n//\tc\n]", vec![" a", " b"], vec!["\tc"]),
            ("[1 /* a */]", vec![" a"], vec![]),
            ("[1, /*a*/]", vec![" a"], vec![]),
        ] {
            let document = Document::parse(text).unwrap();
            let content = content(&document, document.root());
            assert_eq!(content.children[0].comments.behind, behind, "{text}");
            assert_eq!(content.end.concat(), end, "{text}");
        }
    }

    #[test]
    fn a_block_loses_its_marks_and_nothing_else() {
        for (comment, expected) in [
            ("/* one */", vec![" one"]),
            ("/**/", vec![""]),
            ("/*\n\t * one\n\t *\n\t *  two\n\t */", vec![" one", "", "  two"]),
            ("/** one */", vec![" one"]),
            ("/**one*/", vec![" one"]),
            ("/** one **/", vec![" one"]),
            ("/**\n * one\n * two\n **/", vec![" one", " two"]),
            ("/** one\n  * two\n  */", vec![" one", " two"]),
            ("/***/", vec![" *"]),
            ("/**** one ****/", vec![" *** one ***"]),
            ("/* one\n     two\n       three */", vec![" one", " two", "   three"]),
            ("/*\r\n  {\r\n    x\r\n  }\r\n*/", vec![" {", "   x", " }"]),
        ] {
            let lines: Lines = extras(comment).flat_map(comment_lines).collect();
            assert_eq!(lines, expected, "{comment:?}");
        }
    }
}

//! Pages that are partly generated. The policy determines the text between two markers, and the
//! author writes the rest.

use policy_core::diagnostic::suggestion;

use super::reference::Section;

/// An error in the markers of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MarkerError {
    /// The line, counted from 1.
    pub(crate) line: usize,
    pub(crate) message: String,
    pub(crate) help: String,
}

/// The start of a new page.
const START: &str = "# Tailnet policy

<!-- What stands between `policy:begin` and `policy:end` is generated, and replaced. All else is yours. -->
";

/// Returns a page with all sections, each of them empty.
pub(crate) fn skeleton() -> String {
    let sections = Section::ALL.into_iter().filter(|(section, ..)| !section.is_optional());
    let sections = sections
        .map(|(_, name, heading, _)| format!("\n## {heading}\n\n<!-- policy:begin {name} -->\n<!-- policy:end -->\n"));
    START.to_owned() + &sections.collect::<String>()
}

/// Replaces the text between the markers of a page. Returns `None` if it has no markers.
///
/// Markers are on separate lines, outside of fenced code.
pub(crate) fn fill(page: &str, content: impl Fn(Section) -> String) -> Result<Option<String>, MarkerError> {
    let mut out = String::with_capacity(page.len());
    let mut open: Option<usize> = None;
    let mut fence: Option<(char, usize)> = None;
    let mut has_markers = false;
    for (line, text) in (1..).zip(page.split_inclusive('\n')) {
        let error = |message: String, help: &str| MarkerError { line, message, help: help.to_owned() };
        let marker = if fence.is_none() { marker(text) } else { None };
        match (marker, open) {
            (None, None) => {
                fence = fence_after(fence, text);
                out.push_str(text);
            }
            // The old generated text is dropped. The new one replaces it.
            (None, Some(_)) => {}
            (Some(Marker::Begin(name)), None) => {
                let Some(section) = Section::from_name(name) else {
                    let names = Section::ALL.map(|(_, name, ..)| name);
                    let help = match suggestion::nearest(name, names) {
                        Some(nearest) => format!("did you mean `{nearest}`?"),
                        None => format!("write one of `{}`", names.join("`, `")),
                    };
                    return Err(error(format!("`{name}` is not a section of the page"), &help));
                };
                let line_end = if text.ends_with("\r\n") { "\r\n" } else { "\n" };
                out.push_str(text.trim_end());
                out.push_str(line_end);
                out.push_str(&format!("\n{}", content(section)).replace('\n', line_end));
                (open, has_markers) = (Some(line), true);
            }
            (Some(Marker::Begin(name)), Some(begin)) => {
                let message = format!("section `{name}` begins before the one in line {begin} ends");
                return Err(error(message, "put `<!-- policy:end -->` above it"));
            }
            (Some(Marker::End), Some(_)) => {
                out.push_str(text);
                open = None;
            }
            (Some(Marker::End), None) => {
                let help = "put `<!-- policy:begin NAME -->` where the section begins, or remove this line";
                return Err(error("this marker ends a section that has not begun".to_owned(), help));
            }
            (Some(Marker::Other(word)), _) => {
                let help = "write `policy:begin NAME` or `policy:end`";
                return Err(error(format!("`policy:{word}` is not a marker"), help));
            }
        }
    }
    match open {
        Some(line) => Err(MarkerError {
            line,
            message: "the section that begins here does not end".to_owned(),
            help: "put `<!-- policy:end -->` after it".to_owned(),
        }),
        None => Ok(has_markers.then_some(out)),
    }
}

enum Marker<'a> {
    Begin(&'a str),
    End,
    Other(&'a str),
}

fn marker(line: &str) -> Option<Marker<'_>> {
    let inner = line.trim().strip_prefix("<!--")?.strip_suffix("-->")?.trim().strip_prefix("policy:")?;
    Some(match inner.split_once(char::is_whitespace) {
        Some(("begin", name)) => Marker::Begin(name.trim()),
        None if inner == "end" => Marker::End,
        None if inner == "begin" => Marker::Begin(""),
        _ => Marker::Other(inner),
    })
}

/// Returns the fence that is open after a line, as CommonMark defines it: at least three characters
/// of a kind, closed by at least as many.
fn fence_after(open: Option<(char, usize)>, line: &str) -> Option<(char, usize)> {
    let text = line.trim();
    let kind = text.chars().next().filter(|letter| matches!(letter, '`' | '~'));
    let length = text.chars().take_while(|letter| Some(*letter) == kind).count();
    let rest: String = text.chars().skip(length).collect();
    match (open, kind) {
        (Some(fence), Some(kind)) if kind == fence.0 && length >= fence.1 && rest.is_empty() => None,
        // Backticks that close on the same line are inline code.
        (None, Some(kind)) if length >= 3 && (kind != '`' || !rest.contains('`')) => Some((kind, length)),
        _ => open,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(page: &str) -> Result<Option<String>, MarkerError> {
        super::fill(page, |section| format!("{section:?}!\n\n"))
    }

    #[test]
    fn only_what_is_between_markers_changes() {
        for (page, expected) in [
            (
                "mine\n<!-- policy:begin ssh -->\nold\n<!-- policy:end -->\nmine too",
                "mine\n<!-- policy:begin ssh -->\n\nSsh!\n\n<!-- policy:end -->\nmine too",
            ),
            (
                "<!--policy:begin   tags-->\r\n<!--policy:end-->\r\n",
                "<!--policy:begin   tags-->\r\n\r\nTags!\r\n\r\n<!--policy:end-->\r\n",
            ),
            (
                "```md\n<!-- policy:begin nonsense -->\n```\n<!-- policy:begin groups -->\n<!-- policy:end -->",
                "```md\n<!-- policy:begin nonsense -->\n```\n<!-- policy:begin groups -->\n\nGroups!\n\n<!-- policy:end -->",
            ),
        ] {
            assert_eq!(fill(page).unwrap().as_deref(), Some(expected));
            assert_eq!(fill(expected).unwrap().as_deref(), Some(expected), "filling twice changes nothing");
        }
        assert_eq!(fill("all mine\n"), Ok(None));
        assert_eq!(fill("in a line: <!-- policy:begin ssh -->\n"), Ok(None));
        assert_eq!(fill("````\n```\n<!-- policy:end -->\n````\n"), Ok(None));
    }

    #[test]
    fn the_skeleton_has_every_section() {
        let page = fill(&skeleton()).unwrap().unwrap();
        for (section, ..) in Section::ALL {
            assert_eq!(page.contains(&format!("\n{section:?}!\n")), !section.is_optional(), "{section:?}");
        }
    }

    #[test]
    fn wrong_markers_are_told_by_line() {
        for (page, line, message, help) in [
            (
                "\n<!-- policy:begin matrx -->\n<!-- policy:end -->",
                2,
                "`matrx` is not a section of the page",
                "did you mean `matrix`?",
            ),
            (
                "<!-- policy:end -->",
                1,
                "this marker ends a section that has not begun",
                "put `<!-- policy:begin NAME -->` where the section begins, or remove this line",
            ),
            (
                "<!-- policy:begin ssh -->\n",
                1,
                "the section that begins here does not end",
                "put `<!-- policy:end -->` after it",
            ),
            (
                "<!-- policy:begin ssh -->\n<!-- policy:begin tags -->",
                2,
                "section `tags` begins before the one in line 1 ends",
                "put `<!-- policy:end -->` above it",
            ),
            ("<!-- policy:stop -->", 1, "`policy:stop` is not a marker", "write `policy:begin NAME` or `policy:end`"),
        ] {
            let error = MarkerError { line, message: message.to_owned(), help: help.to_owned() };
            assert_eq!(fill(page), Err(error), "{page}");
        }
    }
}

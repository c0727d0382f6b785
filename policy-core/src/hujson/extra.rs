//! The text between values: white space and comments.

/// A part of the text between two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extra<'a> {
    /// Spaces, tabs and line ends.
    Space(&'a str),
    /// `// …`, without the line end.
    LineComment(&'a str),
    /// `/* … */`
    BlockComment(&'a str),
}

/// Splits a text between two values into its parts, in order.
/// [`Document::before`](super::Document::before), [`after`](super::Document::after) and
/// [`inside_end`](super::Document::inside_end) return such texts.
///
/// ```
/// use policy_core::hujson::{Extra, extras};
/// let comments: Vec<_> = extras(" // no members\n /* yet */ ").filter(|part| !matches!(part, Extra::Space(_))).collect();
/// assert_eq!(comments, [Extra::LineComment("// no members"), Extra::BlockComment("/* yet */")]);
/// ```
pub fn extras<'a>(text: &'a str) -> impl Iterator<Item = Extra<'a>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (length, part): (usize, fn(&'a str) -> Extra<'a>) = if rest.starts_with("//") {
            (rest.find('\n').unwrap_or(rest.len()), Extra::LineComment)
        } else if rest.starts_with("/*") {
            (rest.get(2..)?.find("*/").map_or(rest.len(), |length| length + 4), Extra::BlockComment)
        } else {
            (rest.find('/').unwrap_or(rest.len()), Extra::Space)
        };
        let (text, after) = rest.split_at_checked(length)?;
        rest = after;
        (!text.is_empty()).then(|| part(text))
    })
}

/// Returns whether the text between two values has a comment. White space contains no slash.
pub(super) fn has_comment(text: &str) -> bool {
    text.as_bytes().contains(&b'/')
}

/// Returns the text between two values if it has a comment, and otherwise an empty text. White
/// space alone is dropped before a colon or comma.
pub(super) fn commented(text: &str) -> &str {
    if has_comment(text) { text } else { "" }
}

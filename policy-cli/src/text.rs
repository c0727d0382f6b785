//! Operations on texts.

use std::ops::Range;

use policy_core::source::picture;

/// Replacements of parts of a text. The parts do not overlap.
#[derive(Default)]
pub struct TextEdits(Vec<(Range<usize>, String)>);

impl TextEdits {
    /// Replaces a range by a text.
    pub fn replace(&mut self, range: Range<usize>, text: &str) {
        self.0.push((range, text.to_owned()));
    }

    /// Inserts a text at a byte offset.
    pub fn insert(&mut self, at: usize, text: &str) {
        self.replace(at..at, text);
    }

    /// Returns the text with all replacements.
    pub fn apply(mut self, text: &str) -> String {
        self.0.sort_by_key(|(range, _)| range.start);
        let mut edited = String::with_capacity(text.len());
        let mut done = 0;
        for (range, replacement) in self.0 {
            edited.push_str(text.get(done..range.start).unwrap_or_default());
            edited.push_str(&replacement);
            done = range.end;
        }
        edited.push_str(text.get(done..).unwrap_or_default());
        edited
    }
}

/// Joins the texts of items. The closure is `dyn`, because a generic one would be compiled for each
/// use.
pub fn join<T>(items: &[T], separator: &str, write: &dyn Fn(&T) -> String) -> String {
    let mut joined = String::new();
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            joined.push_str(separator);
        }
        joined.push_str(&write(item));
    }
    joined
}

/// Returns a number of things in words, such as `no errors`, `1 error` or `2 errors`.
pub fn counted(count: usize, noun: &str) -> String {
    match count {
        0 => format!("no {noun}s"),
        1 => format!("1 {noun}"),
        _ => format!("{count} {noun}s"),
    }
}

/// Returns a text as one line in which everything is visible. Pictures replace control characters,
/// including line feeds, and characters that change the direction of text. Every text of a policy,
/// a file name or an argument is passed through this before it is printed.
pub fn visible(text: &str) -> String {
    text.chars().map(picture).collect()
}

/// Like [`visible`], but keeps line ends. Only for texts in which the author alone controls the
/// line ends.
pub fn visible_lines(text: &str) -> String {
    text.chars().map(|letter| if letter == '\n' { letter } else { picture(letter) }).collect()
}

/// Returns a finished text without terminal commands, except for colours. This is the last step
/// before printing a text from elsewhere, such as an excerpt of a file.
pub fn harmless(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(letter) = rest.next() {
        match letter {
            '\n' | '\t' => out.push(letter),
            '\u{1b}' if is_colour(rest.as_str()) => out.push(letter),
            letter => out.push(picture(letter)),
        }
    }
    out
}

/// Returns whether the text after an escape character sets a colour.
fn is_colour(text: &str) -> bool {
    let code = text.strip_prefix('[').map(|text| text.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';'));
    code.is_some_and(|end| end.starts_with('m'))
}

/// The maximum width of an aligned column.
const WIDEST: usize = 100;

/// Pads a text with spaces to the width of its column. Columns that are too wide are not aligned.
pub fn padded(text: &str, width: usize) -> String {
    let missing = width.min(WIDEST).saturating_sub(text.chars().count());
    format!("{text}{}", " ".repeat(missing))
}

/// Joins names, each in backticks.
pub fn join_quoted(names: &[String], separator: &str) -> String {
    join(names, separator, &|name| format!("`{name}`"))
}

/// Returns the text without the byte order mark that some editors add. Tailscale never sees it.
pub fn without_byte_order_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_shown() {
        for (text, shown, printed) in [
            ("tag:web", "tag:web", "tag:web"),
            ("a\nb\tc", "a\u{240a}b\u{2409}c", "a\nb\tc"),
            ("\r::add-mask::x", "\u{240d}::add-mask::x", "\u{240d}::add-mask::x"),
            ("\u{1b}[2Ka", "\u{241b}[2Ka", "\u{241b}[2Ka"),
            ("\u{1b}[1;31mred\u{1b}[0m", "\u{241b}[1;31mred\u{241b}[0m", "\u{1b}[1;31mred\u{1b}[0m"),
            ("\u{9b}2K\u{7f}", "\u{fffd}2K\u{2421}", "\u{fffd}2K\u{2421}"),
            (
                "a\u{202e}b\u{2066}\u{2028}\u{61c}",
                "a\u{fffd}b\u{fffd}\u{fffd}\u{fffd}",
                "a\u{fffd}b\u{fffd}\u{fffd}\u{fffd}",
            ),
        ] {
            assert_eq!((visible(text).as_str(), harmless(text).as_str()), (shown, printed), "{text:?}");
        }
    }

    #[test]
    fn a_column_may_be_of_any_width() {
        assert_eq!(padded("ab", 4), "ab  ");
        assert_eq!(padded("ab", 1), "ab");
        assert_eq!(padded("", 100_000).len(), WIDEST);
    }
}

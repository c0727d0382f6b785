//! Words of the server in messages.

use policy_core::source::picture;

/// The maximum number of characters of the server's that a message repeats.
const LIMIT: usize = 300;

/// Returns words of the server in backticks. They are on one line, not longer than a message can be, and contain no
/// character that a terminal obeys.
pub(super) fn quoted(words: &str) -> String {
    let mut shown: String = words.trim().chars().take(LIMIT).map(visible).collect();
    if words.trim().chars().nth(LIMIT).is_some() {
        shown.push('…');
    }
    format!("`{shown}`")
}

/// Returns a character that can be in a quote on one line.
fn visible(letter: char) -> char {
    match letter {
        '\n' | '\t' => ' ',
        '`' => '\'',
        letter => picture(letter),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_visible_and_short() {
        assert_eq!(quoted(" API token invalid\n"), "`API token invalid`");
        assert_eq!(quoted("a\u{1b}[2K`b`\r\nc\u{202e}"), "`a\u{241b}[2K'b'\u{240d} c\u{fffd}`");
        assert_eq!(quoted(&"ä".repeat(400)), format!("`{}…`", "ä".repeat(300)));
    }
}

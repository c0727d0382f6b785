/// Returns a visible character in place of one that a terminal would obey: a control character, or
/// one that changes the direction of text.
///
/// ```
/// use policy_core::source::picture;
/// assert_eq!("a\u{1b}[2K\n\u{202e}".chars().map(picture).collect::<String>(), "a\u{241b}[2K\u{240a}\u{fffd}");
/// ```
pub fn picture(letter: char) -> char {
    match letter {
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + u32::from(letter)).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        '\u{80}'..='\u{9f}' => '\u{fffd}',
        letter if turns_text(letter) => '\u{fffd}',
        letter => letter,
    }
}

/// Returns whether a character changes the direction of text, or ends a line and is not a line
/// feed.
fn turns_text(letter: char) -> bool {
    matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

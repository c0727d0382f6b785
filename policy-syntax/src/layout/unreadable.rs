use crate::lexer::Lexeme;

/// The reason why something cannot be formatted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Where the reason is, in bytes of the text.
    pub start: usize,
    /// One sentence, as in a [`Finding`](crate::Finding).
    pub message: String,
}

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Unreadable {}

/// Returns what is wrong with a closing bracket that does not match the last one that was opened.
pub(super) fn unexpected(lexeme: &Lexeme) -> Unreadable {
    Unreadable { start: lexeme.start, message: format!("`{}` closes nothing here", lexeme.text) }
}

/// Returns what is wrong with an opening bracket that is not closed before the text ends.
pub(super) fn unclosed(lexeme: &Lexeme) -> Unreadable {
    Unreadable { start: lexeme.start, message: format!("this `{}` is never closed", lexeme.text) }
}

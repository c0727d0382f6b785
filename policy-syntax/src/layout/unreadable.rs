use crate::lexer::Lexeme;

/// A reason that something cannot be formatted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The place of the problem, as an index of a byte in the text.
    pub start: usize,
    /// The message, as in a [`Finding`](crate::Finding).
    pub message: String,
}

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Unreadable {}

/// Makes the error about a closing bracket that does not match the last opening one.
pub(super) fn unexpected(lexeme: &Lexeme) -> Unreadable {
    Unreadable { start: lexeme.start, message: format!("`{}` closes nothing here", lexeme.text) }
}

/// Makes the error about an opening bracket that is never closed.
pub(super) fn unclosed(lexeme: &Lexeme) -> Unreadable {
    Unreadable { start: lexeme.start, message: format!("this `{}` is never closed", lexeme.text) }
}

use crate::token::TokenId;

/// The positions of tokens, as far as they are known. They affect the layout of a policy, and never
/// its meaning.
pub trait Positions {
    /// Returns whether two tokens start on the same line.
    fn are_on_one_line(&self, first: TokenId, second: TokenId) -> bool;

    /// Returns whether there is an empty line between two tokens.
    fn are_apart(&self, first: TokenId, second: TokenId) -> bool;
}

/// Returns whether the text between two tokens has an empty line.
pub(crate) fn has_empty_line(between: &str) -> bool {
    // The second token is on the last line.
    let rest = between.split_once('\n').and_then(|(_, rest)| rest.rsplit_once('\n'));
    rest.is_some_and(|(lines, _)| lines.split('\n').any(|line| line.trim().is_empty()))
}

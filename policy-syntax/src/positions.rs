use crate::token::TokenId;

/// Where tokens are, as far as that is known. It decides how a policy is laid out, and never what it says.
pub trait Positions {
    /// Returns whether one token starts on the line that another one starts on.
    fn are_on_one_line(&self, first: TokenId, second: TokenId) -> bool;

    /// Returns whether an empty line is between the end of one token and the start of another one.
    fn are_apart(&self, first: TokenId, second: TokenId) -> bool;
}

/// Returns whether the text between two tokens has an empty line.
pub(crate) fn has_empty_line(between: &str) -> bool {
    // The last line is the one that the second token is on.
    let rest = between.split_once('\n').and_then(|(_, rest)| rest.rsplit_once('\n'));
    rest.is_some_and(|(lines, _)| lines.split('\n').any(|line| line.trim().is_empty()))
}

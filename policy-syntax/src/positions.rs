use crate::token::TokenId;

/// Where tokens are, as far as that is known. It decides how a policy is laid out, and never what it says.
pub trait Positions {
    /// Returns whether one token starts on the line that another one starts on.
    fn are_on_one_line(&self, first: TokenId, second: TokenId) -> bool;

    /// Returns whether an empty line is between the end of one token and the start of another one.
    fn are_apart(&self, first: TokenId, second: TokenId) -> bool;
}

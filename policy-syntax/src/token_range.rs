use std::num::NonZeroU32;

use crate::token::TokenId;

/// A place in the source, from one token to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TokenRange {
    /// The first token.
    pub first: TokenId,
    /// The last token.
    pub last: TokenId,
    /// The number, from 1, of the element in [`Reading::iterations`](crate::Reading::iterations)
    /// that the tokens are repeated for, if they are in a loop.
    pub iteration: Option<NonZeroU32>,
}

impl TokenRange {
    /// The place of something that is not in the source.
    pub const NOWHERE: TokenRange = TokenRange::new(TokenId::NONE, TokenId::NONE);

    pub(crate) const fn new(first: TokenId, last: TokenId) -> Self {
        TokenRange { first, last, iteration: None }
    }

    /// Returns the range from the start of `self` to the end of `other`.
    pub(crate) fn to(self, other: TokenRange) -> TokenRange {
        TokenRange { last: other.last, ..self }
    }
}

//! The tokens of a policy as a list, without their places.
//!
//! Each token has a number, its [`TokenId`]. The producer of the tokens keeps a table of their
//! places, which are spans in the macro, and ranges of bytes in a text. The parser only compares
//! and copies the numbers.

/// The number of a token among all tokens that are read together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenId(u32);

impl TokenId {
    /// The number that belongs to no token.
    pub const NONE: TokenId = TokenId(u32::MAX);

    /// Returns the number of the token with this index in the table of places.
    pub fn new(index: usize) -> TokenId {
        u32::try_from(index).map_or(TokenId::NONE, TokenId)
    }

    /// Returns the index in the table of places. For [`TokenId::NONE`] it is beyond the end of
    /// every table.
    pub fn index(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

/// A token with its number.
#[derive(Clone, Debug)]
pub struct Token {
    /// The kind of token.
    pub kind: TokenKind,
    /// The number of the token. Tokens that a loop repeats share a number.
    pub id: TokenId,
}

/// A kind of token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A word.
    Ident(String),
    /// A number, a string or a character, as written.
    Literal(String),
    /// A mark.
    Punct {
        /// The mark.
        char: char,
        /// True if the next token is a mark without white space between the two.
        joint: bool,
    },
    /// The opening bracket of a group.
    Open {
        /// The kind of bracket.
        delimiter: Delimiter,
        /// The index of the closing bracket. [`Tokens::push`] sets it.
        close: usize,
    },
    /// The closing bracket of a group, or the end of all tokens.
    Close,
}

/// A pair of brackets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delimiter {
    /// `( … )`
    Parenthesis,
    /// `{ … }`
    Brace,
    /// `[ … ]`
    Bracket,
}

impl Delimiter {
    /// Returns the opening and the closing bracket.
    pub const fn brackets(self) -> (char, char) {
        match self {
            Delimiter::Parenthesis => ('(', ')'),
            Delimiter::Brace => ('{', '}'),
            Delimiter::Bracket => ('[', ']'),
        }
    }

    /// Returns the delimiter with this opening or closing bracket.
    pub fn from_bracket(bracket: char) -> Option<Delimiter> {
        [Delimiter::Parenthesis, Delimiter::Brace, Delimiter::Bracket].into_iter().find(|delimiter| {
            let (open, close) = delimiter.brackets();
            bracket == open || bracket == close
        })
    }
}

/// A list of tokens in which each opening bracket has the index of the closing one.
#[derive(Clone, Debug, Default)]
pub struct Tokens {
    tokens: Vec<Token>,
    /// The indexes of the open brackets.
    open: Vec<usize>,
}

impl Tokens {
    /// Makes an empty list with room for `capacity` tokens.
    pub fn with_capacity(capacity: usize) -> Tokens {
        Tokens { tokens: Vec::with_capacity(capacity), open: Vec::new() }
    }

    /// Adds a token. A closing bracket closes the innermost group.
    pub fn push(&mut self, kind: TokenKind, id: TokenId) {
        let index = self.tokens.len();
        match kind {
            TokenKind::Open { .. } => self.open.push(index),
            TokenKind::Close => {
                let opening = self.open.pop().and_then(|opening| self.tokens.get_mut(opening));
                if let Some(Token { kind: TokenKind::Open { close, .. }, .. }) = opening {
                    *close = index;
                }
            }
            _ => {}
        }
        self.tokens.push(Token { kind, id });
    }

    /// Returns the token that opened the innermost group, if one is open.
    pub fn innermost_open(&self) -> Option<&Token> {
        self.open.last().and_then(|open| self.tokens.get(*open))
    }
}

impl std::ops::Deref for Tokens {
    type Target = [Token];

    fn deref(&self) -> &[Token] {
        &self.tokens
    }
}

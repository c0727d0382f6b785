//! The tokens of a policy in one row, without the places they come from.
//!
//! A token has a number, its [`TokenId`]. Whoever makes the tokens keeps a table of where each of them is: the macro has a
//! span for each, a text has a range of bytes. The parser only ever compares and copies the numbers.

/// The number of a token among all tokens that are read together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenId(u32);

impl TokenId {
    /// The number of no token.
    pub const NONE: TokenId = TokenId(u32::MAX);

    /// The number of the token that has this index in the table of places.
    pub fn new(index: usize) -> TokenId {
        u32::try_from(index).map_or(TokenId::NONE, TokenId)
    }

    /// The index in the table of places. The number of no token is beyond the end of every table.
    pub fn index(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

/// A token, and where it comes from.
#[derive(Clone, Debug)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it comes from. Tokens that a loop repeats share a number.
    pub id: TokenId,
}

/// What a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A word.
    Ident(String),
    /// A number, a string or a character, as it is written.
    Literal(String),
    /// A mark.
    Punct {
        /// The mark.
        char: char,
        /// True if the next token is a mark that touches it.
        joint: bool,
    },
    /// The opening bracket of a group.
    Open {
        /// Which bracket.
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
    /// The opening and the closing bracket.
    pub const fn brackets(self) -> (char, char) {
        match self {
            Delimiter::Parenthesis => ('(', ')'),
            Delimiter::Brace => ('{', '}'),
            Delimiter::Bracket => ('[', ']'),
        }
    }

    /// The delimiter with this opening or closing bracket.
    pub fn from_bracket(bracket: char) -> Option<Delimiter> {
        [Delimiter::Parenthesis, Delimiter::Brace, Delimiter::Bracket].into_iter().find(|delimiter| {
            let (open, close) = delimiter.brackets();
            bracket == open || bracket == close
        })
    }
}

/// A row of tokens in which brackets know each other.
#[derive(Clone, Debug, Default)]
pub struct Tokens {
    tokens: Vec<Token>,
    /// The brackets that are open, by their index.
    open: Vec<usize>,
}

impl Tokens {
    /// No tokens, with room for `capacity`.
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

    /// The token that opened the innermost group, if one is open.
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

//! The tokens of a policy in one row, each with its text: they are looked at many times, and the compiler is asked once.

use proc_macro2::{Delimiter, Spacing, Span, TokenStream, TokenTree};

#[derive(Debug)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) span: Span,
}

#[derive(Clone, Debug)]
pub(crate) enum TokenKind {
    Ident(String),
    /// As it is written.
    Literal(String),
    /// `joint`: whether the next token is punctuation that touches it.
    Punct {
        char: char,
        joint: bool,
    },
    /// The opening bracket of a group that ends at the token `close`.
    Open {
        delimiter: Delimiter,
        close: usize,
    },
    /// The closing bracket of a group, or the end of all.
    Close,
}

/// All tokens of `stream`, and after them the end of all. Groups without brackets are left out, not what is in them.
pub(super) fn tokens(stream: TokenStream) -> Vec<Token> {
    let mut tokens = Vec::new();
    // An explicit stack: nesting must not overflow the compiler's.
    let mut open = vec![(stream.into_iter(), None)];
    while let Some((rest, group)) = open.last_mut() {
        let Some(token) = rest.next() else {
            if let Some((start, span)) = group.take() {
                let close = tokens.len();
                if let Some(Token { kind: TokenKind::Open { close: end, .. }, .. }) = tokens.get_mut(start) {
                    *end = close;
                }
                tokens.push(Token { kind: TokenKind::Close, span });
            }
            open.pop();
            continue;
        };
        let (kind, span) = match token {
            TokenTree::Ident(ident) => (TokenKind::Ident(ident.to_string()), ident.span()),
            TokenTree::Literal(literal) => (TokenKind::Literal(literal.to_string()), literal.span()),
            TokenTree::Punct(punct) => {
                let joint = punct.spacing() == Spacing::Joint;
                (TokenKind::Punct { char: punct.as_char(), joint }, punct.span())
            }
            TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
                open.push((group.stream().into_iter(), None));
                continue;
            }
            TokenTree::Group(group) => {
                open.push((group.stream().into_iter(), Some((tokens.len(), group.span_close()))));
                (TokenKind::Open { delimiter: group.delimiter(), close: 0 }, group.span_open())
            }
        };
        tokens.push(Token { kind, span });
    }
    tokens.push(Token { kind: TokenKind::Close, span: Span::call_site() });
    tokens
}

use std::cell::RefCell;
use std::ops::Range;

use policy_syntax::token::{Delimiter, TokenId, TokenKind, Tokens};
use policy_syntax::{Finding, Fragment, Positions, TokenRange};
use proc_macro2::{Delimiter as GroupDelimiter, Group, Spacing, Span, TokenStream, TokenTree};

use crate::rust_files::RustFiles;
use crate::span_range::{SpanRange, knows_positions, line};

/// The spans of the compiler's tokens, indexed by their numbers.
#[derive(Default)]
pub(crate) struct SpanTable {
    spans: Vec<Span>,
    /// The tokens of each fragment.
    fragments: Vec<Range<usize>>,
    /// The files that the tokens are in.
    sources: RefCell<RustFiles>,
}

impl SpanTable {
    /// Adds the tokens of a stream, followed by the end of the input. Groups without brackets are
    /// replaced by their content.
    pub(crate) fn add(&mut self, stream: TokenStream, end: Span) -> Tokens {
        let mut tokens = Tokens::default();
        // An explicit stack, so that nesting cannot overflow the compiler's stack.
        let mut open = vec![(stream.into_iter(), None)];
        while let Some((rest, close)) = open.last_mut() {
            let Some(token) = rest.next() else {
                if let Some(span) = close.take() {
                    self.push(&mut tokens, TokenKind::Close, span);
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
                TokenTree::Group(group) => {
                    let delimiter = match group.delimiter() {
                        GroupDelimiter::Parenthesis => Delimiter::Parenthesis,
                        GroupDelimiter::Brace => Delimiter::Brace,
                        GroupDelimiter::Bracket => Delimiter::Bracket,
                        GroupDelimiter::None => {
                            open.push((group.stream().into_iter(), None));
                            continue;
                        }
                    };
                    open.push((group.stream().into_iter(), Some(group.span_close())));
                    (TokenKind::Open { delimiter, close: 0 }, group.span_open())
                }
            };
            self.push(&mut tokens, kind, span);
        }
        self.push(&mut tokens, TokenKind::Close, end);
        tokens
    }

    fn push(&mut self, tokens: &mut Tokens, kind: TokenKind, span: Span) {
        tokens.push(kind, TokenId::new(self.spans.len()));
        self.spans.push(span);
    }

    /// Adds the tokens of a fragment: the sections that it declares to have, and its block.
    /// Fragments are added in the order in which the policy uses them.
    pub(crate) fn add_fragment(&mut self, only: Option<TokenStream>, block: &Group) -> Fragment {
        let start = self.spans.len();
        let only = only.map(|only| self.add(only, Span::call_site()));
        let block = self.add(block.stream(), block.span_close());
        self.fragments.push(start..self.spans.len());
        Fragment { only, block }
    }

    /// Changes the spans of fragments' tokens, so that rustc shows them in the fragment and not at
    /// the call of `policy!`. `uses` are the tokens at which the policy uses each fragment.
    pub(crate) fn resolve_fragments(&mut self, uses: &[TokenId]) {
        for (fragment, home) in self.fragments.iter().zip(uses) {
            let home = self.get(*home);
            for span in self.spans.get_mut(fragment.clone()).unwrap_or_default() {
                *span = span.resolved_at(home);
            }
        }
    }

    pub(crate) fn get(&self, token: TokenId) -> Span {
        self.spans.get(token.index()).copied().unwrap_or_else(Span::call_site)
    }

    pub(crate) fn range(&self, place: TokenRange) -> SpanRange {
        let TokenRange { first, last, iteration } = place;
        SpanRange { first: self.get(first), last: self.get(last), in_file: None, iteration }
    }

    pub(crate) fn finding(&self, finding: Finding) -> Finding<SpanRange> {
        finding.map_origins(|place| self.range(place))
    }
}

impl Positions for SpanTable {
    fn are_on_one_line(&self, first: TokenId, second: TokenId) -> bool {
        line(self.get(first)).is_some_and(|first| line(self.get(second)) == Some(first))
    }

    fn are_apart(&self, first: TokenId, second: TokenId) -> bool {
        let (Some(first), Some(second)) = (self.spans.get(first.index()), self.spans.get(second.index())) else {
            return false;
        };
        if !knows_positions() {
            return false;
        }
        let (first, second) = (first.unwrap(), second.unwrap());
        let (end, start) = (first.end().line(), second.line());
        // Most statements are on adjacent lines, and reading the file takes time.
        if end + 1 >= start || first.file() != second.file() {
            return false;
        }
        let mut sources = self.sources.borrow_mut();
        let lines = first.local_file().and_then(|path| sources.lines(path).get(end..start - 1));
        // A private comment is not a token. If the file cannot be read, an empty line is more
        // likely.
        lines.is_none_or(|lines| lines.iter().any(|line| line.trim().is_empty()))
    }
}

//! Fragments: parts of a policy in other modules or crates, beside the code that they are about.
//!
//! A fragment becomes a macro that passes on its tokens. `policy!` calls the macro of the first
//! fragment with the paths of the others. Each adds its block and calls the next, and the last one
//! calls `__policy_of_fragments!` with all of them. The recursion is as deep as the chain is long,
//! and rustc allows no more than 128 levels. So a longer chain is split. The blocks of each piece
//! are stored in a separate macro, which is then a link like any fragment.

use std::hash::{DefaultHasher, Hash, Hasher};

use policy_core::Code;
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{format_ident, quote, quote_spanned};

use crate::ide;
use crate::span_range::{Finding, SpanRange};

/// The maximum number of links in a chain.
const CHAIN: usize = 32;

const EXAMPLE: &str = "write `policy_fragment! { pub forge { grants { … } } }`";

/// A fragment as `policy!` receives it.
pub(crate) struct Fragment {
    /// The sections that it declares to have.
    pub(crate) only: Option<TokenStream>,
    pub(crate) block: Group,
}

/// Makes the macro that passes on the tokens of a fragment, under the fragment's name.
pub(crate) fn export(input: TokenStream) -> Result<TokenStream, Box<Finding>> {
    let mut tokens = input.into_iter().peekable();
    let mut docs = TokenStream::new();
    while let Some(TokenTree::Punct(hash)) = tokens.peek()
        && hash.as_char() == '#'
    {
        docs.extend(tokens.next());
        docs.extend(tokens.next());
    }
    let mut visibility = TokenStream::new();
    if matches!(tokens.peek(), Some(TokenTree::Ident(word)) if word == "pub") {
        visibility.extend(tokens.next());
        if matches!(tokens.peek(), Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis) {
            visibility.extend(tokens.next());
        }
    }
    let name = match tokens.next() {
        Some(TokenTree::Ident(name)) => name,
        other => {
            let place = match other {
                Some(TokenTree::Group(block)) => block.span_open().into(),
                Some(token) => token.span().into(),
                None => SpanRange::call_site(),
            };
            return Err(Box::new(Finding::new(Code::Syntax, place, "a fragment has a name").help(EXAMPLE)));
        }
    };
    let mut rest: Vec<TokenTree> = tokens.collect();
    if visibility.is_empty() && is_section_without_fragment(&name, &rest) {
        let message = format!("a fragment has a name, and `{name}` is one of its sections");
        return Err(Box::new(Finding::new(Code::Syntax, name.span(), message).help(EXAMPLE)));
    }
    let block = match rest.pop() {
        Some(TokenTree::Group(block)) if block.delimiter() == Delimiter::Brace => block,
        _ => {
            let message = format!("expected a block in braces after `{name}`");
            return Err(Box::new(Finding::new(Code::Syntax, name.span(), message).help(EXAMPLE)));
        }
    };
    let only = match rest.split_first() {
        None => TokenStream::new(),
        Some((TokenTree::Ident(only), sections)) if only == "only" && !sections.is_empty() => {
            let sections: TokenStream = sections.iter().cloned().collect();
            quote! { [#sections] }
        }
        Some((first, _)) => {
            let message = format!("expected a block in braces or `only`, found `{first}`");
            return Err(Box::new(Finding::new(Code::Syntax, first.span(), message).help(EXAMPLE)));
        }
    };
    // Exported macros share one namespace, whatever their modules.
    let hidden = format_ident!("__fragment_{name}_{:016x}", fingerprint(&name, &block), span = name.span());
    let is_public = !visibility.is_empty() && visibility.to_string() == "pub";
    let export = is_public.then(|| quote! { #[macro_export] });
    // rustc warns about an unused import. With these spans, it underlines the fragment's name.
    let import = quote_spanned! { name.span() => use #hidden as #name; };
    Ok(quote! {
        #[doc(hidden)]
        #docs
        #[allow(unused_macros)]
        #export
        macro_rules! #hidden {
            ({ $($__before:tt)* } [$($__next:tt)*] $($__rest:tt)*) => {
                $($__next)* ! { { $($__before)* { #only #block } } $($__rest)* }
            };
        }
        #docs
        #visibility #import
    })
}

/// Returns whether a section is in the place of a fragment: the name is that of a section, and
/// statements follow, or a block and other sections.
fn is_section_without_fragment(name: &Ident, rest: &[TokenTree]) -> bool {
    let Some(TokenTree::Group(block)) = rest.first() else { return false };
    if !policy_syntax::is_section(&name.to_string()) {
        return false;
    }
    let is_mark = |token: &TokenTree| match token {
        TokenTree::Punct(mark) => matches!(mark.as_char(), '#' | '!'),
        TokenTree::Group(group) => group.delimiter() == Delimiter::Bracket,
        _ => false,
    };
    let first = block.stream().into_iter().find(|token| !is_mark(token));
    let begins_item = |word: &Ident| {
        let word = word.to_string();
        policy_syntax::is_section(&word) || matches!(word.as_str(), "let" | "for" | "use" | "target")
    };
    rest.len() > 1 || !matches!(&first, None | Some(TokenTree::Ident(_))) || {
        matches!(&first, Some(TokenTree::Ident(word)) if !begins_item(word))
    }
}

fn fingerprint(name: &Ident, block: &Group) -> u64 {
    let mut hasher = DefaultHasher::new();
    (name.to_string(), block.to_string(), format!("{:?}", name.span())).hash(&mut hasher);
    hasher.finish()
}

/// Returns the paths of the fragments that a policy uses at its top level.
pub(crate) fn used_paths(policy: &TokenStream) -> Vec<TokenStream> {
    let mut paths = Vec::new();
    let mut starts = true;
    let mut tokens = policy.clone().into_iter();
    while let Some(token) = tokens.next() {
        if starts && matches!(&token, TokenTree::Ident(word) if word == "use") {
            let is_path = |token: &TokenTree| {
                !matches!(token, TokenTree::Punct(end) if end.as_char() == ';')
                    && !matches!(token, TokenTree::Ident(word) if word == "only")
            };
            let mut path = TokenStream::new();
            let mut ended = false;
            for token in tokens.by_ref() {
                ended |= !is_path(&token);
                if matches!(&token, TokenTree::Punct(end) if end.as_char() == ';') {
                    break;
                }
                if !ended {
                    path.extend([token]);
                }
            }
            paths.push(path);
            continue;
        }
        starts = match &token {
            TokenTree::Punct(end) => end.as_char() == ';',
            // Brackets belong to a comment, or to an item that ends with `;`.
            TokenTree::Group(block) => block.delimiter() != Delimiter::Parenthesis,
            TokenTree::Ident(_) | TokenTree::Literal(_) => false,
        };
    }
    paths
}

/// Makes the calls that combine a policy with the fragments at `paths`, of which there must be at
/// least one.
pub(crate) fn chain(policy: &TokenStream, paths: Vec<TokenStream>) -> TokenStream {
    let mut calls: TokenStream = paths.iter().filter(|_| ide::is_wanted()).map(import).collect();
    let mut links = paths;
    let mut level = 0;
    while links.len() > CHAIN {
        let mut kept = Vec::new();
        for (index, piece) in links.chunks(CHAIN).enumerate() {
            let keeper = format_ident!("__fragments_{level}_{index}", span = Span::call_site());
            calls.extend(call(piece, &quote! { ::policy_macros::__keep_fragments }, &quote! { #keeper }));
            kept.push(quote! { #keeper });
        }
        links = kept;
        level += 1;
    }
    calls.extend(call(&links, &quote! { ::policy_macros::__policy_of_fragments }, &quote! { { #policy } }));
    calls
}

/// Returns fallback items for the case that rustc does not find the macro of a fragment. rustc
/// reports this, and should not also report that `POLICY` is missing. The items of the policy
/// itself hide the fallback items, because explicit names take precedence over a `*` import.
///
/// Only rustc knows whether a path leads to a fragment, and only after it has expanded all macros.
/// Therefore the error is rustc's own.
pub(crate) fn fallback(items: &TokenStream) -> TokenStream {
    if ide::is_wanted() {
        return TokenStream::new();
    }
    quote! {
        #[doc(hidden)]
        #[allow(dead_code, unused_imports)]
        mod __policy_without_fragments { #items }
        #[doc(hidden)]
        #[allow(unused_imports)]
        pub use __policy_without_fragments::*;
    }
}

/// Makes a `use` of the path, so that an editor can complete it.
fn import(path: &TokenStream) -> TokenStream {
    quote! {
        #[allow(unexpected_cfgs)]
        const _: () = {
            #[cfg(rust_analyzer)]
            #[allow(unused_imports)]
            use #path as _;
        };
    }
}

fn call(links: &[TokenStream], last: &TokenStream, rest: &TokenStream) -> TokenStream {
    let Some((first, next)) = links.split_first() else { return TokenStream::new() };
    quote! { #first ! { {} #([#next])* [#last] #rest } }
}

/// Makes a macro that passes on the blocks of several fragments.
pub(crate) fn keep(input: TokenStream) -> TokenStream {
    let mut tokens = input.into_iter();
    let (Some(TokenTree::Group(blocks)), Some(name)) = (tokens.next(), tokens.next()) else {
        return TokenStream::new();
    };
    let blocks = blocks.stream();
    quote! {
        macro_rules! #name {
            ({ $($__before:tt)* } [$($__next:tt)*] $($__rest:tt)*) => {
                $($__next)* ! { { $($__before)* #blocks } $($__rest)* }
            };
        }
    }
}

/// Splits the input into the policy and its fragments, in the order in which it uses them.
pub(crate) fn gather(input: TokenStream) -> (TokenStream, Vec<Fragment>) {
    let mut tokens = input.into_iter();
    let (Some(TokenTree::Group(blocks)), Some(TokenTree::Group(policy))) = (tokens.next(), tokens.next()) else {
        return (TokenStream::new(), Vec::new());
    };
    let fragments = blocks.stream().into_iter().filter_map(|fragment| {
        let TokenTree::Group(fragment) = fragment else { return None };
        let mut parts: Vec<TokenTree> = fragment.stream().into_iter().collect();
        let Some(TokenTree::Group(block)) = parts.pop() else { return None };
        let only = match parts.pop() {
            Some(TokenTree::Group(only)) => Some(only.stream()),
            _ => None,
        };
        Some(Fragment { only, block })
    });
    (policy.stream(), fragments.collect())
}

//! The rules of a policy as items, so that the word of a rule that is about its ends explains them:
//! `on` of a grant, and `accept` of an SSH rule.

use std::collections::BTreeMap;

use policy_core::model::Policy;
use policy_core::source::Origin;
use policy_syntax::occurrence::{Occurrence, Scope, Segment};
use policy_syntax::token::TokenId;
use policy_syntax::{TokenRange, rule_hovers};
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::quote;

use super::{OCCURRENCES, segment, word};
use crate::span_table::SpanTable;

/// Makes a module with an item for each rule, and functions that use the items where the rules are.
///
/// The word has another meaning already. An editor shows both. This one comes after everything that
/// lists names, because it changes while somebody types.
pub(super) fn rules(
    occurrences: &[Occurrence],
    spans: &SpanTable,
    policy: &Policy,
    place: &dyn Fn(Origin) -> TokenRange,
) -> TokenStream {
    let mut statements: BTreeMap<TokenId, Statement> = BTreeMap::new();
    for (origin, text) in rule_hovers(policy) {
        let TokenRange { first, last, .. } = place(origin);
        // A loop repeats the tokens of a rule.
        statements.entry(first).or_insert(Statement { last, texts: Vec::new() }).texts.push(text);
    }
    let uses = occurrences.iter().filter_map(|occurrence| {
        let token = token_of(occurrence)?;
        let (first, statement) = statements.range(..=token).next_back()?;
        (token <= statement.last).then_some((*first, token))
    });
    let uses: Vec<(TokenId, TokenId)> = uses.collect();
    let items = statements.iter().map(|(first, statement)| {
        let (name, text) = (item(*first), statement.texts.join("\n\n"));
        quote! { #[doc = #text] pub const #name: () = (); }
    });
    let items: TokenStream = items.collect();
    let functions = uses.chunks(OCCURRENCES).enumerate().map(|(index, uses)| {
        let name = Ident::new(&format!("_rules{index}"), Span::call_site());
        let mut statements: Vec<TokenTree> = Vec::new();
        for (rule, token) in uses {
            word(&mut statements, "rules", Span::call_site());
            segment(&mut statements, &item(*rule).to_string(), spans.get(*token));
            statements.push(proc_macro2::Punct::new(';', proc_macro2::Spacing::Alone).into());
        }
        let statements: TokenStream = statements.into_iter().collect();
        quote! { fn #name() { #statements } }
    });
    quote! { mod rules { #items } #(#functions)* }
}

/// A statement with a rule, or with several if it is in a loop.
struct Statement {
    last: TokenId,
    texts: Vec<String>,
}

/// Returns the token of a word that is about the ends of its rule.
fn token_of(occurrence: &Occurrence) -> Option<TokenId> {
    let [Segment { text, token }] = occurrence.segments.as_slice() else { return None };
    let is_about = match occurrence.scope {
        Scope::Word("grants" | "acls") => text == "on",
        Scope::Word("ssh") => text == "accept" || text == "check",
        _ => false,
    };
    is_about.then_some(*token)
}

/// Returns the name of the item of a rule, by its first token.
fn item(first: TokenId) -> Ident {
    Ident::new(&format!("rule_{}", first.index()), Span::call_site())
}

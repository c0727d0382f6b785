//! The declared names as modules, which rust-analyzer can resolve. `tag:k8s-api` becomes
//! `tag::k8s::api`, because each of its words is a separate token.

use std::collections::{HashMap, HashSet};

use policy_core::identifier::item_name;
use policy_syntax::Hovers;
use policy_syntax::occurrence::{Occurrence, Segment};
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use crate::item_names::{ItemNames, type_of};
use crate::span_table::SpanTable;

/// A module: the names in it, and the modules of longer names.
#[derive(Default)]
pub(super) struct Names {
    names: Vec<Name>,
    /// The Rust names of these names.
    spelt: HashSet<String>,
    modules: Vec<(Ident, Names)>,
    /// The index of each module in `modules`.
    index: HashMap<String, usize>,
}

struct Name {
    ident: Ident,
    /// The declared name, such as `tag:k8s-api`.
    text: String,
    /// The module of its item.
    module: &'static str,
    is_alone: bool,
    /// The text to show if there is no hover for it.
    doc: Option<String>,
}

impl Names {
    /// Adds a name where it is declared.
    pub(super) fn declare(&mut self, occurrence: &Occurrence, module: &'static str, spans: &SpanTable) {
        let Some((last, path)) = occurrence.segments.split_last() else { return };
        let mut names = self;
        for segment in path {
            let Some(inner) = names.module(segment, spans) else { return };
            names = inner;
        }
        let name = item_name(&last.text);
        let ident = Ident::new(&name, spans.get(last.token));
        // A duplicate declaration is an error, and editors treat it as a use of the first one.
        if names.spelt.insert(name) {
            let (text, is_alone, doc) = (occurrence.text(), path.is_empty(), occurrence.doc.clone());
            names.names.push(Name { ident, text, module, is_alone, doc });
        }
    }

    /// Returns the module of a segment. The first declaration with the segment is the module's
    /// place.
    fn module(&mut self, segment: &Segment, spans: &SpanTable) -> Option<&mut Names> {
        let name = item_name(&segment.text);
        let next = self.modules.len();
        let index = *self.index.entry(name.clone()).or_insert(next);
        if index == next {
            self.modules.push((Ident::new(&name, spans.get(segment.token)), Names::default()));
        }
        self.modules.get_mut(index).map(|(_, names)| names)
    }

    /// Returns whether a name with these segments is declared.
    pub(super) fn has(&self, segments: &[Segment]) -> bool {
        let Some((last, path)) = segments.split_last() else { return false };
        let mut names = self;
        for segment in path {
            let index = names.index.get(&item_name(&segment.text));
            let Some((_, inner)) = index.and_then(|index| names.modules.get(*index)) else { return false };
            names = inner;
        }
        names.spelt.contains(&item_name(&last.text))
    }

    /// Returns the content of the module. It uses the same item as Rust code does for a name, so
    /// that a rename includes both.
    pub(super) fn tokens(&self, items: &ItemNames, hovers: &Hovers) -> TokenStream {
        let names = self.names.iter().map(|Name { ident, text, module, is_alone, doc }| {
            if let Some(item) = items.get(module, text).filter(|_| *is_alone) {
                let (module, item) = (Ident::new(module, Span::call_site()), Ident::new(item, Span::call_site()));
                return quote! { pub use super::super::super::#module::#item; };
            }
            let doc = doc.as_deref().or_else(|| hovers.get(module, text)).unwrap_or(text);
            match type_of(module) {
                Some(ty) => {
                    let ty = Ident::new(ty, Span::call_site());
                    let ty = quote! { ::policy_core::name::#ty };
                    quote! { #[doc = #doc] pub const #ident: #ty = #ty::declared(#text); }
                }
                None => {
                    let ty = quote! { ::policy_core::vocabulary::Word };
                    quote! { #[doc = #doc] pub const #ident: #ty = #ty; }
                }
            }
        });
        let modules = self.modules.iter().map(|(ident, names)| {
            let names = names.tokens(items, hovers);
            quote! { pub mod #ident { #names } }
        });
        names.chain(modules).collect()
    }
}

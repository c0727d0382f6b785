//! The capabilities that a policy names and the fields of their bodies, as items for rust-analyzer
//! to look them up in.

use std::collections::{HashMap, HashSet};

use policy_core::identifier::item_name;
use policy_core::model::{Field, KnownCapability, Policy, Shape};
use policy_core::source::Origin;
use policy_syntax::occurrence::{Occurrence, Scope};
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use crate::span_range::SpanRange;

/// A module for each object, because fields of different objects may have the same name.
#[derive(Default)]
pub(super) struct Capabilities {
    /// The numbers of the modules, by path: the name of the capability, and the names of the fields
    /// around the object. The empty path has the module of the capabilities themselves.
    numbers: HashMap<Vec<String>, usize>,
    modules: TokenStream,
}

impl Capabilities {
    /// Collects every capability that the policy names and whose shape is known.
    pub(super) fn new(occurrences: &[Occurrence], policy: &Policy, place: &dyn Fn(Origin) -> SpanRange) -> Self {
        let mut capabilities = Capabilities::default();
        let mut names = TokenStream::new();
        let mut seen = HashSet::new();
        let named = occurrences.iter().filter(|occurrence| occurrence.scope == Scope::Capability);
        for name in named.filter_map(|occurrence| occurrence.path.first()).filter(|name| seen.insert(name.as_str())) {
            let span = |origin| place(origin).token_of_name();
            if let Some(declared) = policy.capability(name) {
                let doc = explanation(name, declared.doc.as_deref(), &declared.shape);
                names.extend(constant(name, span(declared.name.origin), &doc));
                capabilities.add(vec![name.clone()], &declared.shape, &|field| span(declared.place(field)));
                continue;
            }
            let mut known = KnownCapability::of_grants().iter().chain(KnownCapability::of_node_attributes());
            if let Some(known) = known.find(|known| known.name == name) {
                let shape = known.shape();
                names.extend(constant(name, Span::call_site(), &explanation(name, Some(known.doc), &shape)));
                capabilities.add(vec![name.clone()], &shape, &|_| Span::call_site());
            }
        }
        capabilities.add_module(Vec::new(), &names);
        capabilities
    }

    /// Adds the objects in values of a shape. `span` returns where a field is declared.
    fn add(&mut self, path: Vec<String>, shape: &Shape, span: &dyn Fn(&Field) -> Span) {
        match shape {
            Shape::List(item) => self.add(path, item, span),
            Shape::Record(fields) => {
                let items = fields.iter().map(|field| {
                    let doc = explanation(
                        &field.name,
                        field.doc.as_deref(),
                        format_args!("{}: {}", field.head(), field.shape),
                    );
                    constant(&field.name, span(field), &doc)
                });
                let items = items.collect();
                for field in fields {
                    let inside = path.iter().chain([&field.name]).cloned().collect();
                    self.add(inside, &field.shape, span);
                }
                self.add_module(path, &items);
            }
            _ => {}
        }
    }

    fn add_module(&mut self, path: Vec<String>, items: &TokenStream) {
        let number = self.numbers.len();
        self.numbers.insert(path, number);
        let module = module_name(number);
        self.modules.extend(quote! { pub mod #module { #items } });
    }

    /// Returns the module that contains the last name of a path, if it is known.
    pub(super) fn module_of(&self, path: &[String]) -> Option<Ident> {
        let (_, around) = path.split_last()?;
        self.numbers.get(around).map(|number| module_name(*number))
    }

    pub(super) fn tokens(&self) -> &TokenStream {
        &self.modules
    }
}

fn module_name(number: usize) -> Ident {
    Ident::new(&format!("_{number}"), Span::call_site())
}

fn constant(name: &str, span: Span, doc: &str) -> TokenStream {
    let ident = Ident::new(&item_name(name), span);
    quote! {
        #[doc = #doc]
        pub const #ident: ::policy_core::vocabulary::Word = ::policy_core::vocabulary::Word;
    }
}

fn explanation(name: &str, doc: Option<&str>, shape: impl std::fmt::Display) -> String {
    let doc = doc.map_or_else(String::new, |doc| format!(": {doc}"));
    format!("`{name}`{doc}\n\nShape: `{shape}`")
}

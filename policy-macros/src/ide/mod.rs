//! Code for rust-analyzer only. Each name in the source becomes a path that rust-analyzer can
//! resolve, so that go to definition, find references, rename, hover and completion work inside the
//! macro.
//!
//! It is made from the tokens alone, so an incomplete statement does not affect other names. Only
//! the names have spans of the source. If other tokens had them, too, rust-analyzer would show
//! these as additional meanings.

mod capability;
mod names;
mod rules;

use policy_core::identifier::item_name;
use policy_core::model::Policy;
use policy_core::source::Origin;
use policy_syntax::occurrence::{Loop, Occurrence, Scope, Segment, occurrences};
use policy_syntax::token::Token;
use policy_syntax::{Hovers, TokenRange};
use proc_macro2::{Ident, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::quote;

use crate::item_names::ItemNames;
use crate::span_table::SpanTable;

use capability::Capabilities;
use names::Names;

/// The number of names in one function. rust-analyzer analyses functions separately, so an edit in
/// a large policy stays fast.
const OCCURRENCES: usize = 100;

/// A placeholder for a name that has not been written yet, so that its path does not change when it
/// is.
const MISSING: &str = "__missing";

/// The kinds of names that have their own modules. Services have no declaration, so the first
/// occurrence counts as one.
const KINDS: [&str; 5] = ["tag", "group", "ipset", "posture", "svc"];

/// Returns whether the expansion is for an editor. A compiler skips the code for rust-analyzer, so
/// it need not be generated. Unknown hosts get the code, and skip it if they do not need it.
pub(crate) fn is_wanted() -> bool {
    let program = std::env::current_exe().ok();
    let name = program.as_deref().and_then(|path| path.file_stem()).and_then(|name| name.to_str());
    !name.is_some_and(|name| matches!(name, "rustc" | "rustdoc" | "clippy-driver" | "miri"))
}

/// Makes the module that only rust-analyzer sees.
///
/// To complete a word, rust-analyzer compares this expansion with one in which the word is longer.
/// Both must be the same up to that word. So the code that lists names comes first in the expansion
/// of the macro, and the code that describes them comes last.
///
/// `place` returns the tokens for an origin of the policy.
pub(crate) fn module(
    tokens: &[Token],
    spans: &SpanTable,
    items: &ItemNames,
    hovers: &Hovers,
    policy: &Policy,
    place: &dyn Fn(Origin) -> TokenRange,
) -> TokenStream {
    let occurrences = occurrences(tokens);
    let declared = Declared::new(&occurrences, spans);
    let span_range = |origin| spans.range(place(origin));
    let capabilities = Capabilities::new(&occurrences, policy, &span_range);
    let rules = rules::rules(&occurrences, spans, policy, place);
    let capability_modules = capabilities.tokens();
    let kinds = KINDS.iter().zip(&declared.kinds).map(|(kind, names)| {
        let (kind, names) = (Ident::new(kind, Span::call_site()), names.tokens(items, hovers));
        quote! { pub mod #kind { #names } }
    });
    let [devices, lets, port_lets, bare] = [&declared.devices, &declared.lets, &declared.port_lets, &declared.bare]
        .map(|names| names.tokens(items, hovers));
    let variables = declared.variables.iter().enumerate().map(|(number, (around, names))| {
        let module = number_of_loop(number);
        let around = around.map(number_of_loop).map(|around| quote! { pub use super::#around::*; });
        let names = names.tokens(items, hovers);
        quote! { pub mod #module { #around #names } }
    });
    let variables: TokenStream = variables.collect();
    let functions = occurrences.chunks(OCCURRENCES).enumerate().map(|(index, occurrences)| {
        let name = Ident::new(&format!("_{index}"), Span::call_site());
        let mut statements = Vec::new();
        occurrences
            .iter()
            .for_each(|occurrence| declared.statements(occurrence, &capabilities, spans, &mut statements));
        let statements: TokenStream = statements.into_iter().collect();
        quote! { fn #name() { #statements } }
    });
    quote! {
        // The lint checks the code around the item that has the `cfg`.
        #[allow(unexpected_cfgs)]
        mod __editor {
            #[cfg(rust_analyzer)]
            #[allow(unused, nonstandard_style, path_statements)]
            mod names {
                use policy_core::vocabulary::{self, autogroup, kind, port, protocol};
                #(#functions)*
                #(#kinds)*
                mod devices { #devices }
                mod lets { #lets }
                mod port_lets { #port_lets }
                mod variables { #variables }
                mod capabilities { #capability_modules }
                mod bare {
                    pub use super::lets::*;
                    pub use super::{autogroup, group, ipset, posture, svc, tag};
                    #bare
                }
                mod ports {
                    pub use super::port_lets::*;
                    pub use super::protocol::*;
                }
                #rules
            }
        }
    }
}

/// The declared names.
#[derive(Default)]
struct Declared {
    /// In the order of [`KINDS`].
    kinds: Vec<Names>,
    devices: Names,
    lets: Names,
    /// `let`s of ports.
    port_lets: Names,
    /// Users, hosts and other `let`s.
    bare: Names,
    /// The variables of each loop, with the number of the loop around it.
    variables: Vec<(Option<usize>, Names)>,
}

impl Declared {
    /// Collects the names. The place of a name is its first declaration. For a service, which has
    /// no declaration, it is the first occurrence.
    fn new(occurrences: &[Occurrence], spans: &SpanTable) -> Declared {
        let kinds = KINDS.iter().map(|_| Names::default()).collect();
        let mut declared = Declared { kinds, ..Declared::default() };
        for occurrence in occurrences.iter().filter(|occurrence| !occurrence.is_unfinished) {
            let module = match (occurrence.declared_as, &occurrence.kind) {
                (Some(module), _) => module,
                (None, Some(kind)) if kind.text == "svc" => "svc",
                _ => continue,
            };
            let names = match module {
                "variable" => match declared.variables_of(occurrence.scope) {
                    Some(names) => names,
                    None => continue,
                },
                "device" => &mut declared.devices,
                "let" if occurrence.scope == Scope::Ports => &mut declared.port_lets,
                "let" => &mut declared.lets,
                "user" | "host" => &mut declared.bare,
                kind => {
                    let index = KINDS.iter().position(|known| *known == kind);
                    let Some(names) = index.and_then(|index| declared.kinds.get_mut(index)) else { continue };
                    names
                }
            };
            let module = if module == "svc" { "service" } else { module };
            names.declare(occurrence, module, spans);
        }
        declared
    }

    fn variables_of(&mut self, scope: Scope) -> Option<&mut Names> {
        let Scope::Variable(Loop { number, around }) = scope else { return None };
        while self.variables.len() <= number {
            self.variables.push((None, Names::default()));
        }
        let (slot, names) = self.variables.get_mut(number)?;
        *slot = around;
        Some(names)
    }

    /// Makes statements such as `kind::tag; tag::k8s::api;`.
    fn statements(
        &self,
        occurrence: &Occurrence,
        capabilities: &Capabilities,
        spans: &SpanTable,
        out: &mut Vec<TokenTree>,
    ) {
        if let Scope::Capability | Scope::Field = occurrence.scope {
            return field_statement(occurrence, capabilities, spans, out);
        }
        let first = match (occurrence.scope, &occurrence.kind) {
            (_, Some(kind)) => {
                word(out, "kind", Span::call_site());
                segment(out, &kind.text, spans.get(kind.token));
                out.push(Punct::new(';', Spacing::Alone).into());
                &kind.text
            }
            (Scope::Bare | Scope::Ports, None) if self.lets.has(&occurrence.segments) => "lets",
            (Scope::Bare | Scope::Ports, None) if self.port_lets.has(&occurrence.segments) => "port_lets",
            (Scope::Kind | Scope::Bare, None) => "bare",
            (Scope::Device, None) => "devices",
            (Scope::Ports, None) => "ports",
            (Scope::Protocol, None) => "protocol",
            (Scope::Port, None) => "port",
            (Scope::Variable(_), None) => "variables",
            (Scope::Word(_), None) => "vocabulary",
            (Scope::Capability | Scope::Field, None) => return,
        };
        word(out, first, Span::call_site());
        if let Scope::Word(module) = occurrence.scope {
            segment(out, module, Span::call_site());
        }
        if let Scope::Variable(around) = occurrence.scope {
            segment(out, &number_of_loop(around.number).to_string(), Span::call_site());
        }
        for Segment { text, token } in &occurrence.segments {
            segment(out, &item_name(text), spans.get(*token));
        }
        if occurrence.is_unfinished {
            segment(out, MISSING, Span::call_site());
        }
        out.push(Punct::new(';', Spacing::Alone).into());
    }
}

/// Makes a statement such as `capabilities::_1::shares;`. For a name with dashes, each part gets a
/// statement with the whole name.
fn field_statement(occurrence: &Occurrence, capabilities: &Capabilities, spans: &SpanTable, out: &mut Vec<TokenTree>) {
    let module = capabilities.module_of(&occurrence.path);
    let Some(module) = module else { return };
    for Segment { token, .. } in &occurrence.segments {
        word(out, "capabilities", Span::call_site());
        segment(out, &module.to_string(), Span::call_site());
        segment(out, &item_name(&occurrence.text()), spans.get(*token));
        out.push(Punct::new(';', Spacing::Alone).into());
    }
}

/// Returns the name of the module for a loop's variables.
fn number_of_loop(number: usize) -> Ident {
    Ident::new(&format!("_{number}"), Span::call_site())
}

fn word(out: &mut Vec<TokenTree>, name: &str, span: Span) {
    out.push(Ident::new(name, span).into());
}

/// Adds a word, with the colons before it.
fn segment(out: &mut Vec<TokenTree>, name: &str, span: Span) {
    out.push(Punct::new(':', Spacing::Joint).into());
    out.push(Punct::new(':', Spacing::Alone).into());
    word(out, name, span);
}

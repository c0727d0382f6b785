//! `policy!`: a tailnet policy in Rust, checked while it compiles.
//!
//! The compiler's tokens get numbers (`span_table`). `policy_syntax` parses them and lowers them to HuJSON, with a map
//! back to the tokens. From there on it is a policy file like any other: `policy_core` reads and checks it. Its findings
//! are mapped back to spans and reported (`report`). `policy_file!` starts with the text of a file (`file`).

mod analyse;
mod capability_types;
mod excerpt;
mod expand;
mod file;
mod fragment;
mod ide;
mod item_names;
mod items;
mod report;
mod source_lines;
mod span_range;
mod span_table;
#[cfg(test)]
mod tests;
mod today;

use proc_macro::TokenStream;

/// A tailnet policy. Invoked in item position, always with braces; the module around it is its namespace.
///
/// It expands to `HUJSON` (the text that Tailscale takes), `POLICY` (the model), and a documented
/// item for each declared name, as `tag::homelab`. Whatever Tailscale would refuse is an error at
/// the words that are wrong. The language is described in `docs/language.md`.
#[proc_macro]
pub fn policy(input: TokenStream) -> TokenStream {
    expand::policy(input.into()).into()
}

/// A part of a policy, beside what it is about: `policy_fragment! { pub forge { grants { … } } }`
///
/// In any module or crate, with braces. A policy takes it up with `use crate::forge::forge;` and it is read as if it
/// stood there; a mistake in it is shown in its own file. `pub forge only grants, tests { … }` has no other sections,
/// and so has `use crate::forge::forge only grants, tests;`.
#[proc_macro]
pub fn policy_fragment(input: TokenStream) -> TokenStream {
    expand::policy_fragment(input.into()).into()
}

/// Where the fragments of a policy arrive. Nobody else calls it.
#[doc(hidden)]
#[proc_macro]
pub fn __policy_of_fragments(input: TokenStream) -> TokenStream {
    expand::policy_of_fragments(input.into()).into()
}

/// Keeps some of the fragments of a policy that has many. Nobody else calls it.
#[doc(hidden)]
#[proc_macro]
pub fn __keep_fragments(input: TokenStream) -> TokenStream {
    fragment::keep(input.into()).into()
}

/// A policy that stays in its HuJSON file: `policy_file!("../policy.hujson");`
///
/// The path starts at the Rust file, as that of `include_str!` does, and the crate is built anew when the
/// file changes. It expands to the same items as [`policy!`] and makes the same checks; a mistake is an
/// error that shows the line of the file. Facts about the tailnet, if there are any, are a file of their
/// own: `policy_file!("../policy.hujson", facts = "../facts.json");`
#[proc_macro]
pub fn policy_file(input: TokenStream) -> TokenStream {
    expand::policy_file(input.into()).into()
}

//! `policy!`: a tailnet policy in Rust, checked while it compiles.
//!
//! The compiler's tokens get numbers (`span_table`). `policy_syntax` parses them and lowers them to
//! HuJSON, with a map back to the tokens. The result is an ordinary policy file, which
//! `policy_core` reads and checks. Its findings are mapped back to spans and reported (`report`).
//! `policy_file!` starts with the text of a file (`file`).

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
mod rust_files;
mod span_range;
mod span_table;
#[cfg(test)]
mod tests;
mod today;

use proc_macro::TokenStream;

/// A tailnet policy. Call it in item position, with braces. The module around it is its namespace.
///
/// It expands to `HUJSON` (the policy file for Tailscale), `POLICY` (the model), and a documented
/// item for each declared name, such as `tag::homelab`. Everything that Tailscale would refuse is
/// an error at the wrong words. The language is described in `docs/language.md`.
#[proc_macro]
pub fn policy(input: TokenStream) -> TokenStream {
    expand::policy(input.into()).into()
}

/// A part of a policy, beside the code that it is about: `policy_fragment! { pub forge { grants { …
/// } } }`
///
/// Call it in any module or crate, with braces. A policy inserts it with `use
/// crate::forge::forge;`. Mistakes in it are shown in its own file. `pub forge only grants, tests {
/// … }` limits the sections that the fragment may have, and so does `use crate::forge::forge only
/// grants, tests;`.
#[proc_macro]
pub fn policy_fragment(input: TokenStream) -> TokenStream {
    expand::policy_fragment(input.into()).into()
}

/// Receives the fragments of a policy. For internal use only.
#[doc(hidden)]
#[proc_macro]
pub fn __policy_of_fragments(input: TokenStream) -> TokenStream {
    expand::policy_of_fragments(input.into()).into()
}

/// Stores some of the fragments of a policy that has many. For internal use only.
#[doc(hidden)]
#[proc_macro]
pub fn __keep_fragments(input: TokenStream) -> TokenStream {
    fragment::keep(input.into()).into()
}

/// A policy that stays in its HuJSON file: `policy_file!("../policy.hujson");`
///
/// The path is relative to the Rust file, as with `include_str!`, and cargo builds the crate again
/// when the file changes. The macro expands to the same items as [`policy!`] and makes the same
/// checks. A mistake is an error that shows the line of the file. Facts about the tailnet can be in
/// another file: `policy_file!("../policy.hujson", facts = "../facts.json");`
#[proc_macro]
pub fn policy_file(input: TokenStream) -> TokenStream {
    expand::policy_file(input.into()).into()
}

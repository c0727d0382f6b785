//! `policy!` in Rust files, formatted: what `policy fmt` does where `cargo fmt` does nothing.
//!
//! Only white space changes: tokens and comments stay, in their order, and so the policy stays what it is. Of a comment
//! with several lines the further ones move with the first: the macro does not look at blanks at either end of them.
//!
//! - Four spaces for each level. An entry or statement starts a line. Of blank lines between two, one is kept; none stays
//!   after an opening bracket or before a closing one.
//! - `name: value` in objects; `kind:name`, `80-443` and `tag:web:443` elsewhere. One space around `=` and `->`, and
//!   after commas.
//! - In a row of declarations, with no blank line and no comment between them, the `=` are aligned, as long as all lines
//!   fit. `name = list;` of several lines is no part of a row, and neither is what has a block.
//! - A block stays on one line, `{ a; b; }`, if it was on one, holds no comment and fits. The macro's own body never does.
//! - A line has up to 120 columns, comments behind it not counted. A statement that is longer, or that has comments
//!   in it, is broken into its parts: what is before `->` or `=` and what is after share a line if they fit; each clause
//!   (`on`, `via`, …) has a line of its own, one level in. A part that does not fit, or that has comments in it, has
//!   each item of its list on a line of its own. Comments stand above their item, or behind its comma.
//! - JSON has a line for each item if the first one was on a line of its own, if there are comments in it, or if it does
//!   not fit; else it is on one line, `{ "a": [1, 2] }`, as blocks are.
//! - Commas at the end of lists stay or are missing as they were: they are tokens.

mod doc_attribute;
mod lines;
mod rust_file;
mod spacing;
mod statements;
#[cfg(test)]
mod tests;
mod tree;
mod unreadable;
mod writer;

pub use rust_file::{Formatted, format_rust};
pub(crate) use rust_file::{MacroCall, macro_calls};
pub use statements::format_invariants;
pub use unreadable::Unreadable;

//! The formatter of `policy!` in Rust files, which `cargo fmt` leaves alone. `policy fmt` uses it.
//!
//! Only white space changes. Tokens and comments keep their order, so the policy stays the same.
//! The later lines of a comment move with its first line, because the macro ignores spaces at both
//! ends of a line.
//!
//! - Four spaces for each level. An entry or statement starts a line. At most one blank line is
//!   kept between two of them, and none after an opening bracket or before a closing one.
//! - `name: value` in objects; `kind:name`, `80-443` and `tag:web:443` elsewhere. One space around `=` and `->`, and
//!   after commas.
//! - In a run of declarations without blank lines and comments between them, the `=` are aligned if
//!   all lines fit. A declaration of several lines, or with a block, is not part of a run.
//! - A block stays on one line, `{ a; b; }`, if it was on one line, has no comment and fits. The
//!   macro's own body is always split.
//! - A line has up to 120 columns, not counting comments after it. A statement that is longer, or
//!   that contains comments, is split into its parts. The parts before and after `->` or `=` share
//!   a line if they fit. Each clause (`on`, `via`, …) has its own line, indented by one level. A
//!   part that does not fit, or that contains comments, has each item of its list on its own line.
//!   Comments are above their item, or after its comma.
//! - JSON has one line for each item if the first item was on its own line, if it contains
//!   comments, or if it does not fit. Otherwise it is on one line, `{ "a": [1, 2] }`, as blocks
//!   are.
//! - Commas at the end of lists are tokens, so they are neither added nor removed.

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

//! The language of `policy!`: its tokens, its grammar, its layout, and how it becomes HuJSON. All of it is pure functions
//! on data.
//!
//! The same grammar reads the compiler's tokens and text. Whoever has tokens gives each of them a number, a
//! [`TokenId`](token::TokenId), and keeps a table of their places: `policy_macros` has spans in it, and [`TokenText`]
//! ranges of bytes. [`read`] makes a [`Reading`] of the tokens, and [`lower`] writes that as HuJSON, with a map back to
//! the tokens.
//!
//! ```
//! use policy_syntax::{Source, SourceKind, TokenText, lower, read};
//!
//! let text = TokenText::new("grants { autogroup:member -> tag:web on htps; }");
//! let are_on_one_line = |first, second| text.are_on_one_line(first, second);
//! let source = Source { kind: SourceKind::Policy, are_on_one_line: &are_on_one_line };
//! let lowered = lower(&read(&text.tokens, &source, Vec::new()));
//! assert_eq!(lowered.findings[0].message, "undefined port list `htps`");
//! assert_eq!(text.range(lowered.findings[0].origin), 40..44);
//! ```

mod cursor;
mod finding;
mod fix;
pub mod invariants_file;
pub mod layout;
mod lexer;
mod lower;
pub mod occurrence;
mod parse;
pub mod reserved;
pub mod string;
#[cfg(test)]
mod tests;
mod text;
pub mod token;
mod token_range;
mod tree;

pub use finding::Finding;
pub use fix::apply_fix;
pub use lower::{Lowered, Use, lower};
pub use parse::{Fragment, Iteration, LetSummary, Reading, RecoveredNames, Source, SourceKind, is_section, read};
pub use text::{LexicalError, TokenText};
pub use token_range::TokenRange;

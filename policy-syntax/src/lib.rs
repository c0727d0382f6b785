//! The language of `policy!`: its tokens, grammar and layout, and its conversion to HuJSON. All of
//! it is pure functions on data.
//!
//! The same grammar reads the compiler's tokens and text. The caller gives each token a number, a
//! [`TokenId`](token::TokenId), and keeps a table of places. That of `policy_macros` has spans, and
//! that of [`TokenText`] ranges of bytes. [`read`] parses the tokens into a [`Reading`], and
//! [`lower`] writes it as HuJSON, with a map back to the tokens.
//!
//! ```
//! use policy_syntax::{Source, SourceKind, TokenText, lower, read};
//!
//! let text = TokenText::new("grants { autogroup:member -> tag:web on htps; }");
//! let source = Source { kind: SourceKind::Policy, positions: &text };
//! let lowered = lower(&read(&text.tokens, &source, Vec::new()));
//! assert_eq!(lowered.findings[0].message, "undefined port list `htps`");
//! assert_eq!(text.range(lowered.findings[0].origin), 40..44);
//! ```

mod cursor;
mod finding;
mod fix;
mod hover;
pub mod invariants_file;
pub mod layout;
mod lexer;
mod lower;
pub mod occurrence;
mod parse;
mod positions;
pub mod reserved;
mod rule_hover;
mod rust_source;
pub mod string;
#[cfg(test)]
mod tests;
mod text;
pub mod token;
mod token_range;
mod tree;

pub use finding::Finding;
pub use fix::edit;
pub use hover::Hovers;
pub use lower::{Lowered, Use, lower};
pub use parse::{Fragment, Iteration, LetSummary, Reading, RecoveredNames, Source, SourceKind, is_section, read};
pub use positions::Positions;
pub use rule_hover::rule_hovers;
pub use rust_source::RustSource;
pub use text::{LexicalError, TokenText};
pub use token_range::TokenRange;

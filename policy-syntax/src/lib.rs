//! The language of `policy!`: its tokens, its grammar, its layout, and how it becomes HuJSON.
mod cursor;
mod finding;
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
pub use lower::{Lowered, Use, lower};
pub use parse::{Fragment, Iteration, LetSummary, Reading, RecoveredNames, Source, SourceKind, read};
pub use text::{LexicalError, TokenText};
pub use token_range::TokenRange;

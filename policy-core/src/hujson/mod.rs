//! HuJSON, the policy file's format: JSON with comments and trailing commas.
//!
//! [`Document`] is the lossless tree of a text. [`Document::format`] writes it as Tailscale's own
//! formatter does, byte for byte.

mod document;
mod edit;
mod extra;
mod format;
mod literal;
mod parse;
mod read;
mod scan;
mod syntax_error;
mod value;

pub use document::{Document, Kind, NodeId};
pub use extra::{Extra, extras};
pub use read::read;
pub use syntax_error::SyntaxError;

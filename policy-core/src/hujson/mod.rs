//! HuJSON, the policy file's format: JSON with comments and trailing commas.
//!
//! [`Document`] is the lossless tree of a text; [`Document::format`] writes it as Tailscale's own
//! formatter does, byte for byte.

mod document;
mod literal;
mod parse;
mod read;

pub use document::{Document, Kind, NodeId};
pub use parse::SyntaxError;
pub use read::read;

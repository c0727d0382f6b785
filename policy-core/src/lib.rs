//! What a tailnet policy is, whether it is valid, and what it does: pure functions on data.
//!
//! A policy arrives as text, HuJSON. `policy!` writes such a text too, and remembers which Rust
//! tokens each piece of it came from; so there is one reader, one checker, one formatter, and a
//! finding is a byte range that either front end turns into a place of its own.

pub mod analyze;
pub mod check;
pub mod diagnostic;
pub mod eval;
mod findings;
pub mod hujson;
pub mod model;
pub mod name;
pub mod render;
pub mod reserved;
pub mod sidecar;
#[cfg(test)]
mod small;
#[cfg(any(rust_analyzer, doc, test))]
pub mod vocabulary;

pub use diagnostic::{Code, Diagnostic, Severity};
pub use findings::{Tested, findings, tested};
pub use model::Policy;

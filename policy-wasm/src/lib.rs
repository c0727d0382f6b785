//! The program `policy` as a WebAssembly module.
//!
//! [`run()`] is its command line on files in memory. [`Workspace`] answers an editor. Both are plain
//! Rust, so that tests can compare them with the program; `bindings` gives them to JavaScript.

mod bindings;
mod diagnostics;
mod run;
mod utf16_index;
mod words;
mod workspace;

pub use run::{Options, run};
pub use utf16_index::Utf16Index;
pub use workspace::Workspace;

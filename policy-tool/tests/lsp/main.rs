//! Tests of `policy lsp`, driven on stdin and stdout as an editor does.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "clippy takes only the functions marked as tests for tests, not their helpers"
)]

mod client;
mod diagnostics;
mod facts;
mod naming;
mod rewrites;
mod session;
mod soak;
mod structure;
mod words;

//! Policies for tests and benchmarks, the same in every run.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on should panic"
)]

pub mod cases;
pub mod large;
pub mod small;
pub mod tailnet;

//! Pushes against a control plane in the same process, which misbehaves on demand.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should panic"
)]

mod operator;
mod property;
mod races;
mod steps;
mod world;

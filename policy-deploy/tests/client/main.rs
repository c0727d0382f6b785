//! The client against scripts of answers, and the transport against sockets.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "clippy takes only the functions marked as tests for tests, not their helpers"
)]

mod authorization;
mod control_plane;
mod discovery;
mod documentation;
mod errors;
mod facts;
mod handover;
mod http;
mod policy;
mod retry;
mod scripted;
mod secrets;
mod validate;

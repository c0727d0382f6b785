//! Other people's clients against our control plane for tests.
//!
//! Tailscale's own Go client shows that the control plane answers like Tailscale's. gitops-pusher,
//! the program that `policy push` replaces, shows what happens in each
//! [`situation`](situation::SITUATIONS), which is a table in the documentation.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on should panic")]

mod gitops_pusher;
mod go_client;
mod headscale_server;
mod page;
mod policy;
mod programs;
mod situation;
mod table;

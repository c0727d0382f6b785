//! Pushes with a watchdog, as real processes that are ended, stopped and hung up, against a control plane on a port.
//!
//! The waits are short, because the library does not ask for more. The command does.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod clock;
mod confirmation;
mod ended;
mod harness;
mod secrets;
mod server;

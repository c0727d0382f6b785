//! The command `push`: gives a policy to a tailnet.
//!
//! `policy_deploy::push` does the steps. This folder reads the options, and is the operator that it asks.

mod acceptance;
mod comparison;
mod finish;
mod guards;
mod operator;
pub(crate) mod options;
mod question;
mod restore_command;
mod run;
mod this_machine;
mod wanted;
mod watch;

pub(crate) use run::push;
pub(crate) use watch::{confirm, watch};

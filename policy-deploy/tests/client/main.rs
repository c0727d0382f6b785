//! The client against scripts of answers, and the transport against sockets.

mod authorization;
mod discovery;
mod errors;
mod facts;
mod handover;
mod http;
mod policy;
mod retry;
mod scripted;
mod secrets;
mod validate;

//! Serves a control plane on a port of this machine, over HTTP/1.1 with or without TLS.
//!
//! It is written on `std::net`, because a library would not let a fault cut a connection, or send
//! half of an answer.

mod certificate;
mod message;
mod server;

pub use certificate::Certificate;
pub use server::Server;

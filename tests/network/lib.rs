//! A laboratory of real Tailscale nodes in network namespaces, which get what this project compiles.

pub mod lab;
pub mod namespace;
pub mod nodes;
pub mod program;
pub mod sandbox;
pub mod tailnet;

//! What packets a tailnet lets through, decided without any analysis of this project.
//!
//! The only thing taken from it is what it compiles for each device: packet filters, peers and
//! routes, which agree with what Tailscale's control plane sends. [`network`] decides about packets
//! from these as a node does, and [`filter`] has Tailscale's own code decide the same. [`selector`] says
//! what the words of an invariant name, once more and in the plainest way.

pub mod address;
pub mod filter;
pub mod network;
pub mod selector;
pub mod shrink;
pub mod world;

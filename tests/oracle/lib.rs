//! Decides which packets pass in a tailnet, without any analysis of this project.
//!
//! It uses only the compiled output for each device: packet filters, peers and routes, which agree
//! with those that Tailscale's control plane sends. From these, [`network`] decides about packets
//! as a device does, and [`filter`] lets Tailscale's own code decide the same. [`selector`] is an
//! independent and simple implementation of the selectors of invariants.

pub mod address;
pub mod filter;
pub mod network;
pub mod selector;
pub mod shrink;
pub mod world;

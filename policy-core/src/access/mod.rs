//! Who may reach what: the facts and the declarations of a policy, indexed, and its rules in one form.

pub mod approval;
pub mod bits;
pub mod block;
pub mod except;
pub mod identity;
pub mod ip_set;
pub mod permits;
pub mod ports;
pub mod posture;
pub mod selectors;
pub mod tailnet;

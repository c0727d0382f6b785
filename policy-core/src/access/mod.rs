//! Who may reach what: the facts and the declarations of a policy, indexed, and its rules in one form.

pub mod approval;
pub mod bit_set;
pub mod endpoint;
pub mod interval;
pub mod ip_set;
pub mod port_set;
pub mod posture;
pub mod rule_index;
pub mod selector_index;
pub mod subtraction;
pub mod tailnet;

//! Who may reach what: what selectors stand for, which endpoints they name, and the rules in normal form.

pub mod address_space;
pub mod approval;
pub mod bit_set;
pub mod declarations;
pub mod denotation;
pub mod endpoint;
pub mod filter_address;
pub mod interval;
pub mod ip_set;
pub mod matching;
pub mod port_set;
pub mod posture;
pub mod rule_index;
pub mod rules_by_selector;
pub mod selector_index;
pub mod sorted;
pub mod ssh_rule_index;
pub mod subtraction;
pub mod tailnet;
mod tailnet_builder;
pub mod ternary;
pub mod unknowns;

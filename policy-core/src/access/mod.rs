//! Access by rules: what selectors stand for, which endpoints they name, and the rules in normal
//! form.

mod address_space;
pub mod approval;
mod bit_set;
mod declarations;
mod denotation;
mod endpoint;
mod family;
mod filter_address;
mod interval;
pub mod ip_set;
mod matching;
mod own_domains;
mod policy_selectors;
mod port_set;
pub mod posture;
mod rule_index;
pub mod rules_by_selector;
mod selector_index;
pub mod sorted;
mod ssh_rule_index;
mod subtraction;
mod tailnet;
mod tailnet_builder;
mod ternary;
mod unknowns;

pub use address_space::{FOUR_VIA_SIX, INTERNET, TAILNET, embedded_ipv4, has_tailscales};
pub use bit_set::BitSet;
pub use declarations::Declarations;
pub use denotation::{Denotation, domain_of, has_role, login_key};
pub use endpoint::{Endpoint, Principal, Reach};
pub use family::{Families, Family};
pub use filter_address::FilterAddress;
pub use interval::{IntervalTree, coalesce, overlap, single};
pub(crate) use interval::{after, before};
pub use matching::{matches_destination, matches_source};
pub use own_domains::OwnDomains;
pub use policy_selectors::policy_selectors;
pub use port_set::PortSet;
pub use rule_index::{AccessRule, RuleIndex, RuleRef, opens, rule_selectors};
pub use selector_index::{SelectorId, SelectorIndex};
pub use ssh_rule_index::{SshRuleIndex, ssh_rule_selectors};
pub use subtraction::{Inexact, InexactReason, Rest, Subtraction};
pub use tailnet::{DeviceId, Node, Resolution, Tailnet, UserId};
pub use ternary::{MissingFact, Ternary};
pub use unknowns::{Side, UnknownFact, UnknownIndex, UnknownSelectors, Unknowns};

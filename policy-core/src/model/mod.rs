//! The model of a tailnet policy.
//!
//! Every part has an [`Origin`](crate::source::Origin), so that a finding can point at it. Fields
//! have their names in the policy file, in snake case. An absent list equals one that is `null`.
//! Parts that could not be read are left out, and [`Policy::unreadable`] has the reasons.
//!
//! The sections come first, followed by [`Policy`]. Views of a whole policy come last:
//! [`LintLevels`], [`Policy::statements`] and [`Policy::endings`].

mod acl;
mod address;
mod auto_approvers;
mod autogroup;
mod bare_login;
mod condition;
mod date;
mod declaration;
mod declared_capability;
mod dialect;
mod duration;
mod endings;
mod facts;
pub(crate) mod form;
mod grant;
pub mod headscale_word;
mod invariant;
mod ipset;
mod known_capability;
mod level;
mod lint;
mod lint_levels;
mod list;
pub mod name;
mod node_attr;
mod policy;
mod policy_comment;
mod port;
mod posture;
mod posture_attribute;
mod protocol;
mod role;
mod selector;
mod selector_context;
mod service;
mod setting;
mod shape;
mod shape_text;
mod source_lines;
mod ssh;
mod statements;
mod test;
mod until;

pub use acl::{Acl, Destination};
pub use address::{AddressRange, Network, Prefix, parse_address};
pub use auto_approvers::{AutoApprovers, RouteApprovers, ServiceApprovers};
pub use autogroup::Autogroup;
pub use date::Date;
pub use declaration::{Group, Host, HostAddress, TagOwners};
pub use declared_capability::DeclaredCapability;
pub(crate) use declared_capability::place_in;
pub use dialect::Dialect;
pub use duration::Duration;
pub use endings::{Ending, EndingKind};
pub use facts::{Device, Facts, InvariantsFile, User};
pub use form::{Key, KeyValue, NamedValue, Word};
pub use grant::{App, Capability, Grant, Places, PortSpec};
pub use invariant::{Invariant, InvariantKind, InvariantTarget};
pub use ipset::{IpSet, IpSetEntry, Operation};
pub use known_capability::KnownCapability;
pub use level::Level;
pub use lint::{Lint, LintNameError};
pub use lint_levels::LintLevels;
pub use list::List;
pub use node_attr::{NODE_ATTRIBUTES, NodeAttr};
pub use policy::Policy;
pub use policy_comment::PolicyComment;
pub use port::PortRange;
pub use posture::{Comparison, Condition, Posture, Scalar};
pub use posture_attribute::{POSTURE_ATTRIBUTES, POSTURE_NAMESPACES, PostureType};
pub use protocol::Protocol;
pub use role::Role;
pub use selector::{Selector, SelectorKind};
pub use selector_context::{Acceptance, SelectorContext};
pub use service::{service_name, service_port, service_ports};
pub use setting::Setting;
pub use shape::{Field, Shape};
pub(crate) use shape_text::NamedShape;
pub use shape_text::ShapeError;
pub use source_lines::SourceLines;
pub use ssh::{Action, CheckPeriod, SshRule, localpart_domain};
pub use test::{SshTest, Target, Test};
pub use until::Until;

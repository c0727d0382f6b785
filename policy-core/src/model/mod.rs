//! What a tailnet policy is.
//!
//! Every node knows where it stands ([`Origin`]), so that a finding can name it. A field is named
//! as in the policy file, in Rust's case; a list that is absent and one that is `null` are the same.
//! What could not be read as what it should be is left out, and [`Policy::unreadable`] says why.

mod acl;
mod address;
mod auto_approvers;
mod autogroup;
mod condition;
mod declaration;
mod duration;
mod facts;
mod grant;
mod invariant;
mod ipset;
mod lint;
mod list;
pub mod name;
mod node_attr;
mod policy;
mod port;
mod posture;
mod protocol;
mod selector;
mod service;
mod setting;
mod source;
mod ssh;
mod test;

pub use acl::{Acl, Destination};
pub use address::{AddressRange, Network, Prefix, parse_address};
pub use auto_approvers::{AutoApprovers, RouteApprovers, ServiceApprovers};
pub use autogroup::Autogroup;
pub use declaration::{Group, Host, HostAddress, TagOwners};
pub use duration::Duration;
pub use facts::{Device, Facts, InvariantsFile, Role, User};
pub use grant::{App, Capability, Grant, PortSpec};
pub use invariant::{Invariant, InvariantKind, InvariantTarget};
pub use ipset::{IpSet, IpSetEntry, Operation};
pub use lint::{Level, Levels, Lint, NoWarning};
pub use list::List;
pub use node_attr::NodeAttr;
pub use policy::Policy;
pub use port::PortRange;
pub use posture::{Comparison, Condition, Posture, Scalar};
pub use protocol::Protocol;
pub use selector::{Selector, SelectorKind};
pub use service::service_name;
pub use setting::Setting;
pub use source::Source;
pub use ssh::{Action, CheckPeriod, SshRule, localpart_domain};
pub use test::{SshTest, Target, Test};

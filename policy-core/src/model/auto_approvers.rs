use crate::model::{List, Network, Selector};
use crate::source::Origin;

/// The `autoApprovers` section.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct AutoApprovers {
    /// `routes`
    pub routes: Vec<RouteApprovers>,
    /// `exitNode`
    pub exit_node: List<Selector>,
    /// The comment above `exitNode`.
    pub exit_node_doc: Option<String>,
    /// `services`
    pub services: Vec<ServiceApprovers>,
}

/// A member of `routes`: a prefix, and the approvers of its routes and those inside it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RouteApprovers {
    /// The prefix. Routes inside it are also approved.
    pub network: Network,
    /// The devices whose routes are approved.
    pub approvers: List<Selector>,
    /// The comment above it.
    pub doc: Option<String>,
    /// Name and value.
    pub origin: Origin,
}

/// A member of `services`: a service, or a tag of services, and the approvers of its hosts.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ServiceApprovers {
    /// `svc:…` or `tag:…`
    pub service: Selector,
    /// The devices that are approved as hosts.
    pub approvers: List<Selector>,
    /// The comment above it.
    pub doc: Option<String>,
    /// Name and value.
    pub origin: Origin,
}

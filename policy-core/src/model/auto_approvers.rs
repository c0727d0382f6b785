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

/// A member of `routes`: who may advertise a prefix, or one within it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RouteApprovers {
    /// What may be advertised, whole or in part.
    pub network: Network,
    /// Their routes are approved.
    pub approvers: List<Selector>,
    /// The comment above it.
    pub doc: Option<String>,
    /// Name and value.
    pub origin: Origin,
}

/// A member of `services`: who may host a service, or any service with a tag.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ServiceApprovers {
    /// `svc:…` or `tag:…`
    pub service: Selector,
    /// Their hosting is approved.
    pub approvers: List<Selector>,
    /// The comment above it.
    pub doc: Option<String>,
    /// Name and value.
    pub origin: Origin,
}

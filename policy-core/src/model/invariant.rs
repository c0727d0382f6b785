use super::{List, Origin, PortSpec, Selector};

/// What must hold of the whole policy, whoever and whatever joins the tailnet: a fact of the Rust source.
#[derive(Clone, Debug)]
pub struct Invariant {
    /// What must hold.
    pub kind: InvariantKind,
    /// Of whom.
    pub src: List<Selector>,
    /// Towards what.
    pub targets: Vec<InvariantTarget>,
    /// The comment above it.
    pub doc: Option<String>,
    /// The whole invariant.
    pub origin: Origin,
}

/// What an invariant demands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InvariantKind {
    /// The sources reach the targets and nothing else.
    Only,
    /// The sources do not reach the targets.
    Never,
}

/// Destinations and ports of an invariant.
#[derive(Clone, Debug)]
pub struct InvariantTarget {
    /// Destinations.
    pub dst: List<Selector>,
    /// Protocols and ports. Absent for all.
    pub ip: List<PortSpec>,
    /// The whole target.
    pub origin: Origin,
}

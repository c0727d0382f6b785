use crate::model::{List, PortSpec, Selector};
use crate::source::Origin;

/// A statement that must be true of the whole policy, whichever users and devices join the tailnet.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Invariant {
    /// The kind of statement.
    pub kind: InvariantKind,
    /// The sources.
    pub src: List<Selector>,
    /// The exceptions among the sources.
    pub src_except: List<Selector>,
    /// The targets. Empty for [`InvariantKind::Isolated`].
    pub targets: Vec<InvariantTarget>,
    /// The exceptions among the targets, or the allowed connections of [`InvariantKind::Isolated`].
    pub except: Vec<InvariantTarget>,
    /// The comment above it.
    pub doc: Option<String>,
    /// The whole invariant.
    pub origin: Origin,
}

impl Invariant {
    /// Returns every selector in it.
    pub fn selectors(&self) -> impl Iterator<Item = &Selector> {
        let targets = self.targets.iter().chain(&self.except);
        self.src.iter().chain(&self.src_except).chain(targets.flat_map(|target| &target.dst))
    }
}

/// The kind of an invariant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InvariantKind {
    /// The sources can reach the targets and nothing else.
    Only,
    /// The sources cannot reach the targets.
    Never,
    /// No connections from outside, and none to the outside.
    Isolated,
}

/// Destinations and ports of an invariant.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct InvariantTarget {
    /// Destinations.
    pub dst: List<Selector>,
    /// Protocols and ports. Absent for all ports.
    pub ip: List<PortSpec>,
    /// The whole target.
    pub origin: Origin,
}

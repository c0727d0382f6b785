use crate::model::{List, PortSpec, Selector};
use crate::source::Origin;

/// What must hold of the whole policy, whoever and whatever joins the tailnet.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Invariant {
    /// What must hold.
    pub kind: InvariantKind,
    /// Of whom.
    pub src: List<Selector>,
    /// Less these.
    pub src_except: List<Selector>,
    /// Towards what. None if it is [`InvariantKind::Isolated`].
    pub targets: Vec<InvariantTarget>,
    /// Less these; or what is let in and out all the same.
    pub except: Vec<InvariantTarget>,
    /// The comment above it.
    pub doc: Option<String>,
    /// The whole invariant.
    pub origin: Origin,
}

impl Invariant {
    /// Every selector in it.
    pub fn selectors(&self) -> impl Iterator<Item = &Selector> {
        let targets = self.targets.iter().chain(&self.except);
        self.src.iter().chain(&self.src_except).chain(targets.flat_map(|target| &target.dst))
    }
}

/// What an invariant demands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InvariantKind {
    /// The sources reach the targets and nothing else.
    Only,
    /// The sources do not reach the targets.
    Never,
    /// Nothing goes in, nothing goes out.
    Isolated,
}

/// Destinations and ports of an invariant.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct InvariantTarget {
    /// Destinations.
    pub dst: List<Selector>,
    /// Protocols and ports. Absent for all.
    pub ip: List<PortSpec>,
    /// The whole target.
    pub origin: Origin,
}

//! A guard with its result.

use crate::guard::guard_name::GuardName;
use crate::guard::witness::Witness;

/// A statement about a push, and whether it is true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guard {
    /// The statement.
    pub name: GuardName,
    /// The result.
    pub outcome: Outcome,
    /// What the result is based on, if the facts do not say it: for example who administers the
    /// tailnet. Each is a sentence without a period.
    pub basis: Vec<String>,
}

/// The result of a guard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The statement is true, whatever the unknown facts are.
    Holds,
    /// The statement is false. Each witness shows why.
    Violated(Vec<Witness>),
    /// The statement depends on unknown facts. Each witness names one.
    Unknown(Vec<Witness>),
}

impl Guard {
    pub(super) fn new(name: GuardName, outcome: Outcome) -> Guard {
        Guard { name, outcome, basis: Vec::new() }
    }

    /// Returns whether a push must stop. A guard that depends on an unknown fact stops it, too.
    pub fn stops(&self) -> bool {
        match self.outcome {
            Outcome::Holds => false,
            Outcome::Violated(_) | Outcome::Unknown(_) => true,
        }
    }

    /// Returns the witnesses. Empty if the guard holds.
    pub fn witnesses(&self) -> &[Witness] {
        match &self.outcome {
            Outcome::Holds => &[],
            Outcome::Violated(witnesses) | Outcome::Unknown(witnesses) => witnesses,
        }
    }
}

impl Outcome {
    /// Returns the outcome with these witnesses. A violation is reported before anything unknown.
    pub(super) fn new(violated: Vec<Witness>, unknown: Vec<Witness>) -> Outcome {
        match (violated.is_empty(), unknown.is_empty()) {
            (false, _) => Outcome::Violated(violated),
            (true, false) => Outcome::Unknown(unknown),
            (true, true) => Outcome::Holds,
        }
    }
}

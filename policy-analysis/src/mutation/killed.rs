//! The mutants that tests kill.

use std::collections::HashSet;

use policy_core::source::Origin;

use crate::mutation::{Mutation, Widening};

/// The mutants of rules that some tests kill. `S` is a set of rules.
#[derive(Debug)]
pub(crate) struct Killed<S> {
    /// The rules without which a test would fail.
    pub(crate) deletions: HashSet<Origin>,
    /// The rules that would make a test fail if they were wider.
    pub(crate) widenings: Widenings<S>,
}

/// A value for each way to widen a rule.
#[derive(Clone, Debug, Default)]
pub(crate) struct Widenings<S> {
    pub(crate) source: S,
    pub(crate) destination: S,
    pub(crate) ports: S,
}

impl<S> Killed<S> {
    pub(crate) fn new(widenings: Widenings<S>) -> Self {
        Killed { deletions: HashSet::new(), widenings }
    }

    /// Whether a mutant of a rule is killed. `has` looks the rule up among those that are killed when widened.
    pub(crate) fn has(&self, rule: Origin, mutation: Mutation, has: impl Fn(&S) -> bool) -> bool {
        match mutation {
            Mutation::Deletion => self.deletions.contains(&rule),
            Mutation::Widening(widening) => has(self.widenings.get(widening)),
        }
    }
}

impl<S> Widenings<S> {
    pub(crate) fn get(&self, widening: Widening) -> &S {
        match widening {
            Widening::Source => &self.source,
            Widening::Destination => &self.destination,
            Widening::Ports => &self.ports,
        }
    }
}

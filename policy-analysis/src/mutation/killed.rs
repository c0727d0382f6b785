//! The mutants that tests kill.

use std::collections::HashSet;

use policy_core::source::Origin;

use crate::mutation::{Mutation, Widening};

/// The mutants of rules that some tests kill. `S` is a set of rules.
#[derive(Debug)]
pub(crate) struct Killed<S> {
    /// The rules whose deletion makes a test fail.
    pub(crate) deletions: HashSet<Origin>,
    /// The rules that make a test fail if they have every source.
    pub(crate) sources: S,
    /// The rules that make a test fail if they have every destination.
    pub(crate) destinations: S,
    /// The rules that make a test fail if they have every port or account.
    pub(crate) ports: S,
}

impl Killed<HashSet<Origin>> {
    /// Adds the mutants of another set.
    pub(crate) fn add_all(&mut self, other: Self) {
        self.deletions.extend(other.deletions);
        self.sources.extend(other.sources);
        self.destinations.extend(other.destinations);
        self.ports.extend(other.ports);
    }

    /// Returns the mutants that are in both sets.
    pub(crate) fn and(&self, other: &Self) -> Self {
        Killed {
            deletions: &self.deletions & &other.deletions,
            sources: &self.sources & &other.sources,
            destinations: &self.destinations & &other.destinations,
            ports: &self.ports & &other.ports,
        }
    }
}

impl<S: Clone> Killed<S> {
    pub(crate) fn new(none: S) -> Self {
        Killed { deletions: HashSet::new(), sources: none.clone(), destinations: none.clone(), ports: none }
    }

    /// Returns the rules for which this widening is killed.
    pub(crate) fn widened(&self, widening: Widening) -> &S {
        match widening {
            Widening::Source => &self.sources,
            Widening::Destination => &self.destinations,
            Widening::Ports => &self.ports,
        }
    }

    /// Returns whether a mutant of a rule is killed. `is_in` looks the rule up in a set of rules.
    pub(crate) fn has(&self, rule: Origin, mutation: Mutation, is_in: impl Fn(&S) -> bool) -> bool {
        match mutation {
            Mutation::Deletion => self.deletions.contains(&rule),
            Mutation::Widening(widening) => is_in(self.widened(widening)),
        }
    }
}

//! The ends of network tests, with the rules of each.

use std::collections::HashSet;

use crate::access::{BitSet, RuleIndex, Side, Tailnet, UnknownIndex};
use crate::model::Selector;
use crate::testing::test_endpoint::{TestEndpoint, carriers, parties};

/// Indexes the rules that an end may match, depending on facts that are unknown.
pub fn index_unknowns(tailnet: &Tailnet, rules: &RuleIndex) -> UnknownIndex {
    UnknownIndex::new(tailnet, &rules.selectors, |ids| rules.with(ids))
}

/// An end of a test.
#[derive(Clone)]
pub struct TestEnd<'p> {
    /// Who or what it is.
    pub endpoint: TestEndpoint<'p>,
    /// The rules that match it at this end.
    pub certain: BitSet,
    /// These and the rules that may match it.
    pub possible: BitSet,
}

/// What it takes to find the rules of an end.
#[derive(Clone, Copy)]
pub struct EndResolver<'a, 'p> {
    /// The tailnet of the policy.
    pub tailnet: &'a Tailnet<'p>,
    /// The rules of the policy.
    pub rules: &'a RuleIndex<'p>,
    /// See [`index_unknowns`].
    pub unknowns: &'a UnknownIndex,
}

impl<'p> EndResolver<'_, 'p> {
    /// Returns everything that a selector of a test stands for.
    pub fn ends(self, selector: &'p Selector, side: Side) -> Vec<TestEnd<'p>> {
        self.distinct(parties(self.tailnet, selector), side)
    }

    /// Returns the devices of a tag with all their tags, if one of them has several.
    pub fn multi_tag_devices(self, selector: &'p Selector, side: Side) -> Option<Vec<TestEnd<'p>>> {
        Some(self.distinct(carriers(self.tailnet, selector)?, side))
    }

    /// Keeps one of all ends that the rules do not tell apart: a tag may have a thousand devices.
    fn distinct(self, endpoints: Vec<TestEndpoint<'p>>, side: Side) -> Vec<TestEnd<'p>> {
        let mut seen = HashSet::new();
        let mut ends: Vec<TestEnd> = endpoints.into_iter().map(|endpoint| self.end(endpoint, side)).collect();
        ends.retain(|end| end.certain != end.possible || seen.insert((end.certain.clone(), end.endpoint.user())));
        ends
    }

    fn end(self, endpoint: TestEndpoint<'p>, side: Side) -> TestEnd<'p> {
        let certain = match side {
            Side::Source => self.rules.from(self.tailnet, endpoint.endpoint()),
            Side::Destination => self.rules.to(endpoint.endpoint()),
        };
        let mut possible = certain.clone();
        self.unknowns.add_to(&mut possible, &endpoint.unknown_facts(), side);
        TestEnd { endpoint, certain, possible }
    }
}

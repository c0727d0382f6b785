//! The ends of network tests, with the rules of each.

use std::collections::HashSet;

use crate::access::{BitSet, RuleIndex, Side, Tailnet, UnknownIndex};
use crate::model::Selector;
use crate::testing::reading::Reading;
use crate::testing::test_endpoint::{TestEndpoint, carriers, parties};

/// Indexes the rules that an end may match, depending on unknown facts.
pub fn index_unknowns(tailnet: &Tailnet, rules: &RuleIndex) -> UnknownIndex {
    UnknownIndex::new(tailnet, &rules.selectors, |ids| rules.with(ids))
}

/// An end of a test.
#[derive(Clone)]
pub struct TestEnd<'p> {
    /// The endpoint.
    pub endpoint: TestEndpoint<'p>,
    /// The rules that match it at this end.
    pub certain: BitSet,
    /// The rules that match or may match it.
    pub possible: BitSet,
}

/// The data that is needed to find the rules of an end.
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

    /// Removes ends that the rules do not distinguish. A tag may have a thousand devices.
    fn distinct(self, endpoints: Vec<TestEndpoint<'p>>, side: Side) -> Vec<TestEnd<'p>> {
        let mut seen = HashSet::new();
        let mut ends: Vec<TestEnd> = endpoints.into_iter().map(|endpoint| self.end(endpoint, side)).collect();
        ends.retain(|end| end.certain != end.possible || seen.insert((end.certain.clone(), end.endpoint.user())));
        ends
    }

    /// Returns the sources in another reading.
    pub fn read_as(self, sources: &[TestEnd<'p>], reading: Reading<'p>) -> Vec<TestEnd<'p>> {
        sources.iter().map(|source| self.end(source.endpoint.read_as(reading), Side::Source)).collect()
    }

    /// Returns the sources with only the rules that apply to all of them.
    pub fn in_common(self, sources: &[TestEnd<'p>]) -> Vec<TestEnd<'p>> {
        let Some(first) = sources.first() else { return Vec::new() };
        let mut common = first.certain.clone();
        sources.iter().for_each(|source| common.keep_all(&source.certain));
        let with = |source: &TestEnd<'p>| TestEnd {
            endpoint: source.endpoint.clone(),
            certain: common.clone(),
            possible: common.clone(),
        };
        sources.iter().map(with).collect()
    }

    fn end(self, endpoint: TestEndpoint<'p>, side: Side) -> TestEnd<'p> {
        let certain = match side {
            Side::Source => {
                let selectors = &self.rules.selectors;
                let named = selectors.of_source(self.tailnet, endpoint.endpoint());
                self.rules.with(&endpoint.reading().among(selectors, named)).into_iter().next().unwrap_or_default()
            }
            Side::Destination => self.rules.to(endpoint.endpoint()),
        };
        let mut possible = certain.clone();
        self.unknowns.add_to(&mut possible, &endpoint.unknown_facts(), side);
        TestEnd { endpoint, certain, possible }
    }
}

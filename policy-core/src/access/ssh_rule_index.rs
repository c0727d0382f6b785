//! SSH rules found by the selectors at their two ends.

use crate::access::rules_by_end::RulesByEnd;
use crate::access::selector_index::SelectorIndex;
use crate::model::{Policy, Selector, SshRule};

/// The SSH rules of a policy, in order, and where to find them.
#[derive(Debug)]
pub struct SshRuleIndex<'p> {
    /// The rules by their numbers.
    pub list: Vec<&'p SshRule>,
    /// The numbers by selector.
    pub by_end: RulesByEnd,
}

impl<'p> SshRuleIndex<'p> {
    /// Indexes the SSH rules of a policy. `selectors` must have the [`ssh_ends`] of the policy.
    pub fn new(policy: &'p Policy, selectors: &SelectorIndex) -> Self {
        let ids: Vec<_> = policy.ssh.iter().map(|rule| (selectors.ids(&rule.src), selectors.ids(&rule.dst))).collect();
        let ends: Vec<_> = ids.iter().map(|(src, dst)| (src.as_slice(), dst.as_slice())).collect();
        SshRuleIndex { list: policy.ssh.iter().collect(), by_end: RulesByEnd::new(selectors, &ends) }
    }

    /// Returns the rules with these numbers.
    pub fn rules(&self, numbers: impl IntoIterator<Item = usize>) -> impl Iterator<Item = &'p SshRule> {
        numbers.into_iter().filter_map(|number| self.list.get(number).copied())
    }
}

/// Returns the sources and destinations of all SSH rules.
pub fn ssh_ends(policy: &Policy) -> impl Iterator<Item = &Selector> {
    policy.ssh.iter().flat_map(|rule| rule.src.iter().chain(&rule.dst))
}

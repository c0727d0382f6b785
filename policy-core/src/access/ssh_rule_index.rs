//! An index of the SSH rules by the selectors at their two ends.

use crate::access::bit_set::BitSet;
use crate::access::rules_by_selector::RulesBySelector;
use crate::access::selector_index::{SelectorId, SelectorIndex};
use crate::model::{Policy, Selector, SshRule};

/// The SSH rules of a policy, in order, with indexes by selector.
#[derive(Debug)]
pub struct SshRuleIndex<'p> {
    /// The rules by their numbers.
    pub list: Vec<&'p SshRule>,
    /// The numbers by source.
    pub by_source: RulesBySelector,
    /// The numbers by destination.
    pub by_destination: RulesBySelector,
    /// The rules whose destinations include `autogroup:self`.
    pub to_own: BitSet,
}

impl<'p> SshRuleIndex<'p> {
    /// Indexes the SSH rules of a policy. `selectors` must include the [`ssh_rule_selectors`] of
    /// the policy.
    pub fn new(policy: &'p Policy, selectors: &SelectorIndex) -> Self {
        let index = |end: fn(&SshRule) -> &[Selector]| {
            let ids: Vec<Vec<SelectorId>> = policy.ssh.iter().map(|rule| selectors.ids(end(rule))).collect();
            RulesBySelector::new(selectors.len(), ids.iter().map(Vec::as_slice))
        };
        let (by_source, by_destination) = (index(|rule| &rule.src), index(|rule| &rule.dst));
        let to_own = by_destination.rules(selectors.own_devices().as_slice());
        SshRuleIndex { list: policy.ssh.iter().collect(), by_source, by_destination, to_own }
    }

    /// Returns the rules with these numbers.
    pub fn rules(&self, numbers: impl IntoIterator<Item = usize>) -> impl Iterator<Item = &'p SshRule> {
        numbers.into_iter().filter_map(|number| self.list.get(number).copied())
    }
}

/// Returns the sources and destinations of all SSH rules.
pub fn ssh_rule_selectors(policy: &Policy) -> impl Iterator<Item = &Selector> {
    policy.ssh.iter().flat_map(|rule| rule.src.iter().chain(&rule.dst))
}

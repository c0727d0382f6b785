//! The rules between two ends.

use policy_core::access::Families;

use crate::query::numbers::Numbers;

/// The numbers of the rules between two ends.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct RulesBetween {
    /// Grants and ACLs.
    pub(super) network: Numbers,
    /// The network rules that do not apply to every family that one end has, with their families,
    /// in order. See
    /// [`QueryEnd::expected_families`](crate::query::query_end::QueryEnd::expected_families).
    pub(super) limited: Vec<(usize, Families)>,
    /// Grants and ACLs that allow packets which no router of the facts carries, in order.
    pub(super) not_carried: Vec<usize>,
    /// SSH rules.
    pub(super) ssh: Numbers,
    /// The possible rules that may not match the source, and those that may not match the
    /// destination. The first pair is of grants and ACLs, the second of SSH rules.
    pub(super) doubts: [[Vec<usize>; 2]; 2],
}

impl RulesBetween {
    /// Returns whether no rule applies or may apply.
    pub(super) fn is_empty(&self) -> bool {
        self.network.is_empty() && self.ssh.is_empty()
    }

    /// Returns the number of rules.
    pub(super) fn len(&self) -> usize {
        let Numbers { certain, possible } = &self.network;
        certain.len() + possible.len() + self.ssh.certain.len() + self.ssh.possible.len()
    }

    /// Returns the families of addresses that a rule applies to, if these are not the expected
    /// ones.
    pub(super) fn limit(&self, rule: usize) -> Option<Families> {
        let found = self.limited.binary_search_by_key(&rule, |(rule, _)| *rule).ok()?;
        self.limited.get(found).map(|(_, families)| *families)
    }

    /// Keeps some of the access rules.
    pub(super) fn retain_network(&mut self, keep: impl Fn(usize) -> bool) {
        self.network.certain.retain(|&rule| keep(rule));
        self.network.possible.retain(|&rule| keep(rule));
        self.not_carried.retain(|&rule| keep(rule));
        self.limited.retain(|&(rule, _)| keep(rule));
        self.doubts.first_mut().into_iter().flatten().for_each(|rules| rules.retain(|&rule| keep(rule)));
    }

    /// Keeps some of the SSH rules.
    pub(super) fn retain_ssh(&mut self, keep: impl Fn(usize) -> bool) {
        self.ssh.certain.retain(|&rule| keep(rule));
        self.ssh.possible.retain(|&rule| keep(rule));
        self.doubts.last_mut().into_iter().flatten().for_each(|rules| rules.retain(|&rule| keep(rule)));
    }
}

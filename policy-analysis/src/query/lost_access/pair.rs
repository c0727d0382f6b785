//! The comparison of one source and one destination under two policies.

use std::collections::HashMap;

use crate::query::lost_access::accounts::Accounts;
use crate::query::lost_access::loss::{AccessKind, LossDoubt, LostAccess};
use crate::query::lost_access::offer::{Offer, subtract};
use crate::query::lost_access::targets::Target;
use crate::query::lost_access::view::{View, is_role_unknown};
use crate::query::query_end::QueryEnd;
use crate::query::query_ends::QueryEnds;
use crate::query::rules_between::RulesBetween;
use policy_core::access::PortSet;
use policy_core::model::Protocol;
use policy_core::source::Origin;

/// The port of Tailscale SSH.
const SSH: u16 = 22;

/// A loss between two ends, without their names.
#[derive(Clone, PartialEq)]
struct PairLoss {
    what: AccessKind,
    rule: Origin,
    doubt: Option<LossDoubt>,
}

/// The rules between two ends under both policies, and the login of the source.
type RulesOfPair = (RulesBetween, Option<RulesBetween>, Option<String>);

/// Compares pairs of ends.
pub(super) struct PairComparison<'a, 'p> {
    old: &'a View<'p>,
    new: &'a View<'p>,
    accounts: &'a Accounts,
    ports: Option<&'a PortSet>,
    /// The losses between ends about which every fact is known.
    known: HashMap<RulesOfPair, Vec<PairLoss>>,
}

impl<'a, 'p> PairComparison<'a, 'p> {
    /// Compares two policies. With `ports`, only these ports count.
    pub(super) fn new([old, new]: [&'a View<'p>; 2], accounts: &'a Accounts, ports: Option<&'a PortSet>) -> Self {
        PairComparison { old, new, accounts, ports, known: HashMap::new() }
    }

    /// Returns the losses of a source at the target with this number. `sources` has the ends of the
    /// source under each policy.
    pub(super) fn losses_at(
        &mut self,
        [sources, new_sources]: [&[QueryEnd<'p>]; 2],
        place: usize,
        target: &Target,
    ) -> Vec<LostAccess> {
        let (old, new) = (self.old, self.new);
        let mut lost: Vec<LostAccess> = Vec::new();
        let mut found: Vec<PairLoss> = Vec::new();
        for source in sources {
            for destination in old.destinations(place) {
                if source.device.is_some() && source.device == destination.device {
                    continue;
                }
                let froms = counterparts(source, new_sources);
                let tos = counterparts(destination, new.destinations(place));
                for is_own in old.world.ownerships(source, destination, false) {
                    let between = old.world.between(source, destination, is_own);
                    if between.is_empty() {
                        continue;
                    }
                    let ends = QueryEnds { source, destination, is_own };
                    for mut loss in self.losses(ends, &between, &new.pairs(&froms, &tos, is_own)) {
                        if is_role_unknown(source) {
                            if found.contains(&loss) {
                                continue;
                            }
                            loss.doubt.get_or_insert_with(of_role);
                        } else {
                            found.push(loss.clone());
                        }
                        let name = target.label.as_deref().unwrap_or(destination.name());
                        let (source, destination) = (source.name().to_owned(), name.to_owned());
                        let PairLoss { what, rule, doubt } = loss;
                        let one = LostAccess { source, destination, what, rule, doubt };
                        if !lost.contains(&one) {
                            lost.push(one);
                        }
                    }
                }
            }
        }
        lost
    }

    /// Returns the losses between two ends that are `others` under the new policy. Everything is
    /// lost if there are none.
    fn losses(
        &mut self,
        ends: QueryEnds<'_, 'p>,
        between: &RulesBetween,
        others: &[QueryEnds<'_, 'p>],
    ) -> Vec<PairLoss> {
        if others.is_empty() {
            return self.compare(ends, between, None);
        }
        let mut all: Vec<PairLoss> = Vec::new();
        for &other in others {
            for loss in self.compare(ends, between, Some(other)) {
                if !all.contains(&loss) {
                    all.push(loss);
                }
            }
        }
        all
    }

    fn compare(
        &mut self,
        ends: QueryEnds<'_, 'p>,
        between: &RulesBetween,
        other: Option<QueryEnds<'_, 'p>>,
    ) -> Vec<PairLoss> {
        let other = other.map(|other| (other, self.new.world.between(other.source, other.destination, other.is_own)));
        let has_doubt = |rules: &RulesBetween| !rules.network.possible.is_empty() || !rules.ssh.possible.is_empty();
        if has_doubt(between) || other.as_ref().is_some_and(|(_, rules)| has_doubt(rules)) {
            return self.subtract(ends, between, other.as_ref());
        }
        let rules = other.as_ref().map(|(_, rules)| rules.clone());
        let key = (between.clone(), rules, ends.source.login().map(str::to_owned));
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let losses = self.subtract(ends, between, other.as_ref());
        self.known.insert(key, losses.clone());
        losses
    }

    fn subtract(
        &self,
        ends: QueryEnds<'_, 'p>,
        between: &RulesBetween,
        other: Option<&(QueryEnds<'_, 'p>, RulesBetween)>,
    ) -> Vec<PairLoss> {
        let (old, new) = (self.old, self.new);
        let had: Vec<Offer<PortSet>> = old.network_offers(between, ends, self.ports);
        let kept = other.map(|(ends, between)| new.network_offers(between, *ends, self.ports)).unwrap_or_default();
        let ports = subtract(&had, &kept);
        let ssh = PortSet::single(Protocol::TCP, SSH);
        let loses_port = ports.iter().any(|loss| loss.extent.overlap(&ssh));
        let had_port = had.iter().any(|offer| offer.extent.overlap(&ssh));
        let mut losses: Vec<PairLoss> = Vec::new();
        losses.extend(ports.into_iter().map(|loss| PairLoss {
            what: AccessKind::Ports(loss.extent),
            rule: loss.rule,
            doubt: loss.doubt,
        }));
        // Without the port, every login is lost, and that is one loss.
        if had_port && !loses_port {
            let had = old.login_offers(between, ends, self.accounts);
            let kept = other.map(|(ends, between)| new.login_offers(between, *ends, self.accounts)).unwrap_or_default();
            losses.extend(subtract(&had, &kept).into_iter().map(|loss| PairLoss {
                what: AccessKind::Logins(self.accounts.named(&loss.extent)),
                rule: loss.rule,
                doubt: loss.doubt,
            }));
        }
        losses
    }
}

/// Returns the doubt about someone whose name says which role is assumed.
fn of_role() -> LossDoubt {
    LossDoubt::HadIf(vec!["if they have that role, which is unknown".to_owned()])
}

/// Returns the ends of the other policy that an end is. If none has its name, it may be any of
/// them.
fn counterparts<'e, 'p>(end: &QueryEnd, others: &'e [QueryEnd<'p>]) -> Vec<&'e QueryEnd<'p>> {
    let same: Vec<&QueryEnd> = others.iter().filter(|other| other.name() == end.name()).collect();
    if same.is_empty() { others.iter().collect() } else { same }
}

//! The last days of rules. After each of them a policy gives less, and the remaining rules are
//! compared again.

use std::collections::{BTreeSet, HashMap};

use crate::diff::region::Region;
use crate::diff::version::Version;
use policy_core::model::{Date, Policy};
use policy_core::source::Origin;

/// The last days of the rules of both versions.
#[derive(Debug)]
pub(super) struct Endings([HashMap<Origin, Date>; 2]);

impl Endings {
    pub(super) fn new(policies: [&Policy; 2]) -> Self {
        Endings(policies.map(|policy| {
            // An `allow` above a rule has the rule's origin, too, and is not wanted here.
            let endings = policy.endings().into_iter().filter(|ending| ending.kind.is_rule());
            endings.map(|ending| (ending.origin, ending.until.date)).collect()
        }))
    }

    /// Returns the last day of a rule, if it has one.
    pub(super) fn date(&self, version: Version, rule: Origin) -> Option<Date> {
        version.select(&self.0).get(&rule).copied()
    }

    /// Returns the last days of these regions in both versions, in order.
    pub(super) fn dates<E>(&self, regions: &[Vec<Region<E>>; 2]) -> Vec<Date> {
        let dates =
            |version: Version| version.select(regions).iter().filter_map(move |region| self.date(version, region.rule));
        Version::BOTH.into_iter().flat_map(dates).collect::<BTreeSet<Date>>().into_iter().collect()
    }

    /// Returns the regions of both versions that remain after a day.
    pub(super) fn remaining<E: Clone>(&self, date: Date, regions: &[Vec<Region<E>>; 2]) -> [Vec<Region<E>>; 2] {
        Version::BOTH.map(|version| {
            let is_left = |region: &&Region<E>| self.date(version, region.rule).is_none_or(|last| last > date);
            version.select(regions).iter().filter(is_left).cloned().collect()
        })
    }
}

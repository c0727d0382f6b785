//! The share of network access that a change removes.

use std::collections::{BTreeMap, BTreeSet};

use crate::diff::change::Relation;
use crate::diff::comparison::Comparison;
use crate::diff::cube::Gain;
use crate::diff::joint_classes::{JointClasses, Scope};
use crate::diff::joint_policy::JointPolicy;
use crate::diff::network_access;
use crate::diff::posture::Postures;
use crate::diff::region::Region;
use crate::diff::subtract::{Attribution, subtract};
use policy_core::access::PortSet;
use policy_core::model::{Policy, Protocol};

/// The number of cells of network access that a policy has, and the number that another one lacks.
///
/// A cell is a source, a destination, a range of ports, and a condition. Sources and destinations
/// are equivalence classes that neither policy distinguishes further. Devices of one user and of
/// different users are two cells if both are possible. A range of ports belongs to one protocol,
/// and no rule of either policy splits it. The condition is a posture or none, and the routers of a
/// `via`. Access that several rules give is one cell. Logins over Tailscale SSH are not counted, and
/// neither are pings, which every open port implies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct LossCount {
    /// The number of cells of the old policy.
    pub cells: u64,
    /// The number of them that the new policy lacks.
    pub lost: u64,
}

impl LossCount {
    /// Returns whether more than this share is lost, in percent.
    pub fn exceeds(&self, percent: u8) -> bool {
        u128::from(self.lost) * 100 > u128::from(self.cells) * u128::from(percent)
    }

    /// Returns the share that is lost in percent, rounded up. Zero only if nothing is lost.
    pub fn percent(&self) -> u64 {
        let percent = (u128::from(self.lost) * 100).div_ceil(u128::from(self.cells.max(1)));
        u64::try_from(percent).unwrap_or(u64::MAX)
    }
}

/// See [`Analysis::count_losses`](crate::Analysis::count_losses).
pub(crate) fn count_losses(old: &Policy, new: &Policy) -> LossCount {
    let joint = JointPolicy::new(old, new);
    let classes = JointClasses::new(&joint, Scope::Everyone);
    let postures = Postures::new(old, new);
    let mut comparison = Comparison::new([old, new], &classes, &postures);
    let [before, after] = comparison.read(network_access::read);
    let ranges = PortRanges::new(before.iter().chain(&after));
    let count = |gains: &[Gain<PortSet>]| gains.iter().map(|gain| count_cells(&comparison, &ranges, gain)).sum();
    // Nothing is subtracted, but the parts do not overlap.
    let cells = count(&subtract(&comparison, &before, &[], Attribution::Largest));
    let lost = count(&subtract(&comparison, &before, &after, Attribution::Largest));
    LossCount { cells, lost }
}

fn count_cells(comparison: &Comparison, ranges: &PortRanges, gain: &Gain<PortSet>) -> u64 {
    let (region, cube, space) = (gain.region, &gain.cube, &comparison.classes.space);
    let sources = comparison.sets.sources.classes(region.sources);
    let destinations: Vec<_> =
        cube.destinations.iter(comparison.sets.destinations.classes(region.destinations)).collect();
    let mut pairs = 0_u64;
    for source in cube.sources.iter(sources) {
        for &destination in &destinations {
            let is_own = cube.relation != Relation::Others && space.may_be_same_user(source, destination);
            let is_other = cube.relation != Relation::Own && space.may_be_different_users(source, destination);
            pairs += u64::from(is_own) + u64::from(is_other);
        }
    }
    let conditions = cube.when.len().max(1) as u64;
    pairs.saturating_mul(ranges.count(&cube.extent)).saturating_mul(conditions)
}

/// The ranges of ports that no rule splits, by protocol: the first port of each.
struct PortRanges(BTreeMap<Protocol, BTreeSet<u32>>);

impl PortRanges {
    fn new<'r>(regions: impl Iterator<Item = &'r Region<PortSet>>) -> PortRanges {
        let mut firsts: BTreeMap<Protocol, BTreeSet<u32>> = BTreeMap::new();
        for (protocol, range) in regions.flat_map(|region| region.extent.ranges()) {
            let firsts = firsts.entry(protocol).or_default();
            firsts.extend([u32::from(range.first), u32::from(range.last) + 1]);
        }
        PortRanges(firsts)
    }

    /// Returns the number of ranges in a set, without pings.
    fn count(&self, ports: &PortSet) -> u64 {
        let inside = |(protocol, range): (Protocol, policy_core::model::PortRange)| {
            let firsts = self.0.get(&protocol).into_iter();
            firsts.flat_map(move |firsts| firsts.range(u32::from(range.first)..=u32::from(range.last))).count() as u64
        };
        ports.without(&PortSet::pings()).ranges().map(inside).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::extent::Extent;
    use policy_generate::small::{self, Random};

    /// Counts the cells of two policies without postures and `via`, pair by pair.
    fn count_pairs(old: &Policy, new: &Policy) -> LossCount {
        let joint = JointPolicy::new(old, new);
        let classes = JointClasses::new(&joint, Scope::Everyone);
        let postures = Postures::new(old, new);
        let mut comparison = Comparison::new([old, new], &classes, &postures);
        let [before, after] = comparison.read(network_access::read);
        let ranges = PortRanges::new(before.iter().chain(&after));
        let space = &classes.space;
        let mut count = LossCount::default();
        for source in 0..space.sources.len() {
            for destination in 0..space.destinations.len() {
                let is_possible =
                    [space.may_be_different_users(source, destination), space.may_be_same_user(source, destination)];
                for is_own in [false, true].into_iter().filter(|&is_own| is_possible[usize::from(is_own)]) {
                    let open = |regions: &[Region<PortSet>]| {
                        let applies = |region: &&Region<PortSet>| {
                            comparison.sets.sources.classes(region.sources).contains(&source)
                                && comparison.sets.destinations.classes(region.destinations).contains(&destination)
                                && (is_own || !region.same_user)
                        };
                        let extents = regions.iter().filter(applies).map(|region| &region.extent);
                        let open = extents.fold(PortSet::default(), |open, extent| open.with(extent));
                        network_access::without_implied_pings(open)
                    };
                    let (had, has) = (open(&before), open(&after));
                    count.cells += ranges.count(&had);
                    count.lost += ranges.count(&had.not_given_by(&has));
                }
            }
        }
        count
    }

    /// Returns a policy without postures and `via`.
    fn plain(text: &str) -> String {
        let both = r#", "srcPosture": ["posture:p", "posture:q"]"#;
        let conditions =
            [both, r#", "srcPosture": ["posture:p"]"#, r#", "srcPosture": ["posture:q"]"#, r#", "via": ["tag:r"]"#];
        let text = text.replace(r#""defaultSrcPosture": ["posture:p"],"#, "");
        conditions.into_iter().fold(text, |text, condition| text.replace(condition, ""))
    }

    #[test]
    fn cells_are_pairs_of_classes_and_ranges_of_ports() {
        let mut partial = 0;
        for seed in small::seeds(120) {
            let random = &mut Random::new(seed);
            let ((old, facts), (new, _)) = (small::policy(random), small::policy(random));
            let [old, new] = [&old, &new].map(|text| Policy::with_facts(&plain(text), &facts));
            let found = count_losses(&old, &new);
            assert_eq!(found, count_pairs(&old, &new), "seed {seed}\n{}\n{}", old.text, new.text);
            partial += usize::from(0 < found.lost && found.lost < found.cells);
        }
        assert!(partial > 10, "{partial}");
    }

    #[test]
    fn a_policy_loses_nothing_against_itself_and_everything_against_none() {
        let none = Policy::parse(r#"{"grants": []}"#);
        for seed in small::seeds(60) {
            let (text, facts) = small::policy(&mut Random::new(seed));
            let policy = Policy::with_facts(&text, &facts);
            assert_eq!(count_losses(&policy, &policy).lost, 0, "seed {seed}");
            let all = count_losses(&policy, &none);
            assert_eq!(all.lost, all.cells, "seed {seed}\n{text}");
        }
    }
}

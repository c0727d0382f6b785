//! The ports of a single rule, item by item.

use std::ops::Range;

use crate::access::PortSet;
use crate::model::{PortRange, Protocol};
use crate::proof::port_index::key;

/// The remaining port items of a rule. The ports are split at every border of an item, so that an
/// item has all of a piece or none of it.
pub(super) struct PortItems {
    /// The start of each piece, in order.
    borders: Vec<u32>,
    /// By piece: the number of remaining items that have it.
    counts: Vec<i32>,
    /// By piece: whether some of its traffic is not allowed by any known other rule.
    is_uncovered: Vec<bool>,
    items: Vec<PortSet>,
    left: usize,
}

impl PortItems {
    /// Starts with all items.
    pub(super) fn new(items: Vec<PortSet>) -> Self {
        let ends =
            |(protocol, range): (Protocol, PortRange)| [key(protocol, range.first), key(protocol, range.last) + 1];
        let mut borders: Vec<u32> = items.iter().flat_map(PortSet::ranges).flat_map(ends).collect();
        borders.sort_unstable();
        borders.dedup();
        let (counts, is_uncovered) = (vec![0; borders.len()], vec![false; borders.len()]);
        let mut all = PortItems { borders, counts, is_uncovered, left: items.len(), items: Vec::new() };
        // The count changes where an item begins and after its end.
        for Range { start, end } in items.iter().flat_map(|item| all.pieces(item)).collect::<Vec<_>>() {
            for (piece, change) in [(start, 1), (end, -1)] {
                all.counts.get_mut(piece).into_iter().for_each(|count| *count += change);
            }
        }
        let mut sum = 0;
        for count in &mut all.counts {
            sum += *count;
            *count = sum;
        }
        all.items = items;
        all
    }

    /// Returns the number of remaining items.
    pub(super) fn left(&self) -> usize {
        self.left
    }

    /// Returns the ports of an item.
    pub(super) fn ports(&self, item: usize) -> PortSet {
        self.items.get(item).cloned().unwrap_or_default()
    }

    /// Marks ports that no other rule allows for some pair.
    pub(super) fn mark_uncovered(&mut self, ports: &PortSet) {
        for pieces in self.pieces(ports) {
            self.is_uncovered.get_mut(pieces).into_iter().flatten().for_each(|piece| *piece = true);
        }
    }

    /// Returns `true` if an item has a marked port that no other item has.
    pub(super) fn is_needed(&self, item: usize) -> bool {
        self.own_pieces(item).any(|piece| self.is_uncovered.get(piece) == Some(&true))
    }

    /// Returns the ports that only this item has.
    pub(super) fn own_ports(&self, item: usize) -> PortSet {
        PortSet::new(self.own_pieces(item).filter_map(|piece| {
            let (first, end) = (*self.borders.get(piece)?, *self.borders.get(piece + 1)?);
            let [_, number, ..] = first.to_be_bytes();
            let port = |key: u32| u16::try_from(key & 0xffff).unwrap_or(u16::MAX);
            Some((Some(Protocol(number)), PortRange { first: port(first), last: port(end - 1) }))
        }))
    }

    /// Removes an item.
    pub(super) fn remove(&mut self, item: usize) {
        for pieces in self.pieces(&self.ports(item)) {
            self.counts.get_mut(pieces).into_iter().flatten().for_each(|count| *count -= 1);
        }
        self.left -= 1;
    }

    fn own_pieces(&self, item: usize) -> impl Iterator<Item = usize> {
        let pieces = self.items.get(item).map_or(Vec::new(), |ports| self.pieces(ports));
        pieces.into_iter().flatten().filter(|&piece| self.counts.get(piece) == Some(&1))
    }

    /// Returns the pieces that overlap the ports.
    fn pieces(&self, ports: &PortSet) -> Vec<Range<usize>> {
        let pieces = ports.ranges().map(|(protocol, range)| {
            let (first, last) = (key(protocol, range.first), key(protocol, range.last));
            // A port is in the piece that begins at the last border up to it.
            let start = self.borders.partition_point(|&border| border <= first).saturating_sub(1);
            start..self.borders.partition_point(|&border| border <= last).max(start)
        });
        pieces.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use policy_generate::small;
    use policy_generate::small::Random;

    fn ports(random: &mut Random) -> PortSet {
        let specs: Vec<(Option<Protocol>, PortRange)> = (0..random.below(3))
            .map(|_| {
                let first = u16::try_from([1, 2, 3, 80, 65530][random.below(5)] + random.below(5)).unwrap();
                let last = first.saturating_add(u16::try_from(random.below(4)).unwrap());
                let protocol = [None, Some(Protocol::TCP), Some(Protocol::UDP), Some(Protocol(47))][random.below(4)];
                (protocol, PortRange { first, last })
            })
            .collect();
        PortSet::new(specs)
    }

    #[test]
    fn an_item_is_needed_if_it_alone_has_an_uncovered_port() {
        let mut verdicts = [0, 0];
        for seed in small::seeds(400) {
            let random = &mut Random::new(seed);
            let mut sets: Vec<PortSet> = (0..random.below(7) + 1).map(|_| ports(random)).collect();
            let uncovered: Vec<PortSet> = (0..random.below(3)).map(|_| ports(random)).collect();
            let mut items = PortItems::new(sets.clone());
            uncovered.iter().for_each(|ports| items.mark_uncovered(ports));
            for removed in (0..sets.len()).rev() {
                for (item, set) in sets.iter().enumerate() {
                    let others = sets.iter().enumerate().filter(|&(other, _)| other != item);
                    let own = others.fold(set.clone(), |own, (_, other)| own.without(other));
                    let is_needed = uncovered.iter().any(|ports| ports.overlap(&own));
                    assert_eq!(items.own_ports(item), own, "seed {seed}");
                    assert_eq!(items.is_needed(item), is_needed, "seed {seed}");
                    verdicts[usize::from(is_needed)] += 1;
                }
                items.remove(removed);
                sets.truncate(removed);
                assert_eq!(items.left(), removed);
            }
        }
        assert!(verdicts.iter().all(|&count| count > 200), "{verdicts:?}");
    }
}

//! An index from ports to the rules that may allow them.

use std::collections::HashSet;

use crate::access::PortSet;
use crate::model::{PortRange, Protocol};

/// The maximum number of pieces of a rule. A rule with more is a candidate for every port. A query
/// also examines at most this many pieces.
const MAX_PIECES: usize = 16;

/// The ports, split at every border of a rule. Between two borders, each rule allows every port or
/// none.
pub(super) struct PortIndex {
    /// The start of each piece, in order, as a number of protocol and port. A macro runs
    /// unoptimised, and numbers compare twice as fast as pairs.
    borders: Vec<u32>,
    /// By piece: the rules with few pieces that have it.
    narrow: Vec<Vec<usize>>,
    /// The rules with too many pieces.
    wide: Vec<usize>,
}

impl PortIndex {
    /// Indexes rules by their ports.
    pub(super) fn new(rules: &[PortSet]) -> Self {
        let starts = |(protocol, range): (Protocol, PortRange)| {
            [Some(key(protocol, range.first)), range.last.checked_add(1).map(|next| key(protocol, next))]
        };
        // Most rules share a few ports, and sorting takes the time.
        let distinct: HashSet<u32> = rules.iter().flat_map(PortSet::ranges).flat_map(starts).flatten().collect();
        let mut borders: Vec<u32> = distinct.into_iter().collect();
        borders.sort_unstable();
        let mut index = PortIndex { narrow: vec![Vec::new(); borders.len()], borders, wide: Vec::new() };
        for (rule, ports) in rules.iter().enumerate() {
            let pieces: Vec<usize> = index.pieces(ports).take(MAX_PIECES + 1).collect();
            if pieces.len() > MAX_PIECES {
                index.wide.push(rule);
                continue;
            }
            for piece in pieces {
                index.narrow.get_mut(piece).into_iter().for_each(|rules| rules.push(rule));
            }
        }
        index
    }

    /// Returns the piece among some ports that the fewest rules may allow, and the number of these
    /// rules.
    pub(super) fn rarest(&self, ports: &PortSet) -> Option<(usize, usize)> {
        let count = |piece: usize| self.narrow.get(piece).map_or(0, Vec::len) + self.wide.len();
        self.pieces(ports).take(MAX_PIECES).map(|piece| (piece, count(piece))).min_by_key(|&(_, count)| count)
    }

    /// Returns the rules that may allow a piece.
    pub(super) fn rules(&self, piece: usize) -> impl Iterator<Item = usize> {
        self.narrow.get(piece).into_iter().flatten().chain(&self.wide).copied()
    }

    /// Returns the ports of a piece.
    pub(super) fn ports(&self, piece: usize) -> PortSet {
        let range = self.borders.get(piece).map(|&start| {
            let [_, number, ..] = start.to_be_bytes();
            // If the next piece belongs to another protocol, this one ends at the last port.
            let end = self.borders.get(piece + 1).map_or(start | 0xffff, |next| (next - 1).min(start | 0xffff));
            let port = |key: u32| u16::try_from(key & 0xffff).unwrap_or(u16::MAX);
            (Some(Protocol(number)), PortRange { first: port(start), last: port(end) })
        });
        PortSet::new(range)
    }

    /// Returns the pieces that overlap the ports, in order.
    fn pieces(&self, ports: &PortSet) -> impl Iterator<Item = usize> {
        ports.ranges().flat_map(|(protocol, range)| {
            let (first, last) = (key(protocol, range.first), key(protocol, range.last));
            // The first port is in the piece that begins at the last border up to it.
            let piece = self.borders.partition_point(|border| *border <= first).saturating_sub(1);
            let within = self.borders.get(piece..).into_iter().flatten();
            within.take_while(move |border| **border <= last).enumerate().map(move |(next, _)| piece + next)
        })
    }
}

/// Returns a number for a port of a protocol. The numbers have the same order as the pairs.
pub(super) fn key(protocol: Protocol, port: u16) -> u32 {
    u32::from(protocol.0) << 16 | u32::from(port)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Policy;
    use crate::proof::AccessClasses;
    use policy_generate::small;
    use policy_generate::small::Random;

    #[test]
    fn every_rule_that_opens_the_rarest_ports_is_found() {
        for seed in small::seeds(60) {
            let (text, facts) = small::policy(&mut Random::new(seed));
            let policy = Policy::with_facts(&text, &facts);
            let rules = AccessClasses::new(&policy).ports;
            let index = PortIndex::new(&rules);
            for asked in &rules {
                let Some((piece, count)) = index.rarest(asked) else {
                    assert!(asked.is_empty());
                    continue;
                };
                let (rarest, named) = (index.ports(piece), index.rules(piece).collect::<Vec<usize>>());
                assert!(!rarest.is_empty() && asked.contains(&rarest) && named.len() == count, "{seed}");
                for (rule, ports) in rules.iter().enumerate() {
                    assert!(named.contains(&rule) || !ports.overlap(&rarest), "{seed}");
                }
            }
        }
    }
}

//! Which permits may open a port, without a look at each of them.

use std::collections::HashSet;

use crate::access::port_set::PortSet;
use crate::model::{PortRange, Protocol};

/// A permit with more pieces than that is looked at for every port; and of what is asked for, no more are.
const FEW: usize = 16;

/// The ports, cut at every border that some permit has. Between two borders all permits open all or nothing.
pub struct PortIndex {
    /// Where each piece begins, in order: a protocol's number, then a port. A macro runs unoptimised, and compares plain
    /// numbers twice as fast as pairs.
    borders: Vec<u32>,
    /// By piece, the permits of few pieces that have it
    narrow: Vec<Vec<usize>>,
    /// The permits of many pieces, whichever those are
    wide: Vec<usize>,
}

impl PortIndex {
    pub fn new(permits: &[PortSet]) -> Self {
        let starts = |(protocol, range): (Protocol, PortRange)| {
            [Some(key(protocol, range.first)), range.last.checked_add(1).map(|next| key(protocol, next))]
        };
        // Most rules are about the same few ports, and to sort is what takes time.
        let distinct: HashSet<u32> = permits.iter().flat_map(PortSet::ranges).flat_map(starts).flatten().collect();
        let mut borders: Vec<u32> = distinct.into_iter().collect();
        borders.sort_unstable();
        let mut index = PortIndex { narrow: vec![Vec::new(); borders.len()], borders, wide: Vec::new() };
        for (permit, ports) in permits.iter().enumerate() {
            let pieces: Vec<usize> = index.pieces(ports).take(FEW + 1).collect();
            if pieces.len() > FEW {
                index.wide.push(permit);
                continue;
            }
            for piece in pieces {
                index.narrow.get_mut(piece).into_iter().for_each(|permits| permits.push(permit));
            }
        }
        index
    }

    /// Of the pieces of some ports the one that the fewest permits may open, and how many these are.
    pub fn rarest(&self, ports: &PortSet) -> Option<(usize, usize)> {
        let count = |piece: usize| self.narrow.get(piece).map_or(0, Vec::len) + self.wide.len();
        self.pieces(ports).take(FEW).map(|piece| (piece, count(piece))).min_by_key(|&(_, count)| count)
    }

    /// The permits that may open a piece.
    pub fn permits(&self, piece: usize) -> impl Iterator<Item = usize> {
        self.narrow.get(piece).into_iter().flatten().chain(&self.wide).copied()
    }

    /// The ports of a piece.
    pub fn ports(&self, piece: usize) -> PortSet {
        let range = self.borders.get(piece).map(|&start| {
            let [_, number, ..] = start.to_be_bytes();
            // Where the next piece is one of another protocol, this goes to the last port.
            let end = self.borders.get(piece + 1).map_or(start | 0xffff, |next| (next - 1).min(start | 0xffff));
            let port = |key: u32| u16::try_from(key & 0xffff).unwrap_or(u16::MAX);
            (Some(Protocol(number)), PortRange { first: port(start), last: port(end) })
        });
        PortSet::new(range)
    }

    /// The pieces that have some of the ports, in order.
    fn pieces(&self, ports: &PortSet) -> impl Iterator<Item = usize> {
        ports.ranges().flat_map(|(protocol, range)| {
            let (first, last) = (key(protocol, range.first), key(protocol, range.last));
            // The last border that is not beyond begins the piece that has the first port.
            let piece = self.borders.partition_point(|border| *border <= first).saturating_sub(1);
            let within = self.borders.get(piece..).into_iter().flatten();
            within.take_while(move |border| **border <= last).enumerate().map(move |(next, _)| piece + next)
        })
    }
}

fn key(protocol: Protocol, port: u16) -> u32 {
    u32::from(protocol.0) << 16 | u32::from(port)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Policy;
    use crate::proof::classes::AccessClasses;
    use policy_generate::small;
    use policy_generate::small::Random;

    #[test]
    fn whoever_opens_the_rarest_ports_is_named() {
        for seed in small::seeds(60) {
            let (text, facts) = small::policy(&mut Random::new(seed));
            let policy = Policy::with_facts(&text, &facts);
            let permits = AccessClasses::new(&policy).ports;
            let index = PortIndex::new(&permits);
            for asked in &permits {
                let Some((piece, count)) = index.rarest(asked) else {
                    assert!(asked.is_empty());
                    continue;
                };
                let (rarest, named) = (index.ports(piece), index.permits(piece).collect::<Vec<usize>>());
                assert!(!rarest.is_empty() && asked.contains(&rarest) && named.len() == count, "{seed}");
                for (permit, ports) in permits.iter().enumerate() {
                    assert!(named.contains(&permit) || !ports.overlap(&rarest), "{seed}");
                }
            }
        }
    }
}

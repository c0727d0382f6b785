//! Sets of protocols and ports.

use crate::model::{PortRange, Protocol};

/// Returns the ports of a protocol that a rule for `ports` allows, or `None` if it allows none of
/// them. A protocol without ports is allowed as a whole: pings by a rule for any ports, as in
/// Tailscale's client, and other protocols only by a rule for all ports.
pub(super) fn passing(protocol: Protocol, ports: PortRange) -> Option<PortRange> {
    match protocol {
        Protocol::ICMP | Protocol::ICMPV6 => Some(PortRange::ALL),
        _ => Some(ports).filter(|ports| protocol.has_ports() || ports.is_all()),
    }
}

/// A set of ports per protocol. A protocol that has no ports is in the set as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PortSet(
    /// Sorted. Ranges of one protocol neither overlap nor touch.
    Vec<(Protocol, PortRange)>,
);

impl PortSet {
    /// Returns the set that a rule with these specs covers. A spec without a protocol covers the
    /// client's default protocols.
    ///
    /// ```
    /// use policy_core::access::PortSet;
    /// use policy_core::model::{PortRange, Protocol};
    /// let ports = PortSet::new([(Some(Protocol::TCP), PortRange { first: 80, last: 443 }), (Some(Protocol::TCP), PortRange::single(444))]);
    /// assert_eq!(ports.to_string(), "tcp:80-444");
    /// assert_eq!(PortSet::new([(None, PortRange::single(53))]).to_string(), "53");
    /// ```
    pub fn new(specs: impl IntoIterator<Item = (Option<Protocol>, PortRange)>) -> PortSet {
        let mut list = Vec::new();
        for (protocol, ports) in specs {
            for &protocol in protocol.as_ref().map_or(&Protocol::DEFAULTS[..], std::slice::from_ref) {
                list.extend(passing(protocol, ports).map(|ports| (protocol, ports)));
            }
        }
        PortSet(list).merged()
    }

    /// Returns the set of one port of one protocol.
    pub fn single(protocol: Protocol, port: u16) -> PortSet {
        let ports = if protocol.has_ports() { PortRange::single(port) } else { PortRange::ALL };
        PortSet::new([(Some(protocol), ports)])
    }

    fn merged(mut self) -> PortSet {
        if self.0.len() < 2 {
            return self;
        }
        self.0.sort_unstable();
        self.0.dedup_by(|(protocol, next), (previous, range)| {
            let touches = protocol == previous && u32::from(next.first) <= u32::from(range.last) + 1;
            if touches {
                range.last = range.last.max(next.last);
            }
            touches
        });
        self
    }

    /// Returns whether the set is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the number of ports, counted for each protocol separately.
    pub fn count(&self) -> usize {
        self.0.iter().map(|(_, range)| usize::from(range.last.saturating_sub(range.first)) + 1).sum()
    }

    /// Returns the ranges, in order.
    pub fn ranges(&self) -> impl Iterator<Item = (Protocol, PortRange)> {
        self.0.iter().copied()
    }

    /// Returns the packet that is the best example: over TCP if possible, to a well-known port if
    /// possible, otherwise to the lowest.
    pub fn example(&self) -> Option<(Protocol, u16)> {
        let known = [443, 22, 80]
            .into_iter()
            .find(|&port| self.ranges().any(|(protocol, range)| protocol == Protocol::TCP && range.contains(port)));
        if let Some(port) = known {
            return Some((Protocol::TCP, port));
        }
        let tcp = self.0.iter().find(|(protocol, _)| *protocol == Protocol::TCP);
        // No packet is sent to port 0, but `*` includes it.
        let port = |range: PortRange| range.first.max(1).min(range.last);
        tcp.or_else(|| self.0.first()).map(|&(protocol, range)| (protocol, port(range)))
    }

    /// Returns the union of two sets.
    #[must_use]
    pub fn with(&self, other: &PortSet) -> PortSet {
        PortSet(self.0.iter().chain(&other.0).copied().collect()).merged()
    }

    /// Returns the intersection of two sets.
    #[must_use]
    pub fn common(&self, other: &PortSet) -> PortSet {
        let mut common = Vec::new();
        if let Some((few, many)) = self.few_and_many(other) {
            for &(protocol, range) in &few.0 {
                common.extend(many.touching(protocol, range).iter().map(|(_, other)| {
                    (protocol, PortRange { first: range.first.max(other.first), last: range.last.min(other.last) })
                }));
            }
            return PortSet(common);
        }
        let (mut left, mut right) = (self.0.iter().peekable(), other.0.iter().peekable());
        while let (Some(&&a), Some(&&b)) = (left.peek(), right.peek()) {
            let range = PortRange { first: a.1.first.max(b.1.first), last: a.1.last.min(b.1.last) };
            if a.0 == b.0 && range.first <= range.last {
                common.push((a.0, range));
            }
            // The range that ends first cannot overlap any later range.
            if (a.0, a.1.last) <= (b.0, b.1.last) {
                left.next();
            } else {
                right.next();
            }
        }
        PortSet(common)
    }

    /// Returns the ports of this set that are not in the other.
    #[must_use]
    pub fn without(&self, other: &PortSet) -> PortSet {
        if self.few_and_many(other).is_some_and(|(few, _)| std::ptr::eq(few, self)) {
            let mut near: Vec<(Protocol, PortRange)> = Vec::new();
            for &(protocol, range) in &self.0 {
                near.extend(other.touching(protocol, range));
            }
            near.dedup();
            return self.without_each(&near);
        }
        self.without_each(&other.0)
    }

    fn without_each(&self, holes: &[(Protocol, PortRange)]) -> PortSet {
        let mut left = Vec::new();
        let mut holes = holes.iter().copied().peekable();
        for &(protocol, range) in &self.0 {
            let mut first = Some(range.first);
            while let Some(&(of, hole)) = holes.peek() {
                if (of, hole.last) < (protocol, range.first) {
                    holes.next();
                    continue;
                }
                if (of, hole.first) > (protocol, range.last) {
                    break;
                }
                if let Some(last) = hole.first.checked_sub(1).filter(|last| first.is_some_and(|first| first <= *last)) {
                    left.extend(first.map(|first| (protocol, PortRange { first, last })));
                }
                first = hole.last.checked_add(1);
                // A hole that ends after this range may also cover part of the next one.
                if hole.last >= range.last {
                    break;
                }
                holes.next();
            }
            if let Some(first) = first.filter(|first| *first <= range.last) {
                left.push((protocol, PortRange { first, last: range.last }));
            }
        }
        PortSet(left)
    }

    /// Returns whether the sets have a port in common.
    pub fn overlap(&self, other: &PortSet) -> bool {
        if let Some((few, many)) = self.few_and_many(other) {
            return few.0.iter().any(|&(protocol, range)| !many.touching(protocol, range).is_empty());
        }
        let (mut left, mut right) = (self.0.iter().peekable(), other.0.iter().peekable());
        while let (Some(&&a), Some(&&b)) = (left.peek(), right.peek()) {
            if a.0 == b.0 && a.1.first <= b.1.last && b.1.first <= a.1.last {
                return true;
            }
            // The range that ends first cannot overlap any later range.
            if (a.0, a.1.last) <= (b.0, b.1.last) {
                left.next();
            } else {
                right.next();
            }
        }
        false
    }

    /// Returns the sets as (smaller, larger) if one has so many more ranges that searching it is
    /// faster than reading it.
    fn few_and_many<'s>(&'s self, other: &'s PortSet) -> Option<(&'s PortSet, &'s PortSet)> {
        match (self.0.len(), other.0.len()) {
            (own, others) if own * 16 < others => Some((self, other)),
            (own, others) if others * 16 < own => Some((other, self)),
            _ => None,
        }
    }

    /// Returns the ranges of `protocol` that overlap `range`.
    fn touching(&self, protocol: Protocol, range: PortRange) -> &[(Protocol, PortRange)] {
        let start = self.0.partition_point(|&(of, own)| (of, own.last) < (protocol, range.first));
        let end = self.0.partition_point(|&(of, own)| (of, own.first) <= (protocol, range.last));
        self.0.get(start..end).unwrap_or_default()
    }

    /// Returns whether this set includes all of the other.
    pub fn contains(&self, other: &PortSet) -> bool {
        other.without(self).is_empty()
    }

    /// Returns whether the set equals `*`: everything that a client allows by default.
    pub fn are_all(&self) -> bool {
        Protocol::DEFAULTS.into_iter().all(|protocol| self.of(protocol).any(PortRange::is_all))
    }

    fn of(&self, protocol: Protocol) -> impl Iterator<Item = PortRange> {
        self.ranges().filter(move |(of, _)| *of == protocol).map(|(_, range)| range)
    }

    /// Returns the protocols that pings use: ICMP of both families. Tailscale's filter allows them
    /// wherever a rule matches the two addresses, on any port.
    pub fn pings() -> PortSet {
        PortSet::new([Protocol::ICMP, Protocol::ICMPV6].map(|ping| (Some(ping), PortRange::ALL)))
    }

    /// Returns whether the set has pings and nothing else.
    pub fn are_pings(&self) -> bool {
        !self.is_empty() && self.ranges().all(|(of, _)| of == Protocol::ICMP || of == Protocol::ICMPV6)
    }

    /// Returns the ports that a rule without a protocol could name for this set: ports of both TCP
    /// and UDP, on which pings are allowed, too.
    fn of_no_protocol(&self) -> PortSet {
        let of = |protocol| PortSet(self.of(protocol).map(|range| (Protocol::TCP, range)).collect());
        let are_pings = [Protocol::ICMP, Protocol::ICMPV6].into_iter().all(|ping| self.of(ping).next().is_some());
        if are_pings { of(Protocol::TCP).common(&of(Protocol::UDP)) } else { PortSet::default() }
    }
}

/// Writes the set as in the `ip` of a grant: `443, tcp:22`.
impl std::fmt::Display for PortSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let default = self.of_no_protocol();
        let mut words: Vec<String> = default.ranges().map(|(_, range)| range.to_string()).collect();
        for (protocol, range) in self.ranges() {
            let left = match protocol {
                Protocol::ICMP | Protocol::ICMPV6 if !default.is_empty() => continue,
                Protocol::TCP | Protocol::UDP => PortSet(vec![(Protocol::TCP, range)]).without(&default),
                _ => PortSet(vec![(protocol, range)]),
            };
            let left = match *left.0 {
                [] => continue,
                [(_, left)] => left,
                // One range that covers something twice is easier to read than two ranges.
                _ => range,
            };
            words.push(format!("{protocol}:{left}"));
        }
        f.write_str(&words.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::PortSpec;
    use crate::source::{Origin, Text};
    use proptest::prelude::*;

    fn some() -> impl Strategy<Value = PortSet> {
        let spec = (prop::option::of(prop::sample::select(vec![6u8, 17, 1, 47])), 0u16..12, 0u16..4);
        prop::collection::vec(spec, 0..5).prop_map(|specs| {
            PortSet::new(
                specs.into_iter().map(|(protocol, first, length)| {
                    (protocol.map(Protocol), PortRange { first, last: first + length })
                }),
            )
        })
    }

    /// Sets of few ranges, and sets with so many ranges that they are searched.
    fn few_or_many() -> impl Strategy<Value = PortSet> {
        let many = prop::collection::vec(0u8..10, 22).prop_map(|present| {
            let ports = (0u16..).zip(present).filter(|(_, present)| *present > 0).map(|(place, _)| place);
            PortSet::new(ports.map(|place| {
                let protocol = if place < 11 { Protocol::TCP } else { Protocol::UDP };
                (Some(protocol), PortRange::single(place % 11 * 2))
            }))
        });
        prop_oneof![some(), many]
    }

    /// Every packet that could be in the set.
    fn packets(ports: &PortSet) -> Vec<(Protocol, u16)> {
        let all =
            [1u8, 6, 17, 47, 58].into_iter().flat_map(|protocol| (0..=20).map(move |port| (Protocol(protocol), port)));
        all.filter(|&(protocol, port)| ports.ranges().any(|(of, range)| of == protocol && range.contains(port)))
            .collect()
    }

    proptest! {
        #[test]
        fn sets_are_what_they_are_of_packets(a in few_or_many(), b in few_or_many()) {
            let (of_a, of_b) = (packets(&a), packets(&b));
            let wanted = |keep: &dyn Fn(&(Protocol, u16)) -> bool| {
                let mut all: Vec<_> = of_a.iter().chain(&of_b).copied().collect();
                all.sort_unstable();
                all.dedup();
                all.retain(keep);
                all
            };
            prop_assert_eq!(packets(&a.with(&b)), wanted(&|_| true));
            prop_assert_eq!(packets(&a.common(&b)), wanted(&|one| of_a.contains(one) && of_b.contains(one)));
            prop_assert_eq!(packets(&a.without(&b)), wanted(&|one| of_a.contains(one) && !of_b.contains(one)));
            prop_assert_eq!(a.overlap(&b), of_b.iter().any(|one| of_a.contains(one)));
            prop_assert_eq!(a.contains(&b), of_b.iter().all(|one| of_a.contains(one)));
        }
    }

    #[test]
    fn ports_are_written_as_a_grant_has_them() {
        for (written, said) in [
            ("", ""),
            ("*", "*"),
            ("443, gre:*", "443, gre:*"),
            ("gre:*, *", "*, gre:*"),
            ("tcp:443, icmp:*", "icmp:*, tcp:443"),
            ("tcp:22, tcp:443, tcp:22", "tcp:22, tcp:443"),
            ("tcp:443, 443, udp:443, icmp:*", "443"),
            ("tcp:443, udp:443, icmp:*, ipv6-icmp:*", "443"),
            ("tcp:443, udp:53, icmp:*, ipv6-icmp:*", "icmp:*, tcp:443, udp:53, ipv6-icmp:*"),
            ("tcp:1-65535, *", "*"),
            ("tcp:80, udp:80", "tcp:80, udp:80"),
            ("sctp:443, 443", "443, sctp:443"),
            ("80, 81, 83", "80-81, 83"),
            ("443, tcp:444, udp:22", "443, tcp:444, udp:22"),
            ("tcp:443-500, 450", "450, tcp:443-500"),
            ("65535, 65534", "65534-65535"),
        ] {
            assert_eq!(ports(written).to_string(), said, "{written}");
        }
    }

    fn ports(words: &str) -> PortSet {
        let words = words.split(", ").filter(|word| !word.is_empty());
        let spec = |word: &str| PortSpec::parse(&Text::escaped(word, Origin::default())).unwrap();
        PortSet::new(words.map(spec).map(|spec| (spec.protocol, spec.ports)))
    }

    #[test]
    fn all_is_what_goes_through_by_default() {
        assert!(ports("*, gre:*").are_all());
        assert!(!ports("1-65535").are_all() && !ports("tcp:*").are_all());
    }
}

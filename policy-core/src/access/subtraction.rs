//! What is left of a list of names when others are taken away from it: exactly, or not at all.
//!
//! Tailscale has lists, and nothing that takes away from them. So a group becomes those of its people who are left, and
//! addresses become the prefixes that are left. A name whose bearers no policy lists stays whole or goes whole: who is
//! in `autogroup:member` today does not tell who is tomorrow. Of tags, the list is meant: `tag:a, tag:b` less `tag:b` is
//! `tag:a`, and so are devices that have both.

use std::collections::HashMap;

use crate::access::interval::{FAMILIES, INTERNET, IntervalTree, joined, overlap};
use crate::access::ip_set::{after, before};
use crate::access::tailnet::Tailnet;
use crate::model::{AddressRange, Autogroup, Policy, Prefix, Selector, SelectorKind};

/// Takes names away from lists, as a policy declares them.
///
/// ```
/// use policy_core::Policy;
/// use policy_core::access::subtraction::{Rest, Subtraction};
/// use policy_core::source::{Origin, Text};
/// use policy_core::model::Selector;
/// let policy = Policy::parse(r#"{"groups": {"group:eng": ["alice@example.com", "bob@example.com"]}}"#);
/// let name = |text: &str| Selector::new(Text::escaped(text, Origin::default()));
/// let remainder = Subtraction::new(&policy).remainder(&[name("group:eng")], &[name("bob@example.com")]);
/// assert_eq!(remainder.rest, [Rest::Names(vec!["alice@example.com".to_owned()])]);
/// ```
#[derive(Debug)]
pub struct Subtraction<'p> {
    tailnet: Tailnet<'p>,
}

/// What is left of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remainder {
    /// Of each item of the list.
    pub rest: Vec<Rest>,
    /// Of each name that was to be taken away, whether that changed anything.
    pub takes: Vec<bool>,
    /// What Tailscale cannot express.
    pub inexact: Vec<Inexact>,
}

/// What is left of an item of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rest {
    /// All of it.
    Whole,
    /// These, or nothing.
    Names(Vec<String>),
}

/// A name that cannot be taken out of another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inexact {
    /// The item of the list.
    pub item: usize,
    /// The name that was to be taken away.
    pub except: usize,
    /// InexactReason not, as a sentence about the two.
    pub why: InexactReason,
}

/// InexactReason a name cannot be taken out of another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InexactReason {
    /// It is everybody and everything.
    Everything,
    /// The policy does not list who is in the item.
    OpenItem,
    /// The policy does not list who is in what is taken away.
    OpenExcept,
    /// A bearer of the one may have an address of the other.
    Address,
}

/// What a selector names.
enum Nature {
    Everything,
    /// People by their logins, as they are written.
    People(Vec<String>),
    /// People whom the policy does not list; of a domain, if that is all that is known of them.
    Crowd(Option<String>),
    Tag,
    Tagged,
    Service,
    Internet,
    Addresses(Vec<AddressRange>),
    /// Nothing that is declared.
    Unknown,
}

impl<'p> Subtraction<'p> {
    /// With the groups, hosts and ip sets of a policy.
    pub fn new(policy: &'p Policy) -> Self {
        Subtraction { tailnet: Tailnet::new(policy) }
    }

    /// What is left of `list` when all of `except` is taken away.
    pub fn remainder(&self, list: &[Selector], except: &[Selector]) -> Remainder {
        let mut taken = Taken::new(self, except);
        let mut remainder = Remainder { rest: Vec::with_capacity(list.len()), takes: Vec::new(), inexact: Vec::new() };
        for (item, selector) in list.iter().enumerate() {
            let rest = taken.rest(selector, self.nature(selector)).unwrap_or_else(|(except, why)| {
                taken.mark([except]);
                remainder.inexact.push(Inexact { item, except, why });
                Rest::Whole
            });
            remainder.rest.push(rest);
        }
        remainder.takes = taken.takes;
        remainder
    }

    fn nature(&self, selector: &Selector) -> Nature {
        use SelectorKind as Kind;
        match selector.kind {
            Kind::Wildcard => Nature::Everything,
            Kind::User => Nature::People(vec![selector.text.to_string()]),
            Kind::Group => match self.tailnet.groups.get(selector.text.as_str()) {
                Some(group) => Nature::People(group.members.iter().map(|member| member.text.to_string()).collect()),
                None => Nature::Unknown,
            },
            Kind::Domain => Nature::Crowd(selector.domain().map(str::to_ascii_lowercase)),
            Kind::SyncedGroup => Nature::Crowd(None),
            Kind::External if selector.text.starts_with("group:") => Nature::Crowd(None),
            Kind::Tag | Kind::External => Nature::Tag,
            Kind::Service => Nature::Service,
            Kind::Autogroup(Some(autogroup)) => match autogroup {
                Autogroup::DangerAll => Nature::Everything,
                Autogroup::Tagged => Nature::Tagged,
                Autogroup::Internet => Nature::Internet,
                _ => Nature::Crowd(None),
            },
            Kind::Address(_) | Kind::Prefix(_) | Kind::Range(_) | Kind::Host | Kind::IpSet => {
                match self.tailnet.literal(selector) {
                    none if none.is_empty() => Nature::Unknown,
                    ranges => Nature::Addresses(joined(ranges)),
                }
            }
            Kind::Autogroup(None) | Kind::Posture | Kind::LocalPart | Kind::Unknown => Nature::Unknown,
        }
    }
}

/// What is to be taken away, looked up by what it is. Numbers are places in the list of it.
#[derive(Default)]
struct Taken {
    takes: Vec<bool>,
    /// All of them as they are written, small, as that is how names are compared.
    names: HashMap<String, Vec<usize>>,
    logins: HashMap<String, Vec<usize>>,
    domains: HashMap<String, Vec<usize>>,
    /// By domain, the first whose login is there.
    login_domains: HashMap<String, usize>,
    holes: Vec<(AddressRange, usize)>,
    /// By their places among the holes.
    by_address: Option<IntervalTree<usize>>,
    everything: Option<usize>,
    /// The first of each kind is enough to say why something cannot be taken away.
    people: Option<usize>,
    /// Of the people, those who are not listed, nor all of one domain.
    crowd: Option<usize>,
    tag: Option<usize>,
    tagged: Option<usize>,
    /// People, tags and services: what may have any address of a tailnet.
    bearer: Option<usize>,
    /// What has such an address.
    address: Option<usize>,
}

impl Taken {
    fn new(subtraction: &Subtraction, except: &[Selector]) -> Taken {
        let mut taken = Taken { takes: vec![false; except.len()], ..Taken::default() };
        for (index, selector) in except.iter().enumerate() {
            taken.names.entry(selector.text.to_ascii_lowercase()).or_default().push(index);
            let first = |slot: &mut Option<usize>| *slot = slot.or(Some(index));
            let nature = subtraction.nature(selector);
            match nature {
                Nature::People(_) | Nature::Crowd(_) => first(&mut taken.people),
                Nature::Tag => first(&mut taken.tag),
                Nature::Tagged => first(&mut taken.tagged),
                _ => {}
            }
            match nature {
                Nature::People(_) | Nature::Crowd(_) | Nature::Tag | Nature::Tagged | Nature::Service => {
                    first(&mut taken.bearer);
                }
                _ => {}
            }
            match nature {
                Nature::Everything => first(&mut taken.everything),
                Nature::People(logins) => {
                    for login in logins.iter().map(|login| key(login)) {
                        taken.login_domains.entry(domain(&login).to_owned()).or_insert(index);
                        taken.logins.entry(login).or_default().push(index);
                    }
                }
                Nature::Crowd(Some(domain)) => taken.domains.entry(domain).or_default().push(index),
                Nature::Crowd(None) => first(&mut taken.crowd),
                Nature::Tag | Nature::Tagged | Nature::Service => {}
                Nature::Internet => taken.holes.extend(INTERNET.map(|range| (range, index))),
                Nature::Addresses(ranges) => {
                    if ranges.iter().copied().any(is_of_tailnet) {
                        first(&mut taken.address);
                    }
                    taken.holes.extend(ranges.into_iter().map(|range| (range, index)));
                }
                // That it is not declared is said elsewhere.
                Nature::Unknown => taken.mark([index]),
            }
        }
        let numbered = taken.holes.iter().enumerate().map(|(number, (range, _))| (*range, number));
        taken.by_address = Some(IntervalTree::new(numbered.collect()));
        taken
    }

    fn mark(&mut self, indexes: impl IntoIterator<Item = usize>) {
        for index in indexes {
            if let Some(takes) = self.takes.get_mut(index) {
                *takes = true;
            }
        }
    }

    /// What is left of an item, or which name cannot be taken out of it, and why.
    fn rest(&mut self, item: &Selector, nature: Nature) -> Result<Rest, (usize, InexactReason)> {
        let gone = Ok(Rest::Names(Vec::new()));
        // What is listed is compared one by one, so that each name is known to take something away.
        let is_listed =
            matches!(&nature, Nature::Addresses(_)) || matches!(&nature, Nature::People(logins) if !logins.is_empty());
        let same = self.names.get(&item.text.to_ascii_lowercase()).filter(|_| !is_listed).cloned();
        if let Some(same) = same.or_else(|| Some(vec![self.everything?])) {
            self.mark(same);
            return gone;
        }
        match nature {
            Nature::Unknown => Ok(Rest::Whole),
            Nature::Everything if self.takes.is_empty() => Ok(Rest::Whole),
            Nature::Everything => Err((0, InexactReason::Everything)),
            Nature::People(logins) => {
                let left = self.people_left(&logins);
                match self.crowd.or(self.address).filter(|_| !left.is_empty()) {
                    Some(crowd) if self.crowd.is_some() => Err((crowd, InexactReason::OpenExcept)),
                    Some(address) => Err((address, InexactReason::Address)),
                    None if left.len() == logins.len() => Ok(Rest::Whole),
                    None => Ok(Rest::Names(left)),
                }
            }
            Nature::Crowd(domain) => match (self.of_crowd(domain.as_deref()), self.address) {
                (Some(index), _) => Err((index, InexactReason::OpenItem)),
                (None, Some(address)) => Err((address, InexactReason::Address)),
                (None, None) => Ok(Rest::Whole),
            },
            Nature::Tag | Nature::Service | Nature::Tagged => match (&nature, self.tagged, self.tag, self.address) {
                (Nature::Tag, Some(tagged), ..) => {
                    self.mark([tagged]);
                    gone
                }
                (Nature::Tagged, _, Some(tag), _) => Err((tag, InexactReason::OpenItem)),
                (.., Some(address)) => Err((address, InexactReason::Address)),
                _ => Ok(Rest::Whole),
            },
            Nature::Internet => {
                match self.holes.iter().find(|(hole, _)| INTERNET.iter().any(|part| overlap(*part, *hole))) {
                    Some((_, index)) => Err((*index, InexactReason::OpenItem)),
                    None => Ok(Rest::Whole),
                }
            }
            Nature::Addresses(ranges) => match self.bearer {
                Some(bearer) if ranges.iter().copied().any(is_of_tailnet) => Err((bearer, InexactReason::Address)),
                _ => Ok(self.addresses_left(&ranges)),
            },
        }
    }

    fn people_left(&mut self, logins: &[String]) -> Vec<String> {
        let mut left = Vec::new();
        for login in logins {
            let key = key(login);
            let found: Vec<usize> = [self.logins.get(&key), self.domains.get(domain(&key))]
                .into_iter()
                .flatten()
                .flatten()
                .copied()
                .collect();
            if found.is_empty() {
                left.push(login.clone());
            }
            self.mark(found);
        }
        left
    }

    /// Somebody who is to be taken out of people that are not listed; of those of a domain, somebody who has it.
    fn of_crowd(&self, domain: Option<&str>) -> Option<usize> {
        match domain {
            Some(domain) => self.login_domains.get(domain).copied().or(self.crowd),
            None => self.people,
        }
    }

    fn addresses_left(&mut self, ranges: &[AddressRange]) -> Rest {
        let (mut left, mut found) = (Vec::new(), Vec::new());
        for &range in ranges {
            let mut next = Some(range.first);
            let numbers = self.by_address.iter().flat_map(|index| index.overlapping(range));
            for &(hole, index) in numbers.filter_map(|number| self.holes.get(number)) {
                found.push(index);
                let Some(first) = next.filter(|first| *first <= hole.last) else { continue };
                if first < hole.first {
                    left.extend(before(hole.first).map(|last| AddressRange { first, last }));
                }
                next = after(hole.last).filter(|next| *next <= range.last);
            }
            left.extend(next.map(|first| AddressRange { first, last: range.last }));
        }
        if found.is_empty() {
            return Rest::Whole;
        }
        self.mark(found);
        Rest::Names(left.into_iter().flat_map(AddressRange::prefixes).map(written).collect())
    }
}

/// How logins are compared.
fn key(login: &str) -> String {
    login.strip_prefix("user:").unwrap_or(login).to_ascii_lowercase()
}

fn domain(login: &str) -> &str {
    login.rsplit_once('@').map_or("", |(_, domain)| domain)
}

/// A prefix; of a single address the address.
fn written(prefix: Prefix) -> String {
    let is_single = prefix.length == if prefix.address.is_ipv4() { 32 } else { 128 };
    if is_single { prefix.address.to_string() } else { prefix.to_string() }
}

fn is_of_tailnet(range: AddressRange) -> bool {
    FAMILIES.iter().any(|family| overlap(*family, range))
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use proptest::prelude::*;

    use super::*;
    use crate::source::{Origin, Text};

    const POLICY: &str = r#"{
        "groups": {
            "group:eng": ["alice@example.com", "Bob@example.com", "carol@example.org"],
            "group:ops": ["bob@example.com"],
        },
        "hosts": {"lan": "192.168.0.0/16", "printer": "192.168.1.20", "nas": "100.64.0.9"},
        "ipsets": {"ipset:lab": ["192.168.4.0/24", "remove 192.168.4.7", "host:printer"]},
    }"#;

    fn names(list: &str) -> Vec<Selector> {
        let name = |text: &str| Selector::new(Text::escaped(text, Origin::default()));
        list.split_whitespace().map(name).collect()
    }

    /// What is left, with `!` for what cannot be taken away, and `?` for what takes nothing away.
    fn left(list: &str, except: &str) -> String {
        let policy = Policy::parse(POLICY);
        let (list, except) = (names(list), names(except));
        let remainder = Subtraction::new(&policy).remainder(&list, &except);
        let mut left = Vec::new();
        for (item, rest) in list.iter().zip(&remainder.rest) {
            match rest {
                Rest::Whole => left.push(item.to_string()),
                Rest::Names(names) => left.extend(names.clone()),
            }
        }
        let inexact = remainder
            .inexact
            .iter()
            .map(|Inexact { item, except: by, why }| format!("!{} {} {why:?}", list[*item], except[*by]));
        let needless =
            except.iter().zip(&remainder.takes).filter(|(_, takes)| !**takes).map(|(name, _)| format!("?{name}"));
        left.into_iter().chain(inexact).chain(needless).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_can_be_listed_is_listed() {
        let cases = [
            ("group:eng", "bob@example.com", "alice@example.com carol@example.org"),
            ("group:eng", "group:ops", "alice@example.com carol@example.org"),
            ("group:eng tag:web", "ALICE@example.com", "Bob@example.com carol@example.org tag:web"),
            ("group:eng", "user:*@example.com", "carol@example.org"),
            ("group:eng group:ops", "group:ops", "alice@example.com carol@example.org"),
            ("alice@example.com bob@example.com", "bob@example.com", "alice@example.com"),
            ("tag:a tag:b tag:c", "tag:B tag:c", "tag:a"),
            ("tag:a autogroup:admin", "autogroup:tagged", "autogroup:admin"),
            (
                "autogroup:admin autogroup:member",
                "autogroup:admin",
                "autogroup:member !autogroup:member autogroup:admin OpenItem",
            ),
            ("10.0.0.0/8", "10.128.0.0/9", "10.0.0.0/9"),
            ("10.0.0.0/29", "10.0.0.3", "10.0.0.0/31 10.0.0.2 10.0.0.4/30"),
            ("fd00::/126", "fd00::2", "fd00::/127 fd00::3"),
            ("10.0.0.0/30 10.0.1.0/30", "10.0.0.2/31 10.0.0.0 10.0.0.0/31", "10.0.1.0/30"),
            ("printer lan", "lan", ""),
            (
                "192.168.0.0/23",
                "printer",
                "192.168.0.0/24 192.168.1.0/28 192.168.1.16/30 192.168.1.21 192.168.1.22/31 192.168.1.24/29 192.168.1.32/27 192.168.1.64/26 192.168.1.128/25",
            ),
            ("ipset:lab", "192.168.4.0/25", "192.168.1.20 192.168.4.128/25"),
            ("192.168.4.0/29", "ipset:lab", "192.168.4.7"),
            ("0.0.0.0/0", "autogroup:internet", "10.0.0.0/8 100.64.0.0/10 169.254.0.0/16 172.16.0.0/12 192.168.0.0/16"),
            ("svc:web svc:db", "svc:db", "svc:web"),
            ("* tag:a", "*", ""),
            ("group:eng@example.com tag:a", "group:eng@example.com", "tag:a"),
        ];
        for (list, except, expected) in cases {
            assert_eq!(left(list, except), expected, "{list} except {except}");
        }
    }

    #[test]
    fn what_nobody_lists_is_refused() {
        let cases = [
            ("autogroup:member", "alice@example.com", "autogroup:member !autogroup:member alice@example.com OpenItem"),
            ("autogroup:member", "group:ops", "autogroup:member !autogroup:member group:ops OpenItem"),
            ("group:eng", "autogroup:admin", "group:eng !group:eng autogroup:admin OpenExcept"),
            (
                "group:eng@example.com",
                "alice@example.com",
                "group:eng@example.com !group:eng@example.com alice@example.com OpenItem",
            ),
            (
                "user:*@example.com",
                "alice@example.com",
                "user:*@example.com !user:*@example.com alice@example.com OpenItem",
            ),
            ("*", "tag:a", "* !* tag:a Everything"),
            ("autogroup:tagged", "tag:a", "autogroup:tagged !autogroup:tagged tag:a OpenItem"),
            ("autogroup:internet", "1.1.1.1", "autogroup:internet !autogroup:internet 1.1.1.1 OpenItem"),
            ("tag:a", "nas", "tag:a !tag:a nas Address"),
            ("100.64.0.0/24", "tag:a", "100.64.0.0/24 !100.64.0.0/24 tag:a Address"),
            ("group:eng", "100.64.0.9", "group:eng !group:eng 100.64.0.9 Address"),
        ];
        for (list, except, expected) in cases {
            assert_eq!(left(list, except), expected, "{list} except {except}");
        }
    }

    #[test]
    fn what_takes_nothing_away_is_told() {
        let cases = [
            ("tag:a", "tag:b", "tag:a ?tag:b"),
            ("group:ops", "alice@example.com", "group:ops ?alice@example.com"),
            ("user:*@example.com", "carol@example.org", "user:*@example.com ?carol@example.org"),
            ("10.0.0.0/8 tag:a", "192.168.0.0/16", "10.0.0.0/8 tag:a ?192.168.0.0/16"),
            ("autogroup:member", "tag:a", "autogroup:member ?tag:a"),
            (
                "tag:a lan",
                "autogroup:member printer",
                "tag:a 192.168.0.0/24 192.168.1.0/28 192.168.1.16/30 192.168.1.21 192.168.1.22/31 192.168.1.24/29 192.168.1.32/27 192.168.1.64/26 192.168.1.128/25 192.168.2.0/23 192.168.4.0/22 192.168.8.0/21 192.168.16.0/20 192.168.32.0/19 192.168.64.0/18 192.168.128.0/17 ?autogroup:member",
            ),
            // A name that nobody declares is reported as that.
            ("tag:a group:egn", "group:ogs nowhere", "tag:a group:egn"),
        ];
        for (list, except, expected) in cases {
            assert_eq!(left(list, except), expected, "{list} except {except}");
        }
    }

    proptest! {
        /// Address by address, in a world of 64 of them.
        #[test]
        fn exactly_the_addresses_are_left_that_are_not_taken_away(
            list in prop::collection::vec((0u8..64, 26u8..=32), 1..4),
            except in prop::collection::vec((0u8..64, 26u8..=32), 0..4),
        ) {
            let prefix = |&(address, length): &(u8, u8)| Prefix { address: IpAddr::from([10, 0, 0, address]), length }.masked();
            let written = |list: &[(u8, u8)]| list.iter().map(|item| prefix(item).to_string()).collect::<Vec<_>>().join(" ");
            let policy = Policy::parse("{}");
            let (list_of, except_of) = (names(&written(&list)), names(&written(&except)));
            let remainder = Subtraction::new(&policy).remainder(&list_of, &except_of);
            for ((item, selector), rest) in list.iter().zip(&list_of).zip(&remainder.rest) {
                let left = match rest {
                    Rest::Whole => vec![selector.clone()],
                    Rest::Names(left) => names(&left.join(" ")),
                };
                let tailnet = Tailnet::new(&policy);
                for address in 0..64 {
                    let at = |prefix: Prefix| prefix.contains(Prefix { address: IpAddr::from([10, 0, 0, address]), length: 32 });
                    let wanted = at(prefix(item)) && !except.iter().any(|except| at(prefix(except)));
                    let one = IpAddr::from([10, 0, 0, address]);
                    let holds = left.iter().flat_map(|name| tailnet.literal(name)).filter(|range| range.first <= one && one <= range.last);
                    prop_assert_eq!(holds.count(), usize::from(wanted), "{} in {:?}", address, left);
                }
            }
            for (except, takes) in except.iter().zip(&remainder.takes) {
                let touches = list.iter().any(|item| prefix(item).overlaps(prefix(except)));
                prop_assert_eq!(*takes, touches);
            }
        }
    }
}

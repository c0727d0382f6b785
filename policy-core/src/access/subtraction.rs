//! Subtraction of selectors from a list of selectors. The result is exact, or there is none.
//!
//! A policy file has lists, and no way to subtract from them. So a group becomes its remaining
//! users, and addresses become the remaining prefixes. A selector whose users the policy does not
//! list is kept or removed as a whole: the members of `autogroup:member` change over time. Tags are
//! subtracted from the list: `tag:a, tag:b` without `tag:b` is `tag:a`, and so still includes
//! devices that have both tags.

use std::collections::HashMap;

use crate::access::address_space::{FAMILIES, INTERNET};
use crate::access::declarations::Declarations;
use crate::access::denotation::{Denotation, domain_of, login_key};
use crate::access::interval::{IntervalTree, coalesce, overlap, subtract};
use crate::access::ip_set;
use crate::model::{AddressRange, Policy, Prefix, Selector};

/// Subtracts selectors from lists, with the names that a policy declares.
///
/// ```
/// use policy_core::Policy;
/// use policy_core::access::{Rest, Subtraction};
/// use policy_core::source::{Origin, Text};
/// use policy_core::model::Selector;
/// let policy = Policy::parse(r#"{"groups": {"group:eng": ["alice@example.com", "bob@example.com"]}}"#);
/// let name = |text: &str| Selector::new(Text::escaped(text, Origin::default()));
/// let remainder = Subtraction::new(&policy).remainder(&[name("group:eng")], &[name("bob@example.com")]);
/// assert_eq!(remainder.rest, [Rest::Names(vec!["alice@example.com".to_owned()])]);
/// ```
#[derive(Debug)]
pub struct Subtraction<'p> {
    declarations: Declarations<'p>,
}

/// The result of a subtraction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remainder {
    /// The rest of each item of the list.
    pub rest: Vec<Rest>,
    /// For each subtracted selector, whether it removed anything.
    pub takes: Vec<bool>,
    /// The subtractions that a policy file cannot express.
    pub inexact: Vec<Inexact>,
}

/// The rest of one item of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rest {
    /// The whole item.
    Whole,
    /// These selectors. Empty if nothing is left.
    Names(Vec<String>),
}

/// A selector that cannot be subtracted from another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inexact {
    /// The index of the item in the list.
    pub item: usize,
    /// The index of the subtracted selector.
    pub except: usize,
    /// The reason.
    pub why: InexactReason,
}

/// A reason that a selector cannot be subtracted from another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InexactReason {
    /// The item is `*` or `autogroup:danger-all`.
    Everything,
    /// The policy does not list the members of the item.
    OpenItem,
    /// The policy does not list the members of the subtracted selector.
    OpenExcept,
    /// A device of one selector may have an address of the other.
    Address,
}

impl std::fmt::Display for InexactReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            InexactReason::Everything => "nothing can be removed from everything",
            InexactReason::OpenItem => "the policy does not list who is in the selector",
            InexactReason::OpenExcept => "the policy does not list who is in the exception",
            InexactReason::Address => "a device of the one may have an address of the other",
        })
    }
}

impl std::fmt::Display for Inexact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.why.fmt(f)
    }
}

impl std::error::Error for Inexact {}

/// The kinds of selectors that subtraction tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Everything,
    /// Users listed in the policy.
    Users,
    /// The users of a domain.
    Domain,
    /// Other users, not listed in the policy.
    OpenUsers,
    Tag,
    Tagged,
    Service,
    Internet,
    /// Addresses, some of which devices may have.
    DeviceAddresses,
    /// Addresses that no device has.
    OtherAddresses,
    Nothing,
}

/// The effect of subtracting a selector of one kind from an item of another.
enum Relation {
    /// No effect, unless they have logins or addresses in common.
    Apart,
    /// The item is removed.
    Covered,
    /// The rest cannot be expressed.
    Inexact(InexactReason),
}

fn relation(item: Kind, except: Kind) -> Relation {
    use Kind::{DeviceAddresses, Domain, Everything, OpenUsers, Service, Tag, Tagged, Users};
    match (item, except) {
        (_, Everything) | (Tag, Tagged) => Relation::Covered,
        (Everything, _) => Relation::Inexact(InexactReason::Everything),
        (OpenUsers, Users | Domain | OpenUsers) | (Domain, OpenUsers) | (Tagged, Tag) => {
            Relation::Inexact(InexactReason::OpenItem)
        }
        (Users, OpenUsers) => Relation::Inexact(InexactReason::OpenExcept),
        (Users | Domain | OpenUsers | Tag | Tagged | Service, DeviceAddresses)
        | (DeviceAddresses, Users | Domain | OpenUsers | Tag | Tagged | Service) => {
            Relation::Inexact(InexactReason::Address)
        }
        _ => Relation::Apart,
    }
}

impl<'p> Subtraction<'p> {
    /// Prepares subtraction with the groups, hosts and IP sets of `policy`.
    pub fn new(policy: &'p Policy) -> Self {
        Subtraction { declarations: Declarations::new(policy) }
    }

    /// Subtracts all of `except` from `list`.
    pub fn remainder(&self, list: &[Selector], except: &[Selector]) -> Remainder {
        let mut excepts = Excepts::new(self, except);
        let mut remainder = Remainder { rest: Vec::with_capacity(list.len()), takes: Vec::new(), inexact: Vec::new() };
        for (item, selector) in list.iter().enumerate() {
            let rest = excepts.rest(selector, &self.resolve(selector)).unwrap_or_else(|(except, why)| {
                excepts.mark([except]);
                remainder.inexact.push(Inexact { item, except, why });
                Rest::Whole
            });
            remainder.rest.push(rest);
        }
        remainder.takes = excepts.takes;
        remainder
    }

    fn resolve<'s>(&self, selector: &'s Selector) -> Term<'s>
    where
        'p: 's,
    {
        let denotation = Denotation::new(selector, &self.declarations);
        let ranges = coalesce(ip_set::named_addresses(&self.declarations, denotation));
        let kind = match denotation {
            Denotation::Everything | Denotation::AnyAddress => Kind::Everything,
            Denotation::Users(_) => Kind::Users,
            Denotation::Domain(_) => Kind::Domain,
            Denotation::SyncedGroup(_) | Denotation::Role(_) | Denotation::Shared | Denotation::OwnDevices => {
                Kind::OpenUsers
            }
            Denotation::External(name) if name.starts_with("group:") => Kind::OpenUsers,
            Denotation::Tag(_) | Denotation::External(_) => Kind::Tag,
            Denotation::Tagged => Kind::Tagged,
            Denotation::Service(_) => Kind::Service,
            Denotation::Internet => Kind::Internet,
            Denotation::Addresses(_) if ranges.is_empty() => Kind::Nothing,
            Denotation::Addresses(_) if ranges.iter().any(|&range| is_of_devices(range)) => Kind::DeviceAddresses,
            Denotation::Addresses(_) => Kind::OtherAddresses,
            Denotation::Nothing => Kind::Nothing,
        };
        Term { denotation, kind, ranges }
    }
}

/// A selector with the data that subtraction needs.
struct Term<'s> {
    denotation: Denotation<'s>,
    kind: Kind,
    /// The addresses that it names, coalesced.
    ranges: Vec<AddressRange>,
}

/// The selectors to subtract, indexed by kind. The numbers are indexes into their list.
struct Excepts {
    takes: Vec<bool>,
    /// All selectors by text in lower case, the form in which names are compared.
    names: HashMap<String, Vec<usize>>,
    /// The first selector of each kind, in order. That is enough to report why something cannot be
    /// subtracted.
    kinds: Vec<(Kind, usize)>,
    logins: HashMap<String, Vec<usize>>,
    domains: HashMap<String, Vec<usize>>,
    /// By domain: the first selector that names a login of the domain.
    login_domains: HashMap<String, usize>,
    by_address: IntervalTree<(AddressRange, usize)>,
}

impl Excepts {
    fn new(subtraction: &Subtraction, except: &[Selector]) -> Excepts {
        let mut excepts = Excepts {
            takes: vec![false; except.len()],
            names: HashMap::new(),
            kinds: Vec::new(),
            logins: HashMap::new(),
            domains: HashMap::new(),
            login_domains: HashMap::new(),
            by_address: IntervalTree::new(Vec::new()),
        };
        let mut holes = Vec::new();
        for (index, selector) in except.iter().enumerate() {
            excepts.names.entry(selector.text.to_ascii_lowercase()).or_default().push(index);
            let term = subtraction.resolve(selector);
            if excepts.kinds.iter().all(|(kind, _)| *kind != term.kind) {
                excepts.kinds.push((term.kind, index));
            }
            match term.denotation {
                Denotation::Users(logins) => {
                    for login in logins.iter().map(|login| key(&login.text)) {
                        let domain = domain_of(&login).unwrap_or_default().to_owned();
                        excepts.login_domains.entry(domain).or_insert(index);
                        excepts.logins.entry(login).or_default().push(index);
                    }
                }
                Denotation::Domain(domain) => excepts.domains.entry(login_key(domain)).or_default().push(index),
                // An undeclared name is reported elsewhere.
                _ if term.kind == Kind::Nothing => excepts.mark([index]),
                _ => holes.extend(term.ranges.into_iter().map(|range| (range, (range, index)))),
            }
        }
        excepts.by_address = IntervalTree::new(holes);
        excepts
    }

    fn mark(&mut self, indexes: impl IntoIterator<Item = usize>) {
        for index in indexes {
            if let Some(takes) = self.takes.get_mut(index) {
                *takes = true;
            }
        }
    }

    /// Returns the rest of an item, or the selector that cannot be subtracted from it with the
    /// reason.
    fn rest(&mut self, item: &Selector, term: &Term) -> Result<Rest, (usize, InexactReason)> {
        if let Some(all) = self.covering(item, term) {
            self.mark(all);
            return Ok(Rest::Names(Vec::new()));
        }
        let inexact = self.inexact(term.kind);
        match term.denotation {
            Denotation::Users(logins) => {
                let left = self.logins_left(logins);
                match inexact {
                    Some(inexact) if !left.is_empty() => Err(inexact),
                    _ if left.len() == logins.len() => Ok(Rest::Whole),
                    _ => Ok(Rest::Names(left)),
                }
            }
            Denotation::Domain(domain) => match self.login_domains.get(&login_key(domain)) {
                Some(&index) => Err((index, InexactReason::OpenItem)),
                None => inexact.map_or(Ok(Rest::Whole), Err),
            },
            Denotation::Internet => {
                let holes = INTERNET.into_iter().flat_map(|range| self.by_address.overlapping(range));
                let first = holes.map(|(_, index)| index).min();
                first.map_or(Ok(Rest::Whole), |index| Err((index, InexactReason::OpenItem)))
            }
            _ => match inexact {
                Some(inexact) => Err(inexact),
                None => Ok(self.addresses_left(&term.ranges)),
            },
        }
    }

    /// Returns the selectors that remove the whole item: those with the same text, or otherwise one
    /// that covers it.
    fn covering(&self, item: &Selector, term: &Term) -> Option<Vec<usize>> {
        // Logins and addresses are compared one by one, to find every selector that removes
        // something.
        let is_listed = match term.denotation {
            Denotation::Users(logins) => !logins.is_empty(),
            Denotation::Addresses(_) => !term.ranges.is_empty(),
            _ => false,
        };
        let same = self.names.get(&item.text.to_ascii_lowercase()).filter(|_| !is_listed);
        same.cloned().or_else(|| {
            let mut kinds = self.kinds.iter();
            let covering = kinds.find(|(except, _)| matches!(relation(term.kind, *except), Relation::Covered));
            covering.map(|&(_, index)| vec![index])
        })
    }

    /// Returns the first selector that cannot be subtracted from an item of some kind, with the
    /// reason. Users that are not listed take precedence over addresses that may be theirs.
    fn inexact(&self, item: Kind) -> Option<(usize, InexactReason)> {
        let found = self.kinds.iter().filter_map(|&(except, index)| match relation(item, except) {
            Relation::Inexact(why) => Some((index, why)),
            _ => None,
        });
        found.min_by_key(|(_, why)| *why == InexactReason::Address)
    }

    fn logins_left(&mut self, logins: &[Selector]) -> Vec<String> {
        let mut left = Vec::new();
        for login in logins {
            let key = key(&login.text);
            let of_login = self.logins.get(&key).into_iter().flatten();
            let of_domain = self.domains.get(domain_of(&key).unwrap_or_default()).into_iter().flatten();
            let found: Vec<usize> = of_login.chain(of_domain).copied().collect();
            if found.is_empty() {
                left.push(login.text.to_string());
            }
            self.mark(found);
        }
        left
    }

    fn addresses_left(&mut self, ranges: &[AddressRange]) -> Rest {
        let (mut left, mut found) = (Vec::new(), Vec::new());
        for &range in ranges {
            let holes: Vec<(AddressRange, usize)> = self.by_address.overlapping(range).collect();
            left.extend(subtract(range, holes.iter().map(|&(hole, _)| hole)));
            found.extend(holes.into_iter().map(|(_, index)| index));
        }
        if found.is_empty() {
            return Rest::Whole;
        }
        self.mark(found);
        Rest::Names(left.into_iter().flat_map(AddressRange::prefixes).map(shortest).collect())
    }
}

/// Returns the key by which a login is compared: in lower case, and without the prefix that some
/// selectors of users have.
fn key(login: &str) -> String {
    login_key(login.strip_prefix("user:").unwrap_or(login))
}

/// Writes a prefix, or just the address if it has only one.
fn shortest(prefix: Prefix) -> String {
    let is_single = prefix.length == if prefix.address.is_ipv4() { 32 } else { 128 };
    if is_single { prefix.address.to_string() } else { prefix.to_string() }
}

fn is_of_devices(range: AddressRange) -> bool {
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

    /// Returns the rest of the list, with `!` before a selector that cannot be subtracted, and `?`
    /// before one that removes nothing.
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
            // An undeclared name has an error of its own.
            ("tag:a group:egn", "group:ogs nowhere", "tag:a group:egn"),
        ];
        for (list, except, expected) in cases {
            assert_eq!(left(list, except), expected, "{list} except {except}");
        }
    }

    proptest! {
        /// Checks address by address, in a space of 64 addresses.
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
                let declarations = Declarations::new(&policy);
                for address in 0..64 {
                    let at = |prefix: Prefix| prefix.contains(Prefix { address: IpAddr::from([10, 0, 0, address]), length: 32 });
                    let wanted = at(prefix(item)) && !except.iter().any(|except| at(prefix(except)));
                    let one = IpAddr::from([10, 0, 0, address]);
                    let holds = left.iter().flat_map(|name| ip_set::named_addresses(&declarations, Denotation::new(name, &declarations))).filter(|range| range.first <= one && one <= range.last);
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

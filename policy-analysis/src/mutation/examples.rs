//! Examples of sources and destinations that a rule's selectors stand for, as a test may name them.

use std::net::IpAddr;

use policy_core::access::{Denotation, Tailnet, domain_of, has_role, rule_selectors};
use policy_core::model::{HostAddress, Policy, Selector, SelectorKind};
use policy_core::source::{Origin, Text};

/// The maximum number of examples in a list, which is enough to find one that works.
const MOST: usize = 24;

/// Well-known public addresses.
const PUBLIC: [&str; 3] = ["1.1.1.1", "8.8.8.8", "9.9.9.9"];

/// Sources and destinations of a policy that tests may name.
pub(super) struct Examples<'p> {
    tailnet: Tailnet<'p>,
    users: Vec<&'p str>,
    tags: Vec<&'p str>,
    hosts: Vec<&'p str>,
}

impl<'p> Examples<'p> {
    pub(super) fn new(policy: &'p Policy) -> Self {
        let tailnet = Tailnet::new(policy);
        // If the users of the tailnet are known, a test of anyone else fails.
        let mut users: Vec<&str> = policy.facts.users.iter().map(|user| user.email.as_str()).collect();
        if users.is_empty() {
            let members = policy.groups.iter().flat_map(|group| &group.members);
            let mut named = rule_selectors(policy);
            named.extend(policy.ssh.iter().flat_map(|rule| &rule.src));
            let tested = policy.tests.iter().filter_map(|test| test.src.as_ref());
            let all =
                named.into_iter().chain(members).chain(tested).filter(|selector| selector.kind == SelectorKind::User);
            users = all.map(|user| user.text.as_str()).filter(|login| !login.contains('*')).collect();
            users.sort_unstable();
            users.dedup();
        }
        let is_single = |address: Option<HostAddress>| matches!(address, Some(HostAddress::Address(_)));
        Examples {
            tailnet,
            users,
            tags: policy.tag_owners.iter().map(|declaration| declaration.tag.as_str()).collect(),
            hosts: policy.hosts.iter().filter(|host| is_single(host.address)).map(|host| host.name.as_str()).collect(),
        }
    }

    /// Returns examples of what some selectors stand for as sources.
    pub(super) fn sources<'s>(&self, list: impl IntoIterator<Item = &'s Selector>) -> Vec<Selector> {
        let words = list.into_iter().flat_map(|selector| self.of(selector, &[]));
        distinct(words.take(MOST))
    }

    /// Returns examples of what some selectors stand for as destinations. For `autogroup:self`,
    /// that is the source itself.
    pub(super) fn destinations<'s>(
        &self,
        list: impl IntoIterator<Item = &'s Selector>,
        source: &Selector,
    ) -> Vec<Selector> {
        let words = list.into_iter().flat_map(|selector| match self.tailnet.denote(selector) {
            Denotation::OwnDevices => vec![source.text.to_string()],
            Denotation::Service(name) => vec![name.to_owned()],
            _ => self.of(selector, &self.hosts),
        });
        distinct(words.take(MOST))
    }

    /// Returns users and tags, which are the ends that rules distinguish most often.
    pub(super) fn anybody(&self) -> Vec<Selector> {
        self.sources([&Selector::new(Text::escaped("*", Origin::default()))])
    }

    /// Returns tags, hosts and devices of users.
    pub(super) fn anything(&self, source: &Selector) -> Vec<Selector> {
        self.destinations([&Selector::new(Text::escaped("*", Origin::default()))], source)
    }

    /// Returns the users that a test may name.
    fn known(&self, people: &[Selector]) -> Vec<String> {
        let is_known = |person: &&Selector| self.users.iter().any(|login| login.eq_ignore_ascii_case(&person.text));
        people.iter().take(MOST).filter(is_known).map(|person| person.text.to_string()).collect()
    }

    fn of(&self, selector: &Selector, hosts: &[&str]) -> Vec<String> {
        let words = |words: &[&str]| words.iter().take(MOST).map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let logins = |is_example: &dyn Fn(&str) -> bool| {
            let users = self.users.iter().filter(|user| is_example(user)).take(MOST);
            users.map(|user| (*user).to_owned()).collect::<Vec<_>>()
        };
        match self.tailnet.denote(selector) {
            Denotation::Tag(tag) => vec![tag.to_owned()],
            Denotation::Users(users) => self.known(users),
            Denotation::Domain(domain) => {
                logins(&|user| domain_of(user).is_some_and(|own| own.eq_ignore_ascii_case(domain)))
            }
            Denotation::Role(role) => logins(&|user| {
                let known = self.tailnet.user(user).and_then(|user| self.tailnet.users.get(user));
                has_role(known.and_then(|user| user.role), role)
            }),
            Denotation::Tagged => words(&self.tags),
            Denotation::Internet => words(&PUBLIC),
            Denotation::Everything | Denotation::AnyAddress => {
                // One example of each kind comes first, because there may be many of every kind.
                let longest = self.users.len().max(self.tags.len()).max(hosts.len()).min(MOST);
                let nth = |list: &[&str], number: usize| list.get(number).map(|word| (*word).to_owned());
                let all = (0..longest).flat_map(|n| [nth(&self.tags, n), nth(&self.users, n), nth(hosts, n)]);
                all.flatten().collect()
            }
            Denotation::Addresses(_) if self.is_test_word(selector) => vec![selector.text.to_string()],
            Denotation::Addresses(_) => {
                let ranges = self.tailnet.literal(selector);
                let ends = ranges.iter().take(MOST).flat_map(|range| [next(range.first).min(range.last), range.last]);
                ends.map(|address| address.to_string()).collect()
            }
            Denotation::SyncedGroup(_)
            | Denotation::Shared
            | Denotation::Service(_)
            | Denotation::External(_)
            | Denotation::OwnDevices
            | Denotation::Nothing => Vec::new(),
        }
    }

    /// Returns whether a test may use the selector itself for these addresses, because it names
    /// only one.
    fn is_test_word(&self, selector: &Selector) -> bool {
        matches!(selector.kind, SelectorKind::Address(_)) || self.hosts.contains(&selector.text.as_str())
    }
}

/// Returns the next address, because the first address of a prefix is rarely a machine.
fn next(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(address) => IpAddr::V4(u32::from(address).saturating_add(1).into()),
        IpAddr::V6(address) => IpAddr::V6(u128::from(address).saturating_add(1).into()),
    }
}

fn distinct(words: impl Iterator<Item = String>) -> Vec<Selector> {
    let mut all: Vec<Selector> = Vec::new();
    for word in words {
        if all.iter().all(|known| *known.text != *word) {
            all.push(Selector::new(Text::escaped(word, Origin::default())));
        }
    }
    all
}

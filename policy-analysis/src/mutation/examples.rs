//! Words that a test may have, as examples of what a rule's selectors stand for.

use std::net::IpAddr;

use policy_core::access::tailnet::Tailnet;
use policy_core::access::tailnet::has_role;
use policy_core::model::{Autogroup, HostAddress, Policy, Selector, SelectorKind};
use policy_core::source::{Origin, Text};

/// More examples of one list than it takes to find one that will do.
const MOST: usize = 24;

/// Public addresses that everybody knows.
const PUBLIC: [&str; 3] = ["1.1.1.1", "8.8.8.8", "9.9.9.9"];

/// The words of a policy that a test may have.
pub(super) struct Examples<'p> {
    tailnet: Tailnet<'p>,
    users: Vec<&'p str>,
    tags: Vec<&'p str>,
    hosts: Vec<&'p str>,
}

impl<'p> Examples<'p> {
    pub(super) fn new(policy: &'p Policy) -> Self {
        let tailnet = Tailnet::new(policy);
        // Where the tailnet's users are known, a test of anybody else fails.
        let mut users: Vec<&str> = policy.facts.users.iter().map(|user| user.email.as_str()).collect();
        if users.is_empty() {
            let members = policy.groups.iter().flat_map(|group| &group.members);
            let named =
                policy_core::access::rule_index::ends(policy).chain(policy.ssh.iter().flat_map(|rule| &rule.src));
            let tested = policy.tests.iter().filter_map(|test| test.src.as_ref());
            let all = named.chain(members).chain(tested).filter(|selector| selector.kind == SelectorKind::User);
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

    /// Examples of all that some selectors stand for as sources.
    pub(super) fn sources<'s>(&self, list: impl IntoIterator<Item = &'s Selector>) -> Vec<Selector> {
        let words = list.into_iter().flat_map(|selector| self.of(selector, &[]));
        distinct(words.take(MOST))
    }

    /// The same as destinations; of `autogroup:self` the source itself.
    pub(super) fn destinations<'s>(
        &self,
        list: impl IntoIterator<Item = &'s Selector>,
        source: &Selector,
    ) -> Vec<Selector> {
        let words = list.into_iter().flat_map(|selector| match selector.kind {
            SelectorKind::Autogroup(Some(Autogroup::SelfDevices)) => vec![source.text.to_string()],
            SelectorKind::Service => vec![selector.text.to_string()],
            _ => self.of(selector, &self.hosts),
        });
        distinct(words.take(MOST))
    }

    /// People and tags, whom rules tell apart most often.
    pub(super) fn anybody(&self) -> Vec<Selector> {
        self.sources([&Selector::new(Text::escaped("*", Origin::default()))])
    }

    /// Tags, hosts and people's devices.
    pub(super) fn anything(&self, source: &Selector) -> Vec<Selector> {
        self.destinations([&Selector::new(Text::escaped("*", Origin::default()))], source)
    }

    /// Those whom a test may be about.
    fn known(&self, people: &[Selector]) -> Vec<String> {
        let is_known = |person: &&Selector| self.users.iter().any(|login| login.eq_ignore_ascii_case(&person.text));
        people.iter().take(MOST).filter(is_known).map(|person| person.text.to_string()).collect()
    }

    fn of(&self, selector: &Selector, hosts: &[&str]) -> Vec<String> {
        let words = |words: &[&str]| words.iter().take(MOST).map(|word| (*word).to_owned()).collect::<Vec<_>>();
        match selector.kind {
            SelectorKind::Tag | SelectorKind::Address(_) => vec![selector.text.to_string()],
            SelectorKind::User => self.known(std::slice::from_ref(selector)),
            SelectorKind::Group => {
                let group = self.tailnet.groups.get(selector.text.as_str());
                group.map_or(Vec::new(), |group| self.known(&group.members))
            }
            SelectorKind::Domain => {
                let domain = selector.domain();
                let users = self.users.iter().filter(|user| user.rsplit_once('@').map(|(_, domain)| domain) == domain);
                users.map(|user| (*user).to_owned()).collect()
            }
            SelectorKind::Host if self.hosts.contains(&selector.text.as_str()) => vec![selector.text.to_string()],
            SelectorKind::Autogroup(Some(Autogroup::Tagged)) => words(&self.tags),
            SelectorKind::Autogroup(Some(Autogroup::Internet)) => words(&PUBLIC),
            SelectorKind::Wildcard | SelectorKind::Autogroup(Some(Autogroup::DangerAll)) => {
                // One of each sort first, since there may be many of all.
                let longest = self.users.len().max(self.tags.len()).max(hosts.len()).min(MOST);
                let nth = |list: &[&str], number: usize| list.get(number).map(|word| (*word).to_owned());
                let all = (0..longest).flat_map(|n| [nth(&self.tags, n), nth(&self.users, n), nth(hosts, n)]);
                all.flatten().collect()
            }
            SelectorKind::Autogroup(Some(autogroup)) if autogroup.is_role() => {
                let role = |login: &str| {
                    self.tailnet.user(login).and_then(|user| self.tailnet.users.get(user)).and_then(|user| user.role)
                };
                let users = self.users.iter().filter(|user| has_role(role(user), autogroup));
                users.take(MOST).map(|user| (*user).to_owned()).collect()
            }
            _ => {
                let ranges = self.tailnet.literal(selector);
                ranges
                    .iter()
                    .take(MOST)
                    .flat_map(|range| [next(range.first).min(range.last), range.last])
                    .map(|address| address.to_string())
                    .collect()
            }
        }
    }
}

/// The address after: the first of a prefix is hardly a machine's.
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

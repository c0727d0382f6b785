//! An index of the distinct selectors of a policy. It finds the selectors that name an endpoint by
//! its login, role, tags and addresses. Selectors get numbers once, and all later code compares
//! numbers only.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::access::address_space::{INTERNET, has_tailscales};
use crate::access::denotation::{Denotation, has_role, login_key};
use crate::access::endpoint::{Endpoint, Principal, Reach};
use crate::access::family::Family;
use crate::access::interval::{IntervalTree, single};
use crate::access::tailnet::Tailnet;
use crate::access::{ip_set, sorted};
use crate::model::{AddressRange, Role, Selector};

/// A selector by number. Equal texts have the same number.
pub type SelectorId = usize;

/// A numbered list of selectors. The file `matching.rs` defines which selectors name an endpoint.
#[derive(Debug)]
pub struct SelectorIndex<'p> {
    /// The selectors in the order of their numbers.
    pub distinct: Vec<&'p Selector>,
    /// The meaning of each selector.
    pub denotations: Vec<Denotation<'p>>,
    by_text: HashMap<&'p str, SelectorId>,
    /// By login, in lower case: the user's selector and the groups that contain the user.
    by_login: HashMap<String, Vec<SelectorId>>,
    /// By tag, in lower case.
    by_tag: HashMap<String, Vec<SelectorId>>,
    /// By domain, in lower case.
    by_domain: HashMap<String, Vec<SelectorId>>,
    /// By role. `autogroup:member` has two spellings, and so may have two numbers.
    roles: Vec<(Role, SelectorId)>,
    everything: Option<SelectorId>,
    any_address: Option<SelectorId>,
    tagged: Option<SelectorId>,
    shared: Option<SelectorId>,
    internet: Option<SelectorId>,
    own_devices: Option<SelectorId>,
    by_address: IntervalTree<SelectorId>,
    /// By family: the selectors whose addresses include every address that a device can have.
    of_every_device: [Vec<SelectorId>; 2],
    /// By text: additional numbers that stand for the addresses of a selector, however they are
    /// reached.
    at_any_reach: HashMap<&'p str, SelectorId>,
    /// The same numbers, by address.
    by_address_at_any_reach: IntervalTree<SelectorId>,
    count: usize,
}

impl<'p> SelectorIndex<'p> {
    /// Numbers these selectors.
    pub fn new(tailnet: &Tailnet<'p>, all: impl IntoIterator<Item = &'p Selector>) -> Self {
        let mut index = SelectorIndex {
            distinct: Vec::new(),
            denotations: Vec::new(),
            by_text: HashMap::new(),
            by_login: HashMap::new(),
            by_tag: HashMap::new(),
            by_domain: HashMap::new(),
            roles: Vec::new(),
            everything: None,
            any_address: None,
            tagged: None,
            shared: None,
            internet: None,
            own_devices: None,
            by_address: IntervalTree::new(Vec::new()),
            of_every_device: [Vec::new(), Vec::new()],
            at_any_reach: HashMap::new(),
            by_address_at_any_reach: IntervalTree::new(Vec::new()),
            count: 0,
        };
        for selector in all {
            if let Entry::Vacant(entry) = index.by_text.entry(&selector.text) {
                entry.insert(index.distinct.len());
                index.distinct.push(selector);
                index.denotations.push(tailnet.denote(selector));
            }
        }
        index.count = index.distinct.len();
        index.fill(tailnet);
        index
    }

    /// Adds each selector to the maps by which it is found.
    fn fill(&mut self, tailnet: &Tailnet<'p>) {
        let mut addresses = Vec::new();
        for (id, &denotation) in self.denotations.iter().enumerate() {
            match denotation {
                Denotation::Everything => self.everything = Some(id),
                Denotation::AnyAddress => self.any_address = Some(id),
                Denotation::Users(logins) => {
                    for login in logins {
                        let named = self.by_login.entry(login_key(tailnet.identity(&login.text))).or_default();
                        // A group may list a member twice.
                        if named.last() != Some(&id) {
                            named.push(id);
                        }
                    }
                }
                Denotation::Domain(domain) => self.by_domain.entry(login_key(domain)).or_default().push(id),
                Denotation::Role(role) => self.roles.push((role, id)),
                Denotation::Tag(tag) => self.by_tag.entry(tag.to_ascii_lowercase()).or_default().push(id),
                Denotation::Tagged => self.tagged = Some(id),
                Denotation::Shared => self.shared = Some(id),
                Denotation::Internet => self.internet = Some(id),
                Denotation::OwnDevices => self.own_devices = Some(id),
                Denotation::Addresses(_) => {
                    let ranges = ip_set::named_addresses(&tailnet.declarations, denotation);
                    let every = ip_set::of_every_device(&ranges);
                    for (family, ids) in Family::BOTH.into_iter().zip(&mut self.of_every_device) {
                        ids.extend(every.contains(family).then_some(id));
                    }
                    addresses.extend(ranges.into_iter().map(|range| (range, id)));
                }
                // These are found by their text.
                Denotation::SyncedGroup(_) | Denotation::Service(_) | Denotation::External(_) => {}
                Denotation::Nothing => {}
            }
        }
        self.by_address = IntervalTree::new(addresses);
    }

    /// Returns numbers for the rule of a policy without rules: any address as a source, and everything as a destination.
    pub fn add_everything(&mut self) -> (SelectorId, SelectorId) {
        let (any_address, everything) = (self.count, self.count + 1);
        self.count += 2;
        (*self.any_address.get_or_insert(any_address), *self.everything.get_or_insert(everything))
    }

    /// Gives these selectors, which belong to a question and not to a rule, an additional number:
    /// for their addresses, however these are reached. A prefix in a rule covers subnet routers
    /// only. A prefix in a question covers exit nodes, too.
    pub fn ask(&mut self, tailnet: &Tailnet<'p>, asked: impl IntoIterator<Item = &'p Selector>) {
        let mut addresses = Vec::new();
        for selector in asked {
            let ranges = match tailnet.denote(selector) {
                Denotation::Addresses(_) => tailnet.literal(selector),
                _ => continue,
            };
            let is_beyond = ranges.iter().any(|&range| !has_tailscales(range));
            if is_beyond && !self.at_any_reach.contains_key(selector.text.as_str()) {
                self.at_any_reach.insert(&selector.text, self.count);
                addresses.extend(ranges.into_iter().map(|range| (range, self.count)));
                self.count += 1;
            }
        }
        self.by_address_at_any_reach = IntervalTree::new(addresses);
    }

    /// Returns the numbers of the selectors of a question: those of [`ids`](Self::ids), and the
    /// additional ones of [`ask`](Self::ask).
    pub fn asked_ids(&self, list: &[Selector]) -> Vec<SelectorId> {
        let mut ids = self.ids(list);
        ids.extend(list.iter().filter_map(|selector| self.at_any_reach.get(selector.text.as_str())));
        ids
    }

    /// Returns `true` if a selector given to [`ask`](Self::ask) has an address in `range`.
    pub fn is_asked(&self, range: AddressRange) -> bool {
        self.by_address_at_any_reach.overlapping(range).next().is_some()
    }

    /// Returns `true` if some selector has every IPv4 address of devices but not every IPv6
    /// address, or the reverse.
    pub fn tells_families_apart(&self) -> bool {
        let [v4, v6] = &self.of_every_device;
        v4 != v6
    }

    /// Returns the number of selectors. It is greater than all their ids.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Returns whether there are no selectors.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Returns the number of a selector, if the index has it.
    pub fn id(&self, text: &str) -> Option<SelectorId> {
        self.by_text.get(text).copied()
    }

    /// Returns the numbers of the selectors of a list that the index has.
    pub fn ids(&self, list: &[Selector]) -> Vec<SelectorId> {
        list.iter().filter_map(|selector| self.id(&selector.text)).collect()
    }

    /// Returns the number of `autogroup:self`, if the index has it.
    pub fn own_devices(&self) -> Option<SelectorId> {
        self.own_devices
    }

    /// Returns the selectors that certainly name an endpoint as a source, in the order of their numbers.
    pub fn of_source(&self, tailnet: &Tailnet, endpoint: &Endpoint) -> Vec<SelectorId> {
        let mut named = self.of_either_end(endpoint);
        if tailnet.contains(endpoint) {
            named.extend(self.everything);
        }
        named.extend(self.any_address);
        sorted::sort(named)
    }

    /// Returns the selectors other than `autogroup:self`, which depends on the source, that certainly name an endpoint
    /// as a destination, in the order of their numbers.
    pub fn of_destination(&self, endpoint: &Endpoint) -> Vec<SelectorId> {
        let mut named = self.of_either_end(endpoint);
        named.extend(self.everything);
        if endpoint.reach != Reach::SubnetRoute && INTERNET.into_iter().any(|range| endpoint.is_in(range)) {
            named.extend(self.internet);
        }
        sorted::sort(named)
    }

    fn of_either_end(&self, endpoint: &Endpoint) -> Vec<SelectorId> {
        let mut named = Vec::new();
        match &endpoint.who {
            Principal::Unknown => {}
            Principal::User { login, role } => {
                named.extend(self.by_login.get(&login_key(login)).into_iter().flatten());
                self.add_role(&mut named, *role);
            }
            Principal::Login(login) => named.extend(self.by_login.get(&login_key(login)).into_iter().flatten()),
            Principal::Member { role, group, .. } => {
                named.extend(group.and_then(|group| self.id(group)));
                self.add_role(&mut named, Some(*role));
            }
            Principal::Tagged(tags) => {
                for tag in tags {
                    named.extend(self.by_tag.get(&tag.to_ascii_lowercase()).into_iter().flatten());
                }
                named.extend(self.tagged);
            }
            Principal::Service(name) | Principal::External(name) => named.extend(self.id(name)),
            Principal::Shared => named.extend(self.shared),
        }
        if let Some(domain) = endpoint.who.domain().filter(|_| !self.by_domain.is_empty()) {
            named.extend(self.by_domain.get(&login_key(domain)).into_iter().flatten());
        }
        // A device without listed addresses has one address of each family.
        if endpoint.addresses.is_empty() && endpoint.who.is_device() {
            for (family, ids) in Family::BOTH.into_iter().zip(&self.of_every_device) {
                if endpoint.family.is_none_or(|own| own == family) {
                    named.extend(ids);
                }
            }
        }
        let by_address = match endpoint.reach {
            Reach::ExitNode => &self.by_address_at_any_reach,
            Reach::Own | Reach::SubnetRoute => &self.by_address,
        };
        for &address in &endpoint.addresses {
            named.extend(by_address.overlapping(single(address)));
        }
        named
    }

    fn add_role(&self, named: &mut Vec<SelectorId>, role: Option<Role>) {
        for &(wanted, id) in &self.roles {
            if has_role(role, wanted) {
                named.push(id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Policy;
    use crate::access::matching::{matches_destination, matches_source};
    use crate::access::rule_index::rule_selectors;
    use crate::access::ternary::Ternary;
    use crate::access::unknowns::{UnknownFact, UnknownSelectors, Unknowns};
    use crate::proof::AccessClasses;
    use policy_generate::small;
    use policy_generate::small::Random;

    /// Every endpoint that a policy can distinguish, and each user again without a role.
    fn endpoints<'p>(policy: &'p Policy) -> Vec<Endpoint<'p>> {
        let classes = AccessClasses::new(policy);
        let all = classes.sources.iter().chain(&classes.destinations).flat_map(|class| class.members.clone());
        let mut endpoints: Vec<Endpoint> = all.collect();
        let without_role = |endpoint: &Endpoint<'p>| match endpoint.who {
            Principal::User { login, .. } => {
                Some(Endpoint { who: Principal::User { login, role: None }, ..endpoint.clone() })
            }
            _ => None,
        };
        endpoints.extend(endpoints.iter().filter_map(without_role).collect::<Vec<_>>());
        endpoints
    }

    #[test]
    fn what_is_looked_up_is_what_a_look_at_every_selector_finds() {
        let [mut yes, mut no, mut maybe] = [0; 3];
        for seed in small::seeds(40) {
            let (text, facts) = small::policy(&mut Random::new(seed));
            for policy in [Policy::with_facts(&text, &facts), Policy::parse(&text)] {
                let tailnet = Tailnet::new(&policy);
                let index = SelectorIndex::new(&tailnet, rule_selectors(&policy));
                let unknown_selectors = UnknownSelectors::new(&tailnet, &index);
                for endpoint in endpoints(&policy) {
                    let is_address = endpoint.who == Principal::Unknown && endpoint.reach == Reach::Own;
                    let unknowns = Unknowns {
                        device: endpoint.is_unknown_device(&tailnet).then_some("an address"),
                        route: (is_address && tailnet.devices.is_empty()).then_some("an address"),
                    };
                    let mut facts = endpoint.unknown_facts();
                    facts.extend(unknowns.device.map(|_| UnknownFact::Device));
                    facts.extend(unknowns.route.map(|_| UnknownFact::Route));
                    let possible = unknown_selectors.dependent_on(&facts);
                    let (of_source, of_destination) =
                        (index.of_source(&tailnet, &endpoint), index.of_destination(&endpoint));
                    for (id, selector) in index.distinct.iter().enumerate() {
                        for (found, answer) in [
                            (&of_source, matches_source(&tailnet, selector, &endpoint, unknowns)),
                            (&of_destination, matches_destination(&tailnet, selector, &endpoint, unknowns)),
                        ] {
                            let place = || format!("{selector} {endpoint:?}\n{text}");
                            assert_eq!(sorted::contains(found, id), answer == Ternary::Yes, "{}", place());
                            match answer {
                                Ternary::Yes => yes += 1,
                                Ternary::No => no += 1,
                                Ternary::Maybe(_) => {
                                    maybe += 1;
                                    assert!(sorted::contains(&possible, id), "{}", place());
                                }
                            }
                        }
                    }
                }
            }
        }
        assert!(yes > 1000 && no > 1000 && maybe > 1000, "{yes} {no} {maybe}");
    }
}

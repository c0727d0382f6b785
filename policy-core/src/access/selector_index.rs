//! The selectors of a policy, each once, and the way from somebody to those that name them: by login, by role, by tag,
//! by address. They are looked up once; after that only numbers are compared.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::access::endpoint::{Endpoint, Principal};
use crate::access::interval::{FAMILIES, INTERNET, IntervalTree, TAILNET, single};
use crate::access::tailnet::{Tailnet, has_role};
use crate::model::{AddressRange, Autogroup, Role, Selector, SelectorKind};

/// A selector by number. Equal texts have one.
pub type SelectorId = usize;

/// Every selector of a list, numbered.
#[derive(Debug)]
pub struct SelectorIndex<'p> {
    /// Each once, in order.
    pub distinct: Vec<&'p Selector>,
    by_text: HashMap<&'p str, SelectorId>,
    /// A login, in lower case, with the groups that have it.
    by_login: HashMap<String, Vec<SelectorId>>,
    /// By tag, in lower case.
    by_tag: HashMap<String, Vec<SelectorId>>,
    by_domain: HashMap<&'p str, Vec<SelectorId>>,
    autogroups: Vec<(Autogroup, SelectorId)>,
    wildcard: Option<SelectorId>,
    by_address: IntervalTree<SelectorId>,
    /// Those that have an address of every device, whichever it has.
    of_every_device: Vec<SelectorId>,
    count: usize,
}

impl<'p> SelectorIndex<'p> {
    /// Numbers these.
    pub fn new(tailnet: &Tailnet<'p>, all: impl IntoIterator<Item = &'p Selector>) -> Self {
        let mut selectors = SelectorIndex {
            distinct: Vec::new(),
            by_text: HashMap::new(),
            by_login: HashMap::new(),
            by_tag: HashMap::new(),
            by_domain: HashMap::new(),
            autogroups: Vec::new(),
            wildcard: None,
            by_address: IntervalTree::new(Vec::new()),
            of_every_device: Vec::new(),
            count: 0,
        };
        let mut addresses = Vec::new();
        for selector in all {
            let Entry::Vacant(entry) = selectors.by_text.entry(&selector.text) else { continue };
            let id = *entry.insert(selectors.count);
            selectors.count += 1;
            selectors.distinct.push(selector);
            match selector.kind {
                SelectorKind::Wildcard => selectors.wildcard = Some(id),
                SelectorKind::User => selectors.add_login(&selector.text, id),
                SelectorKind::Group => {
                    let group = tailnet.groups.get(selector.text.as_str());
                    let members = group.into_iter().flat_map(|group| &group.members);
                    members.for_each(|member| selectors.add_login(&member.text, id));
                }
                SelectorKind::Domain => {
                    let domain = selector.domain().unwrap_or_default();
                    selectors.by_domain.entry(domain).or_default().push(id);
                }
                SelectorKind::Tag => {
                    selectors.by_tag.entry(selector.text.to_ascii_lowercase()).or_default().push(id);
                }
                SelectorKind::Autogroup(Some(autogroup)) => selectors.autogroups.push((autogroup, id)),
                _ => {
                    let ranges = tailnet.literal(selector);
                    let has_all = |family: AddressRange| {
                        ranges.iter().any(|range| range.first <= family.first && family.last <= range.last)
                    };
                    if FAMILIES.into_iter().any(has_all) {
                        selectors.of_every_device.push(id);
                    }
                    addresses.extend(ranges.into_iter().map(|range| (range, id)));
                }
            }
        }
        selectors.by_address = IntervalTree::new(addresses);
        selectors
    }

    /// Numbers for what a policy without rules has: anybody as a source, and everything as a destination.
    pub fn everything(&mut self) -> (SelectorId, SelectorId) {
        let (anybody, everything) = (self.count, self.count + 1);
        self.count += 2;
        self.autogroups.push((Autogroup::DangerAll, anybody));
        self.wildcard = Some(*self.wildcard.get_or_insert(everything));
        (anybody, self.wildcard.unwrap_or(everything))
    }

    fn add_login(&mut self, login: &str, id: SelectorId) {
        let named = self.by_login.entry(login.to_ascii_lowercase()).or_default();
        // A group may have a member twice.
        if named.last() != Some(&id) {
            named.push(id);
        }
    }

    /// How many there are: all numbers are below it.
    pub fn len(&self) -> usize {
        self.count
    }

    /// The number of a selector, if it is one of them.
    pub fn id(&self, text: &str) -> Option<SelectorId> {
        self.by_text.get(text).copied()
    }

    /// The numbers of a list's selectors, all of which are among them.
    pub fn ids(&self, list: &[Selector]) -> Vec<SelectorId> {
        list.iter().filter_map(|selector| self.id(&selector.text)).collect()
    }

    /// The number of `autogroup:self`, if it is one of them.
    pub fn own_devices(&self) -> Option<SelectorId> {
        self.autogroup(Autogroup::SelfDevices)
    }

    fn autogroup(&self, wanted: Autogroup) -> Option<SelectorId> {
        self.autogroups.iter().find(|(autogroup, _)| *autogroup == wanted).map(|&(_, id)| id)
    }

    /// Those that name it as a source, in the order of their numbers.
    pub fn of_source(&self, tailnet: &Tailnet, identity: &Endpoint) -> Vec<SelectorId> {
        let mut named = self.of_either_end(identity);
        if is_in_tailnet(tailnet, identity) {
            named.extend(self.wildcard);
        }
        named.extend(self.autogroup(Autogroup::DangerAll));
        sorted(named)
    }

    /// Those that name it as a destination, `autogroup:self` apart, which is between two. What a public
    /// address is reached through is not looked at: without an exit node nobody gets there, whatever is allowed.
    pub fn of_destination(&self, identity: &Endpoint) -> Vec<SelectorId> {
        let mut named = self.of_either_end(identity);
        named.extend(self.wildcard);
        if INTERNET.into_iter().any(|range| identity.is_in(range)) {
            named.extend(self.autogroup(Autogroup::Internet));
        }
        sorted(named)
    }

    fn of_either_end(&self, identity: &Endpoint) -> Vec<SelectorId> {
        let mut named = Vec::new();
        match &identity.who {
            Principal::Unknown => {}
            Principal::User { login, role } => {
                named.extend(self.by_login.get(&login.to_ascii_lowercase()).into_iter().flatten());
                self.add_member(&mut named, login.rsplit_once('@').map(|(_, domain)| domain), *role);
            }
            Principal::Member { domain, role, group } => {
                named.extend(group.and_then(|group| self.id(group)));
                self.add_member(&mut named, *domain, Some(*role));
            }
            Principal::Tagged(tags) => {
                for tag in tags {
                    named.extend(self.by_tag.get(&tag.to_ascii_lowercase()).into_iter().flatten());
                }
                named.extend(self.autogroup(Autogroup::Tagged));
            }
            Principal::Service(name) | Principal::External(name) => named.extend(self.id(name)),
            Principal::Shared => named.extend(self.autogroup(Autogroup::Shared)),
        }
        // A device whose addresses are not known still has one in each family.
        if identity.addresses.is_empty() && identity.who.is_device() {
            named.extend(&self.of_every_device);
        }
        for &address in &identity.addresses {
            named.extend(self.by_address.overlapping(single(address)));
        }
        named
    }

    fn add_member(&self, named: &mut Vec<SelectorId>, domain: Option<&str>, role: Option<Role>) {
        named.extend(domain.and_then(|domain| self.by_domain.get(domain)).into_iter().flatten());
        let roles = self.autogroups.iter().filter(|(autogroup, _)| has_role(role, *autogroup));
        named.extend(roles.map(|(_, id)| id));
    }
}

/// Whether `*` names it as a source. What is shared in is among it, what is only reached is not.
fn is_in_tailnet(tailnet: &Tailnet, identity: &Endpoint) -> bool {
    match identity.who {
        Principal::User { .. }
        | Principal::Member { .. }
        | Principal::Tagged(_)
        | Principal::Shared
        | Principal::External(_) => true,
        Principal::Unknown | Principal::Service(_) => {
            let mut addresses = identity.addresses.iter().map(|&address| single(address));
            identity.is_routed
                || TAILNET.into_iter().any(|range| identity.is_in(range))
                || addresses.any(|address| tailnet.routers.overlapping(address).next().is_some())
        }
    }
}

fn sorted(mut named: Vec<SelectorId>) -> Vec<SelectorId> {
    named.sort_unstable();
    named.dedup();
    named
}

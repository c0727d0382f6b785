//! Everybody and everything that a policy can tell apart, one of each, with a name to show.

use std::collections::HashSet;
use std::net::IpAddr;

use crate::access::endpoint::{Endpoint, Principal};
use crate::access::interval::FilterAddress;
use crate::access::interval::{INTERNET, IntervalTree, TAILNET, overlap, single};
use crate::access::tailnet::{Node, Tailnet};
use crate::model::{AddressRange, Autogroup, Policy, Role, Selector, SelectorKind};
use crate::proof::atoms::atoms;

/// One of those that a policy can tell apart.
#[derive(Clone, Debug)]
pub struct Representative<'p> {
    pub identity: Endpoint<'p>,
    pub name: String,
    pub rank: Rank,
    /// Whether it is somebody of whom no fact tells the role.
    pub is_of_assumed_role: bool,
}

impl<'p> Representative<'p> {
    fn new(identity: Endpoint<'p>, name: String, rank: Rank) -> Self {
        Representative { identity, name, rank, is_of_assumed_role: false }
    }
}

/// How well somebody serves as an example: what has a name comes before what has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    User,
    Tag,
    Named,
    /// A user or a device in a state that nobody said it is in
    Possible,
    OtherMember,
    OtherTagged,
    Outsider,
    Address,
}

/// Every individual, the best examples first.
pub fn individuals<'p>(
    policy: &'p Policy,
    tailnet: &Tailnet<'p>,
    selectors: &[&'p Selector],
) -> Vec<Representative<'p>> {
    let census = Census::new(policy, tailnet, selectors);
    let mut all = Vec::new();
    census.users(&mut all);
    census.other_members(&mut all);
    census.tags(&mut all);
    census.named(&mut all);
    census.addresses(&mut all);
    all.sort_by_key(|individual| individual.rank);
    all
}

/// The devices of the facts, in their order.
pub fn devices<'p>(tailnet: &Tailnet<'p>) -> Vec<Representative<'p>> {
    let device = |node: &Node<'p>| {
        let owner = node.user.and_then(|user| tailnet.users.get(user));
        let who = match owner {
            Some(owner) => Principal::User { login: owner.email, role: owner.role },
            None => Principal::Tagged(node.fact.tags.iter().map(|tag| tag.text.as_str()).collect()),
        };
        let identity = Endpoint { who, addresses: node.addresses.clone(), is_routed: false };
        Representative::new(identity, format!("`{}`", node.fact.name), Rank::Named)
    };
    tailnet.devices.iter().map(device).collect()
}

/// What is looked at.
struct Census<'a, 'p> {
    policy: &'p Policy,
    tailnet: &'a Tailnet<'p>,
    selectors: &'a [&'p Selector],
    /// The addresses that selectors name, each with the selector.
    literals: Vec<(AddressRange, &'p Selector)>,
    /// The same, by number
    by_address: IntervalTree<usize>,
    /// The roles that somebody may have whose role is not known, the usual one first.
    roles: Vec<Role>,
}

impl<'a, 'p> Census<'a, 'p> {
    fn new(policy: &'p Policy, tailnet: &'a Tailnet<'p>, selectors: &'a [&'p Selector]) -> Self {
        let literals: Vec<(AddressRange, &Selector)> = selectors
            .iter()
            .filter(|selector| selector.kind != SelectorKind::Autogroup(Some(Autogroup::Internet)))
            .flat_map(|&selector| tailnet.literal(selector).into_iter().map(move |range| (range, selector)))
            .collect();
        let by_address =
            IntervalTree::new(literals.iter().enumerate().map(|(number, &(range, _))| (range, number)).collect());
        let is_told = |autogroup: Autogroup| {
            selectors.iter().any(|selector| selector.kind == SelectorKind::Autogroup(Some(autogroup)))
        };
        let mut roles = vec![Role::Member];
        let is_admin_told = is_told(Autogroup::Admin);
        // A tailnet has one owner.
        if policy.facts.owner().is_none() && (is_told(Autogroup::Owner) || is_admin_told) {
            roles.push(Role::Owner);
        }
        for (role, autogroup) in [
            (Role::Admin, Autogroup::Admin),
            (Role::ItAdmin, Autogroup::ItAdmin),
            (Role::NetworkAdmin, Autogroup::NetworkAdmin),
            (Role::BillingAdmin, Autogroup::BillingAdmin),
            (Role::Auditor, Autogroup::Auditor),
        ] {
            if is_told(autogroup) {
                roles.push(role);
            }
        }
        Census { policy, tailnet, selectors, literals, by_address, roles }
    }

    fn of_kind(&self, kind: SelectorKind) -> impl Iterator<Item = &'p str> {
        let mut seen = HashSet::new();
        let texts = self.selectors.iter().filter(move |selector| selector.kind == kind);
        texts.map(|selector| selector.text.as_str()).filter(move |text| seen.insert(*text))
    }

    fn users(&self, all: &mut Vec<Representative<'p>>) {
        let facts = self.tailnet.users.iter().map(|user| user.email);
        let groups = self.policy.groups.iter().flat_map(|group| &group.members).map(|member| member.text.as_str());
        let mut seen = HashSet::new();
        for login in facts.chain(self.of_kind(SelectorKind::User)).chain(groups) {
            if !seen.insert(login.to_ascii_lowercase()) {
                continue;
            }
            let known = self.tailnet.user(login).and_then(|user| self.tailnet.users.get(user));
            let of_facts = self.policy.facts.users.iter().find(|user| *user.email == *login);
            let name = match of_facts {
                Some(user) if self.policy.facts.are_in_source() => format!("`{}`", user.name),
                _ => format!("`{login}`"),
            };
            let role = known.and_then(|user| user.role);
            let devices = known.map_or(&[][..], |user| &*user.devices);
            let roles = role.as_ref().map_or(&*self.roles, std::slice::from_ref);
            for (number, &possible) in roles.iter().enumerate() {
                let is_assumed = number > 0;
                let who = Principal::User { login, role: Some(possible) };
                let name = if is_assumed { format!("{name} (if {})", a_role(possible)) } else { name.clone() };
                let rank = if is_assumed { Rank::Possible } else { Rank::User };
                all.push(Representative {
                    is_of_assumed_role: is_assumed,
                    ..Representative::new(Endpoint { who: who.clone(), ..Endpoint::default() }, name.clone(), rank)
                });
                self.on_devices(all, &who, &name, devices);
            }
        }
    }

    /// The same on each of their devices with an address that some selector names.
    fn on_devices(&self, all: &mut Vec<Representative<'p>>, who: &Principal<'p>, name: &str, devices: &[usize]) {
        for node in devices.iter().filter_map(|&device| self.tailnet.devices.get(device)) {
            let is_named = |address: &IpAddr| self.by_address.overlapping(single(*address)).next().is_some();
            if node.addresses.iter().any(is_named) {
                let identity = Endpoint { who: who.clone(), addresses: node.addresses.clone(), is_routed: false };
                all.push(Representative::new(identity, format!("{name} on `{}`", node.fact.name), Rank::Possible));
            }
        }
    }

    fn other_members(&self, all: &mut Vec<Representative<'p>>) {
        let domains = self.selectors.iter().filter(|selector| selector.kind == SelectorKind::Domain);
        let mut domains: Vec<&str> = domains.filter_map(|selector| selector.domain()).collect();
        domains.sort_unstable();
        domains.dedup();
        let domains: Vec<Option<&str>> = [None].into_iter().chain(domains.into_iter().map(Some)).collect();
        let groups: Vec<Option<&str>> =
            [None].into_iter().chain(self.of_kind(SelectorKind::SyncedGroup).map(Some)).collect();
        for &group in &groups {
            for &domain in &domains {
                for &role in &self.roles {
                    let mut name = match group {
                        Some(group) => format!("a member of `{group}`"),
                        None => "any other member".to_owned(),
                    };
                    if let Some(domain) = domain {
                        name.push_str(&format!(" with a login at `{domain}`"));
                    }
                    if role != Role::Member {
                        name.push_str(&format!(" who is {}", a_role(role)));
                    }
                    let identity = Endpoint { who: Principal::Member { domain, role, group }, ..Endpoint::default() };
                    all.push(Representative::new(identity, name, Rank::OtherMember));
                }
            }
        }
    }

    fn tags(&self, all: &mut Vec<Representative<'p>>) {
        let declared = self.policy.tag_owners.iter().map(|declaration| declaration.tag.as_str());
        let devices = self.policy.facts.devices.iter().flat_map(|device| &device.tags).map(|tag| tag.text.as_str());
        let mut seen = HashSet::new();
        for tag in declared.chain(self.of_kind(SelectorKind::Tag)).chain(devices) {
            if seen.insert(tag.to_ascii_lowercase()) {
                let who = Principal::Tagged(vec![tag]);
                let identity = Endpoint { who: who.clone(), ..Endpoint::default() };
                all.push(Representative::new(identity, format!("`{tag}`"), Rank::Tag));
                self.on_devices(all, &who, &format!("`{tag}`"), &self.tailnet.with_tag(tag));
            }
        }
        let identity = Endpoint { who: Principal::Tagged(Vec::new()), ..Endpoint::default() };
        all.push(Representative::new(identity, "any other tagged device".to_owned(), Rank::OtherTagged));
    }

    /// Services, and what belongs to other tailnets.
    fn named(&self, all: &mut Vec<Representative<'p>>) {
        let mut push = |who, name, rank| {
            all.push(Representative::new(Endpoint { who, ..Endpoint::default() }, name, rank));
        };
        for service in self.of_kind(SelectorKind::Service) {
            push(Principal::Service(service), format!("`{service}`"), Rank::Named);
        }
        for name in self.of_kind(SelectorKind::External) {
            push(Principal::External(name), format!("`{name}`"), Rank::Named);
        }
        push(Principal::Shared, "someone whom a device is shared with".to_owned(), Rank::Outsider);
    }

    fn addresses(&self, all: &mut Vec<Representative<'p>>) {
        let routes: Vec<AddressRange> = self.tailnet.routes.iter().map(|route| route.range()).collect();
        let literals = self.literals.iter().map(|(range, _)| *range);
        for atom in atoms(literals.chain(routes.iter().copied())) {
            // What a device has is looked at with the device.
            if atom.first == atom.last && self.tailnet.addresses.overlapping(atom).next().is_some() {
                continue;
            }
            let is_in_tailnet = TAILNET.into_iter().any(|range| overlap(range, atom));
            let (name, rank) = self.name_of(atom, is_in_tailnet);
            let may_be_routed = !is_in_tailnet && !routes.iter().any(|&route| overlap(route, atom));
            let addresses = vec![atom.first];
            for is_routed in [false, true].into_iter().take(1 + usize::from(may_be_routed)) {
                let name = if is_routed { format!("{name}, behind a subnet router") } else { name.clone() };
                let identity = Endpoint { who: Principal::Unknown, addresses: addresses.clone(), is_routed };
                all.push(Representative::new(identity, name, rank));
            }
        }
    }

    fn name_of(&self, atom: AddressRange, is_in_tailnet: bool) -> (String, Rank) {
        let mut named = self.by_address.overlapping(atom).filter_map(|number| self.literals.get(number)).peekable();
        if named.peek().is_some() {
            let mut exact = named.filter(|(range, selector)| *range == atom && selector.kind != SelectorKind::IpSet);
            return match exact.next() {
                Some((_, selector)) => (format!("`{selector}`"), Rank::Named),
                None => (format!("`{}`", FilterAddress::Addresses(atom)), Rank::Address),
            };
        }
        let name = match is_in_tailnet {
            true => "any other address of the tailnet",
            false if INTERNET.into_iter().any(|range| overlap(range, atom)) => "any other public address",
            false => "any other private address",
        };
        (name.to_owned(), Rank::Address)
    }
}

fn a_role(role: Role) -> String {
    let name = Role::NAMES.iter().find(|(_, known)| *known == role).map_or("member", |(name, _)| name);
    match role {
        Role::Owner => "the owner".to_owned(),
        Role::Admin | Role::ItAdmin | Role::Auditor => format!("an {name}"),
        _ => format!("a {name}"),
    }
}

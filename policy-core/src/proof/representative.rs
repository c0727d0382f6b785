//! Representatives: one example of everything that a policy can tell apart, with a name to show.

use std::collections::HashSet;
use std::net::IpAddr;

use crate::access::{
    Endpoint, FilterAddress, INTERNET, IntervalTree, Node, Principal, Reach, TAILNET, Tailnet, overlap, single,
};
use crate::model::{AddressRange, Autogroup, Policy, Role, Selector, SelectorKind};
use crate::proof::atoms::atoms;
use crate::proof::class_name::ClassName;

/// An example of something that a policy can tell apart.
#[derive(Clone, Debug)]
pub(super) struct Representative<'p> {
    pub(super) endpoint: Endpoint<'p>,
    pub(super) name: ClassName,
    usefulness: Usefulness,
}

impl<'p> Representative<'p> {
    fn new(endpoint: Endpoint<'p>, name: ClassName, usefulness: Usefulness) -> Self {
        Representative { endpoint, name, usefulness }
    }

    /// Returns something that the policy or the facts name.
    pub(super) fn named(endpoint: Endpoint<'p>, name: ClassName) -> Self {
        Representative::new(endpoint, name, Usefulness::Named)
    }
}

/// How useful an example is to a reader, the most useful first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Usefulness {
    User,
    Tag,
    Named,
    /// A user or a tagged device under a condition: an assumed role, or a certain device.
    Conditional,
    OtherMember,
    OtherTagged,
    Outsider,
    Address,
}

/// Returns representatives of everything that the selectors can tell apart, the most useful examples first.
pub(super) fn representatives<'p>(
    policy: &'p Policy,
    tailnet: &Tailnet<'p>,
    selectors: &[&'p Selector],
) -> Vec<Representative<'p>> {
    let enumeration = Enumeration::new(policy, tailnet, selectors);
    let mut all = Vec::new();
    enumeration.add_users(&mut all);
    enumeration.add_other_members(&mut all);
    enumeration.add_tagged_devices(&mut all);
    enumeration.add_named(&mut all);
    enumeration.add_addresses(&mut all);
    all.sort_by_key(|representative| representative.usefulness);
    all
}

/// Returns the devices of the facts, in their order, each with all of its tags.
pub(super) fn devices<'p>(tailnet: &Tailnet<'p>) -> Vec<Representative<'p>> {
    let device = |node: &Node<'p>| {
        let endpoint = Endpoint { addresses: node.addresses.clone(), ..Endpoint::new(tailnet.principal(node)) };
        Representative::named(endpoint, ClassName::new(format!("`{}`", node.fact.name)))
    };
    tailnet.devices.iter().map(device).collect()
}

/// The policy and the selectors that representatives are enumerated for.
struct Enumeration<'a, 'p> {
    policy: &'p Policy,
    tailnet: &'a Tailnet<'p>,
    selectors: &'a [&'p Selector],
    /// The address ranges that selectors name, each with its selector.
    literals: Vec<(AddressRange, &'p Selector)>,
    /// The numbers of these ranges, by address.
    by_address: IntervalTree<usize>,
    /// The roles that a user of unknown role may have, the usual one first.
    roles: Vec<Role>,
}

impl<'a, 'p> Enumeration<'a, 'p> {
    fn new(policy: &'p Policy, tailnet: &'a Tailnet<'p>, selectors: &'a [&'p Selector]) -> Self {
        let literals: Vec<(AddressRange, &Selector)> = selectors
            .iter()
            .filter(|selector| selector.kind != SelectorKind::Autogroup(Some(Autogroup::Internet)))
            .flat_map(|&selector| tailnet.literal(selector).into_iter().map(move |range| (range, selector)))
            .collect();
        let by_address =
            IntervalTree::new(literals.iter().enumerate().map(|(number, &(range, _))| (range, number)).collect());
        let is_used = |autogroup: Autogroup| {
            selectors.iter().any(|selector| selector.kind == SelectorKind::Autogroup(Some(autogroup)))
        };
        let mut roles = vec![Role::Member];
        let is_admin_used = is_used(Autogroup::Admin);
        // A tailnet has one owner.
        if policy.facts.owner().is_none() && (is_used(Autogroup::Owner) || is_admin_used) {
            roles.push(Role::Owner);
        }
        for (role, autogroup) in [
            (Role::Admin, Autogroup::Admin),
            (Role::ItAdmin, Autogroup::ItAdmin),
            (Role::NetworkAdmin, Autogroup::NetworkAdmin),
            (Role::BillingAdmin, Autogroup::BillingAdmin),
            (Role::Auditor, Autogroup::Auditor),
        ] {
            if is_used(autogroup) {
                roles.push(role);
            }
        }
        Enumeration { policy, tailnet, selectors, literals, by_address, roles }
    }

    /// Returns the selectors of a kind, each once.
    fn selectors_of_kind(&self, kind: SelectorKind) -> impl Iterator<Item = &'p str> {
        let mut seen = HashSet::new();
        let texts = self.selectors.iter().filter(move |selector| selector.kind == kind);
        texts.map(|selector| selector.text.as_str()).filter(move |text| seen.insert(*text))
    }

    fn add_users(&self, all: &mut Vec<Representative<'p>>) {
        let facts = self.tailnet.users.iter().map(|user| user.email);
        let groups = self.policy.groups.iter().flat_map(|group| &group.members).map(|member| member.text.as_str());
        let mut seen = HashSet::new();
        for login in facts.chain(self.selectors_of_kind(SelectorKind::User)).chain(groups) {
            if !seen.insert(login.to_ascii_lowercase()) {
                continue;
            }
            let known = self.tailnet.user(login).and_then(|user| self.tailnet.users.get(user));
            // The users of the facts come first, in their order.
            let of_facts = self.tailnet.user(login).and_then(|user| self.policy.facts.users.get(user));
            let name = ClassName::new(match of_facts {
                Some(user) if self.policy.facts.are_in_source() => format!("`{}`", user.name),
                _ => format!("`{login}`"),
            });
            let role = known.and_then(|user| user.role);
            let devices = known.map_or(&[][..], |user| &*user.devices);
            let roles = role.as_ref().map_or(&*self.roles, std::slice::from_ref);
            for (number, &possible) in roles.iter().enumerate() {
                let assumed_role = (number > 0).then_some(possible);
                let who = Principal::User { login, role: Some(possible) };
                let name = ClassName { assumed_role, ..name.clone() };
                let usefulness = if number > 0 { Usefulness::Conditional } else { Usefulness::User };
                let endpoint = Endpoint { who: who.clone(), ..Endpoint::default() };
                all.push(Representative::new(endpoint, name.clone(), usefulness));
                self.add_on_devices(all, &who, &name, devices);
            }
        }
    }

    /// Adds a principal on each of their devices that has an address that some selector names.
    fn add_on_devices(
        &self,
        all: &mut Vec<Representative<'p>>,
        who: &Principal<'p>,
        name: &ClassName,
        devices: &[usize],
    ) {
        for node in devices.iter().filter_map(|&device| self.tailnet.devices.get(device)) {
            let is_named = |address: &IpAddr| self.by_address.overlapping(single(*address)).next().is_some();
            if node.addresses.iter().any(is_named) {
                let endpoint = Endpoint { addresses: node.addresses.clone(), ..Endpoint::new(who.clone()) };
                let name = ClassName { device: Some(node.fact.name.to_string()), ..name.clone() };
                all.push(Representative::new(endpoint, name, Usefulness::Conditional));
            }
        }
    }

    fn add_other_members(&self, all: &mut Vec<Representative<'p>>) {
        let domains = self.selectors.iter().filter(|selector| selector.kind == SelectorKind::Domain);
        let mut domains: Vec<&str> = domains.filter_map(|selector| selector.domain()).collect();
        domains.sort_unstable();
        domains.dedup();
        let domains: Vec<Option<&str>> = [None].into_iter().chain(domains.into_iter().map(Some)).collect();
        let groups: Vec<Option<&str>> =
            [None].into_iter().chain(self.selectors_of_kind(SelectorKind::SyncedGroup).map(Some)).collect();
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
                        name.push_str(&format!(" who is {}", role.with_article()));
                    }
                    let endpoint = Endpoint { who: Principal::Member { domain, role, group }, ..Endpoint::default() };
                    all.push(Representative::new(endpoint, ClassName::new(name), Usefulness::OtherMember));
                }
            }
        }
    }

    fn add_tagged_devices(&self, all: &mut Vec<Representative<'p>>) {
        let declared = self.policy.tag_owners.iter().map(|declaration| declaration.tag.as_str());
        let devices = self.policy.facts.devices.iter().flat_map(|device| &device.tags).map(|tag| tag.text.as_str());
        let mut seen = HashSet::new();
        for tag in declared.chain(self.selectors_of_kind(SelectorKind::Tag)).chain(devices) {
            if seen.insert(tag.to_ascii_lowercase()) {
                let who = Principal::Tagged(vec![tag]);
                let name = ClassName::new(format!("`{tag}`"));
                let endpoint = Endpoint { who: who.clone(), ..Endpoint::default() };
                all.push(Representative::new(endpoint, name.clone(), Usefulness::Tag));
                self.add_on_devices(all, &who, &name, &self.tailnet.with_tag(tag));
            }
        }
        let endpoint = Endpoint { who: Principal::Tagged(Vec::new()), ..Endpoint::default() };
        let name = ClassName::new("any other tagged device");
        all.push(Representative::new(endpoint, name, Usefulness::OtherTagged));
    }

    /// Adds services, and the devices of other tailnets.
    fn add_named(&self, all: &mut Vec<Representative<'p>>) {
        let mut push = |who, name: String, usefulness| {
            let endpoint = Endpoint { who, ..Endpoint::default() };
            all.push(Representative::new(endpoint, ClassName::new(name), usefulness));
        };
        for service in self.selectors_of_kind(SelectorKind::Service) {
            push(Principal::Service(service), format!("`{service}`"), Usefulness::Named);
        }
        for name in self.selectors_of_kind(SelectorKind::External) {
            push(Principal::External(name), format!("`{name}`"), Usefulness::Named);
        }
        push(Principal::Shared, "someone whom a device is shared with".to_owned(), Usefulness::Outsider);
    }

    fn add_addresses(&self, all: &mut Vec<Representative<'p>>) {
        let routes: Vec<AddressRange> = self.tailnet.routes.iter().map(|route| route.range()).collect();
        let literals = self.literals.iter().map(|(range, _)| *range);
        for atom in atoms(literals.chain(routes.iter().copied())) {
            // The address of a device is examined with the device.
            if atom.first == atom.last && self.tailnet.addresses.overlapping(atom).next().is_some() {
                continue;
            }
            let is_in_tailnet = TAILNET.into_iter().any(|range| overlap(range, atom));
            let (name, usefulness) = self.name_of(atom, is_in_tailnet);
            let may_be_routed = !is_in_tailnet && !routes.iter().any(|&route| overlap(route, atom));
            let addresses = vec![atom.first];
            for reach in [Reach::Own, Reach::SubnetRoute].into_iter().take(1 + usize::from(may_be_routed)) {
                let is_routed = reach == Reach::SubnetRoute;
                let name = ClassName { is_routed, ..ClassName::new(name.clone()) };
                let endpoint = Endpoint { who: Principal::Unknown, addresses: addresses.clone(), reach };
                all.push(Representative::new(endpoint, name, usefulness));
            }
        }
    }

    fn name_of(&self, atom: AddressRange, is_in_tailnet: bool) -> (String, Usefulness) {
        let mut named = self.by_address.overlapping(atom).filter_map(|number| self.literals.get(number)).peekable();
        if named.peek().is_some() {
            let mut exact = named.filter(|(range, selector)| *range == atom && selector.kind != SelectorKind::IpSet);
            return match exact.next() {
                Some((_, selector)) => (format!("`{selector}`"), Usefulness::Named),
                None => (format!("`{}`", FilterAddress::Addresses(atom)), Usefulness::Address),
            };
        }
        let name = match is_in_tailnet {
            true => "any other address of the tailnet",
            false if INTERNET.into_iter().any(|range| overlap(range, atom)) => "any other public address",
            false => "any other private address",
        };
        (name.to_owned(), Usefulness::Address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_tagged_only_if_it_has_a_tag() {
        let policy = Policy::with_facts("{}", r#"{"nodes": [{"name": "nas"}, {"name": "web", "tags": ["tag:web"]}]}"#);
        let who: Vec<Principal> =
            devices(&Tailnet::new(&policy)).into_iter().map(|device| device.endpoint.who).collect();
        assert_eq!(who, [Principal::Unknown, Principal::Tagged(vec!["tag:web"])]);
    }
}

//! Representatives: one named example of everything that a policy can distinguish.

use std::collections::HashSet;
use std::net::IpAddr;

use crate::access::{
    DeviceId, Endpoint, FilterAddress, INTERNET, IntervalTree, Node, OwnDomains, Principal, Reach, SelectorIndex,
    Tailnet, has_tailscales, login_key, overlap, single, sorted,
};
use crate::model::{AddressRange, Autogroup, Policy, Role, Selector, SelectorKind};
use crate::proof::atoms::atoms;
use crate::proof::class_name::ClassName;
use crate::proof::doubt::Doubt;

/// An example of something that a policy can distinguish.
#[derive(Clone, Debug)]
pub(super) struct Representative<'p> {
    pub(super) endpoint: Endpoint<'p>,
    pub(super) name: ClassName,
    /// True if it is a source.
    pub(super) is_source: bool,
    /// True if it is a destination.
    pub(super) is_destination: bool,
    /// The unknown facts about it.
    pub(super) doubt: Doubt,
    /// True if it exists only under an assumption that no fact states.
    pub(super) is_assumed: bool,
    /// True if it may be a user of another tailnet.
    pub(super) may_be_shared: bool,
    /// The addresses that it stands for, if a selector names them.
    pub(super) named_range: Option<AddressRange>,
    /// The known devices that send and receive for it: itself, or the routers of an address.
    pub(super) carriers: Vec<DeviceId>,
    usefulness: Usefulness,
}

impl<'p> Representative<'p> {
    fn new(endpoint: Endpoint<'p>, name: ClassName, usefulness: Usefulness) -> Self {
        Representative {
            is_source: !matches!(endpoint.who, Principal::Service(_)),
            is_destination: endpoint.who != Principal::Shared,
            endpoint,
            name,
            doubt: Doubt::None,
            is_assumed: false,
            may_be_shared: false,
            named_range: None,
            carriers: Vec::new(),
            usefulness,
        }
    }

    /// Makes a representative of something that the policy or the facts name.
    pub(super) fn named(endpoint: Endpoint<'p>, name: ClassName) -> Self {
        Representative::new(endpoint, name, Usefulness::Named)
    }

    /// Returns `true` if many endpoints share its name, such as "any other private address".
    pub(super) fn is_generic(&self) -> bool {
        self.usefulness == Usefulness::Address
    }
}

const OTHER_PUBLIC: &str = "any other public address";

/// The usefulness of an example to a reader, the most useful first.
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

/// Returns representatives of everything that the selectors can distinguish, the most useful
/// examples first.
fn representatives<'p>(
    policy: &'p Policy,
    tailnet: &Tailnet<'p>,
    index: &SelectorIndex<'p>,
    tells_sharing_apart: bool,
) -> Vec<Representative<'p>> {
    let enumeration = Enumeration::new(policy, tailnet, index, tells_sharing_apart);
    let mut all = Vec::new();
    enumeration.add_users(&mut all);
    enumeration.add_other_members(&mut all);
    enumeration.add_tagged_devices(&mut all);
    enumeration.add_named(&mut all);
    enumeration.add_addresses(&mut all);
    all.sort_by_key(|representative| representative.usefulness);
    all
}

/// Like [`representatives`], but if a rule may lead from an address of the tailnet to
/// `autogroup:self`, also includes the members who may have that address. The destinations of such
/// a rule depend on the owner of the address.
pub(super) fn representatives_with_placed_members<'p>(
    policy: &'p Policy,
    tailnet: &Tailnet<'p>,
    index: &SelectorIndex<'p>,
) -> Vec<Representative<'p>> {
    let mut all = representatives(policy, tailnet, index, true);
    if index.own_devices().is_none() {
        return all;
    }
    let who = Principal::Member { domain: None, role: Role::Member, group: None };
    let placed = |one: &Representative<'p>| {
        let range = one.named_range.filter(|&range| one.is_source && tailnet.may_be_a_devices(range))?;
        let endpoint = Endpoint { addresses: vec![range.first], ..Endpoint::new(who.clone()) };
        let name = ClassName::new(format!("any other member at {}", one.name.base));
        let member = Representative::new(endpoint, name, Usefulness::Address);
        Some(Representative { is_assumed: true, ..member })
    };
    let members: Vec<Representative> = all.iter().filter_map(placed).collect();
    all.extend(members);
    all
}

/// Returns a member of each synced group among the selectors of ordered rules, combined with every
/// domain and role among them.
///
/// The first ordered rule that matches decides. So it matters whether a user is a source of two
/// rules, and not only what each rule gives.
pub(super) fn group_members_of_ordered_rules<'p>(selectors: &'p [Selector]) -> Vec<Representative<'p>> {
    let mut seen = HashSet::new();
    let mut distinct = selectors.iter().filter(|selector| seen.insert(selector.text.to_ascii_lowercase()));
    let (mut groups, mut domains, mut roles) = (Vec::new(), vec![None], vec![Role::Member]);
    for selector in &mut distinct {
        match selector.kind {
            SelectorKind::SyncedGroup => groups.push(selector.text.as_str()),
            SelectorKind::Domain => domains.extend(selector.domain().map(Some)),
            SelectorKind::Autogroup(Some(autogroup)) => {
                roles.extend(autogroup.role().filter(|role| *role != Role::Member));
            }
            _ => {}
        }
    }
    let mut all = Vec::new();
    for group in groups {
        for &domain in &domains {
            for &role in &roles {
                if domain.is_none() && role == Role::Member {
                    // The other enumerations include this combination.
                    continue;
                }
                let login = domain.map_or(String::new(), |domain| format!(" with a login at `{domain}`"));
                let is = if role == Role::Member { String::new() } else { format!(" who is {}", role.with_article()) };
                let endpoint = Endpoint::new(Principal::Member { domain, role, group: Some(group) });
                let name = ClassName::new(format!("a member of `{group}`{login}{is}"));
                let member = Representative::new(endpoint, name, Usefulness::OtherMember);
                all.push(Representative { doubt: Doubt::GroupMember, ..member });
            }
        }
    }
    all
}

/// Like [`representatives`], but with each public address once, instead of once for each way to it.
pub(super) fn whole_representatives<'p>(
    policy: &'p Policy,
    tailnet: &Tailnet<'p>,
    index: &SelectorIndex<'p>,
) -> Vec<Representative<'p>> {
    let mut all = representatives(policy, tailnet, index, false);
    all.retain(|one| one.is_source || one.endpoint.who != Principal::Unknown);
    for one in all.iter_mut().filter(|one| one.endpoint.who == Principal::Unknown) {
        one.is_destination = one.endpoint.reach == Reach::Own;
    }
    all
}

/// Returns the devices of the facts, in their order, each with all of its tags.
pub(super) fn devices<'p>(tailnet: &Tailnet<'p>) -> Vec<Representative<'p>> {
    let device = |(id, node): (DeviceId, &Node<'p>)| {
        let endpoint = Endpoint { addresses: node.addresses.clone(), ..Endpoint::new(tailnet.principal(node)) };
        let device = Representative::named(endpoint, ClassName::new(format!("`{}`", node.fact.name)));
        Representative { carriers: vec![id], ..device }
    };
    tailnet.devices.iter().enumerate().map(device).collect()
}

/// Returns the addresses that the routes of known devices lead to, split where selectors
/// distinguish them, followed by those behind exit nodes.
pub(super) fn routed_addresses<'p>(tailnet: &Tailnet<'p>, index: &SelectorIndex<'p>) -> Vec<Representative<'p>> {
    let literals = index.distinct.iter().flat_map(|selector| tailnet.literal(selector));
    let routed = atoms(literals.chain(tailnet.routes.iter().map(|route| route.range()))).into_iter();
    let routed = routed.filter(|&atom| tailnet.is_routed(atom)).map(|atom| {
        let name = ClassName::new(format!("`{}`", FilterAddress::Addresses(atom)));
        let endpoint = Endpoint { addresses: vec![atom.first], reach: Reach::SubnetRoute, ..Endpoint::default() };
        let carriers = sorted::sort(tailnet.routers.overlapping(atom).collect());
        Representative { carriers, ..Representative::named(endpoint, name) }
    });
    // Behind exit nodes, only an invariant can distinguish addresses.
    let is_asked = |range: &AddressRange| index.is_asked(*range) && !has_tailscales(*range);
    let asked = atoms(index.distinct.iter().flat_map(|selector| tailnet.literal(selector))).into_iter();
    let named = asked.filter(is_asked).map(|range| (range, format!("`{}`", FilterAddress::Addresses(range))));
    let public = INTERNET.into_iter().map(|range| (range, "any public address".to_owned()));
    let by_exit_node = public.chain(named).filter_map(|(range, name)| {
        let leads_there = |&id: &DeviceId| {
            let node = tailnet.devices.get(id);
            node.is_some_and(|node| node.exit_routes.iter().any(|route| overlap(route.range(), range)))
        };
        let carriers: Vec<DeviceId> = tailnet.exit_nodes.iter().copied().filter(leads_there).collect();
        if carriers.is_empty() {
            return None;
        }
        let name = ClassName { is_by_exit_node: true, ..ClassName::new(name) };
        let endpoint = Endpoint { addresses: vec![range.first], reach: Reach::ExitNode, ..Endpoint::default() };
        let exit = Representative::new(endpoint, name, Usefulness::Address);
        Some(Representative { is_source: false, carriers, ..exit })
    });
    routed.chain(by_exit_node).collect()
}

/// The policy and the selectors that representatives are enumerated for.
struct Enumeration<'a, 'p> {
    policy: &'p Policy,
    tailnet: &'a Tailnet<'p>,
    index: &'a SelectorIndex<'p>,
    selectors: &'a [&'p Selector],
    /// The address ranges that selectors name, each with its selector.
    literals: Vec<(AddressRange, &'p Selector)>,
    /// The indexes of these ranges, by address.
    by_address: IntervalTree<usize>,
    /// The roles that a user of unknown role may have, the most usual first.
    roles: Vec<Role>,
    /// True if the policy distinguishes the families of a device's addresses, or the ways to a
    /// public address.
    tells_ways_apart: bool,
    /// The domains of the members' logins.
    domains: OwnDomains,
    /// True if a user who may belong to another tailnet is not assumed to be a member.
    tells_sharing_apart: bool,
}

impl<'a, 'p> Enumeration<'a, 'p> {
    fn new(
        policy: &'p Policy,
        tailnet: &'a Tailnet<'p>,
        index: &'a SelectorIndex<'p>,
        tells_sharing_apart: bool,
    ) -> Self {
        let selectors = index.distinct.as_slice();
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
        let tells_ways_apart = is_used(Autogroup::Internet) || INTERNET.into_iter().any(|range| index.is_asked(range));
        let domains = OwnDomains::new(policy, selectors.iter().copied());
        Enumeration {
            policy,
            tailnet,
            index,
            selectors,
            literals,
            by_address,
            roles,
            tells_ways_apart,
            domains,
            tells_sharing_apart,
        }
    }

    /// Returns the selectors of a kind, each once.
    fn selectors_of_kind(&self, kind: SelectorKind) -> impl Iterator<Item = &'p str> {
        let mut seen = HashSet::new();
        let texts = self.selectors.iter().filter(move |selector| selector.kind == kind);
        texts.map(|selector| selector.text.as_str()).filter(move |text| seen.insert(*text))
    }

    fn add_users(&self, all: &mut Vec<Representative<'p>>) {
        for login in self.logins() {
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
            let may_be_shared = self.domains.may_be_shared(self.tailnet, login);
            let is_outsider = self.tells_sharing_apart && !self.domains.is_of_member(self.tailnet, login);
            for (number, &possible) in roles.iter().enumerate() {
                let is_assumed = number > 0;
                let who = Principal::User { login, role: Some(possible) };
                let name = ClassName { assumed_role: is_assumed.then_some(possible), ..name.clone() };
                let usefulness = if is_assumed { Usefulness::Conditional } else { Usefulness::User };
                let doubt = if role.is_none() && number == 0 { Doubt::RoleAndGroups } else { Doubt::Groups };
                let user = Representative::new(Endpoint::new(who), name.clone(), usefulness);
                let user = Representative { doubt, may_be_shared, is_assumed, ..user };
                if is_outsider && !is_assumed {
                    // Only if the user is a member do their devices count as those of a member.
                    let anyone = Representative::new(Endpoint::new(Principal::Login(login)), name.clone(), usefulness);
                    all.push(Representative { doubt: Doubt::Membership, may_be_shared, ..anyone });
                    let name = ClassName { assumed_role: Some(possible), ..name };
                    let member = Representative { name, is_assumed: true, ..user };
                    all.push(Representative { usefulness: Usefulness::Conditional, may_be_shared: false, ..member });
                    continue;
                }
                all.push(user.clone());
                self.add_on_devices(all, &user, devices);
            }
        }
    }

    /// Returns the logins of the facts, the selectors and the groups, each once.
    fn logins(&self) -> Vec<&'p str> {
        let facts = self.tailnet.users.iter().map(|user| user.email);
        let groups = self.policy.groups.iter().flat_map(|group| &group.members).map(|member| member.text.as_str());
        let mut seen = HashSet::new();
        let logins = facts.chain(self.selectors_of_kind(SelectorKind::User)).chain(groups);
        logins.filter(|login| seen.insert(login.to_ascii_lowercase())).collect()
    }

    /// Adds a principal once for each of their devices with an address that some selector names.
    fn add_on_devices(&self, all: &mut Vec<Representative<'p>>, owner: &Representative<'p>, devices: &[usize]) {
        for node in devices.iter().filter_map(|&device| self.tailnet.devices.get(device)) {
            let is_named = |address: &IpAddr| self.by_address.overlapping(single(*address)).next().is_some();
            if node.addresses.iter().any(is_named) {
                let endpoint = Endpoint { addresses: node.addresses.clone(), ..owner.endpoint.clone() };
                let name = ClassName { device: Some(node.fact.name.to_string()), ..owner.name.clone() };
                all.push(Representative { endpoint, name, usefulness: Usefulness::Conditional, ..owner.clone() });
            }
        }
    }

    fn add_other_members(&self, all: &mut Vec<Representative<'p>>) {
        let domains = self.selectors.iter().filter(|selector| selector.kind == SelectorKind::Domain);
        let mut seen = HashSet::new();
        let domains: Vec<&str> =
            domains.filter_map(|selector| selector.domain()).filter(|domain| seen.insert(login_key(domain))).collect();
        let mut push = |who, mut name: String, role: Role, doubt| {
            if role != Role::Member {
                name.push_str(&format!(" who is {}", role.with_article()));
            }
            let member = Representative::new(Endpoint::new(who), ClassName::new(name), Usefulness::OtherMember);
            all.push(Representative { doubt, ..member });
        };
        for domain in [None].into_iter().chain(domains.into_iter().map(Some)) {
            for &role in &self.roles {
                let name = match domain {
                    Some(domain) => format!("any other member with a login at `{domain}`"),
                    None => "any other member".to_owned(),
                };
                push(Principal::Member { domain, role, group: None }, name, role, Doubt::None);
            }
        }
        // A member of such a group who matches more selectors has more access.
        for group in self.selectors_of_kind(SelectorKind::SyncedGroup) {
            let who = Principal::Member { domain: None, role: Role::Member, group: Some(group) };
            push(who, format!("a member of `{group}`"), Role::Member, Doubt::GroupMember);
        }
    }

    fn add_tagged_devices(&self, all: &mut Vec<Representative<'p>>) {
        let declared = self.policy.tag_owners.iter().map(|declaration| declaration.tag.as_str());
        let devices = self.policy.facts.devices.iter().flat_map(|device| &device.tags).map(|tag| tag.text.as_str());
        let mut seen = HashSet::new();
        for tag in declared.chain(self.selectors_of_kind(SelectorKind::Tag)).chain(devices) {
            if seen.insert(tag.to_ascii_lowercase()) {
                let endpoint = Endpoint::new(Principal::Tagged(vec![tag]));
                let tagged = Representative::new(endpoint, ClassName::new(format!("`{tag}`")), Usefulness::Tag);
                all.push(tagged.clone());
                self.add_on_devices(all, &tagged, &self.tailnet.with_tag(tag));
            }
        }
        let endpoint = Endpoint { who: Principal::Tagged(Vec::new()), ..Endpoint::default() };
        let name = ClassName::new("any other tagged device");
        all.push(Representative::new(endpoint, name, Usefulness::OtherTagged));
    }

    /// Adds services, and the devices of other tailnets.
    fn add_named(&self, all: &mut Vec<Representative<'p>>) {
        let mut push = |who, name: String, usefulness| {
            let doubt = if matches!(who, Principal::Service(_)) { Doubt::Addresses } else { Doubt::None };
            let endpoint = Endpoint { who, ..Endpoint::default() };
            all.push(Representative { doubt, ..Representative::new(endpoint, ClassName::new(name), usefulness) });
        };
        for service in self.selectors_of_kind(SelectorKind::Service) {
            push(Principal::Service(service), format!("`{service}`"), Usefulness::Named);
        }
        for name in self.selectors_of_kind(SelectorKind::External) {
            push(Principal::External(name), format!("`{name}`"), Usefulness::Named);
        }
        push(Principal::Shared, "someone a device is shared with".to_owned(), Usefulness::Outsider);
    }

    fn add_addresses(&self, all: &mut Vec<Representative<'p>>) {
        let routes: Vec<AddressRange> = self.tailnet.routes.iter().map(|route| route.range()).collect();
        let literals = self.literals.iter().map(|(range, _)| *range);
        for atom in atoms(literals.chain(routes.iter().copied())) {
            // The address of a device with tags or a user is examined with the device.
            let mut devices = self.tailnet.addresses.overlapping(atom).filter_map(|id| self.tailnet.devices.get(id));
            let is_examined = |node: &Node| node.user.is_some() || !node.fact.tags.is_empty();
            if atom.first == atom.last && devices.any(is_examined) {
                continue;
            }
            let is_in_tailnet = has_tailscales(atom);
            let is_public = INTERNET.into_iter().any(|range| overlap(range, atom));
            let (name, usefulness) = self.name_of(atom, is_in_tailnet);
            let may_be_routed = !is_in_tailnet && !routes.iter().any(|&route| overlap(route, atom));
            let doubt = if self.tailnet.may_be_a_devices(atom) { Doubt::Device } else { Doubt::None };
            let named_range = self.by_address.overlapping(atom).next().map(|_| atom);
            let at = |reach, name: ClassName| {
                let endpoint = Endpoint { addresses: vec![atom.first], reach, ..Endpoint::default() };
                Representative { doubt, named_range, ..Representative::new(endpoint, name, usefulness) }
            };
            let plain = ClassName::new(name.clone());
            all.push(Representative { is_destination: !is_public, ..at(Reach::Own, plain.clone()) });
            if may_be_routed {
                let name = ClassName { is_routed: true, ..plain.clone() };
                all.push(Representative { is_destination: false, ..at(Reach::SubnetRoute, name) });
            }
            if is_public {
                all.push(Representative { is_source: false, ..at(Reach::SubnetRoute, plain) });
                let base = if self.index.is_asked(atom) { name } else { OTHER_PUBLIC.to_owned() };
                let name = ClassName { is_by_exit_node: self.tells_ways_apart, ..ClassName::new(base) };
                let exit = Representative { is_source: false, named_range: None, ..at(Reach::ExitNode, name) };
                all.push(Representative { usefulness: Usefulness::Address, ..exit });
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
            false if INTERNET.into_iter().any(|range| overlap(range, atom)) => OTHER_PUBLIC,
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

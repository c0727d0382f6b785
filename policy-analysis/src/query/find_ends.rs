//! Finds everything that a name in a question stands for.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use crate::query::carriers::{Carriers, is_beyond_tailnet};
use crate::query::numbers::Numbers;
use crate::query::query_end::{EndKind, EndPart, QueryEnd};
use crate::query::query_world::QueryWorld;
use crate::query::subject::Subject;
use policy_core::access::{
    Denotation, DeviceId, Endpoint, Families, Family, Principal, SelectorId, Side, UnknownFact, single, sorted,
};
use policy_core::model::Role;
use policy_core::proof::{ClassId, ClassName};

/// Differences between members of a class that are not due to a selector.
#[derive(PartialEq, Eq, Hash)]
struct Variant {
    families: Families,
    carriers: Option<Carriers>,
    /// The number of the member, if its addresses must be examined one by one.
    member: Option<usize>,
    /// The unknown facts about the member.
    unknown: Vec<UnknownFact>,
}

impl<'p> QueryWorld<'p> {
    /// Returns everything that a subject stands for as a source.
    pub(super) fn sources(&self, subject: &Subject) -> Vec<QueryEnd<'p>> {
        self.ends(subject, Side::Source)
    }

    /// Returns everything that a subject stands for as a destination. `autogroup:self` stands for
    /// every device of a user.
    pub(super) fn destinations(&self, subject: &Subject) -> Vec<QueryEnd<'p>> {
        if subject.is_own_devices() {
            let own = self.space.same_user_sources.iter().enumerate().filter(|(_, sources)| !sources.is_empty());
            return own.flat_map(|(class, _)| self.class(class, Side::Destination)).collect();
        }
        self.ends(subject, Side::Destination)
    }

    /// Returns all ends at one side.
    pub(super) fn all(&self, side: Side) -> Vec<QueryEnd<'p>> {
        let mut all: Vec<QueryEnd> = (0..self.classes(side).len()).flat_map(|class| self.class(class, side)).collect();
        // Every device is already listed by its user or its tags. So possible owners of unknown
        // addresses are left out.
        for end in all.iter_mut().filter(|end| end.is_unknown_device) {
            end.forget_possible();
        }
        all
    }

    fn ends(&self, subject: &Subject, side: Side) -> Vec<QueryEnd<'p>> {
        if let Some(device) = subject.device {
            let mut ends = self.device(device, side);
            // The question is about one address of the device.
            if let Some(address) = subject.address {
                for end in &mut ends {
                    end.is_at_address = true;
                    end.keep_families(Families::from(Family::of(address)));
                }
            }
            return ends;
        }
        let Some(selector) = &subject.selector else { return Vec::new() };
        let ids = self.space.rules.selectors.ids(std::slice::from_ref(selector));
        let classes = match side {
            Side::Source => self.space.sources_named_by(&ids),
            Side::Destination => self.space.destinations_named_by(&ids),
        };
        let mut ends: Vec<QueryEnd> = classes.into_iter().flat_map(|class| self.class(class, side)).collect();
        ends.extend(self.multi_tag_devices(&ids, side));
        ends.iter_mut().for_each(|end| end.keep_named_by(&ids));
        self.add_possible_names(&mut ends, side);
        if ids.iter().any(|&id| self.is_of_members(id)) {
            ends.iter_mut().for_each(|end| self.take_for_member(end, side));
        }
        ends
    }

    /// Adds selectors that may name the members of a group, a role or a domain that the question is
    /// about. They may, for example, have another role as well. The question contains no other end
    /// that covers this.
    fn add_possible_names(&self, ends: &mut [QueryEnd<'p>], side: Side) {
        let named = Numbers::any(ends.iter().map(|end| end.selectors.clone())).certain;
        for end in ends {
            end.is_asked = true;
            let unknown = end.identity.unknown_facts_of_anyone();
            if unknown.is_empty() {
                continue;
            }
            let more = sorted::difference(&self.unknown_selectors.dependent_on(unknown), &named);
            for part in &mut end.parts {
                let Numbers { certain, possible } = &part.selectors;
                let possible = sorted::union(possible, &sorted::difference(&more, certain));
                *part = self.part(part.families, Numbers { certain: certain.clone(), possible }, side);
            }
            end.selectors = Numbers::any(end.parts.iter().map(|part| part.selectors.clone()));
        }
    }

    /// Returns the known devices among some ends whose addresses are all of one family. Devices of
    /// a class with the same family are one end. Devices with an address that a selector names
    /// already are ends by themselves.
    pub(super) fn devices_of_one_family(&self, ends: &[QueryEnd<'p>], side: Side) -> Vec<QueryEnd<'p>> {
        let mut places: HashMap<(ClassId, Families, bool), usize> = HashMap::new();
        let mut found: Vec<QueryEnd> = Vec::new();
        let tailnet = &self.space.tailnet;
        let names: HashSet<&ClassName> = ends.iter().flat_map(|end| &end.names).collect();
        let mut seen = HashSet::new();
        let of_many = ends.iter().filter(|end| end.device.is_none());
        for id in of_many.filter_map(QueryEnd::class).filter(|&id| seen.insert(id)) {
            let Some(class) = self.classes(side).get(id) else { continue };
            let members = class.members.iter().zip(&class.names);
            for (member, name) in members.filter(|(member, _)| member.addresses.is_empty()) {
                let devices = match &member.who {
                    Principal::User { login, .. } => {
                        tailnet.user(login).and_then(|user| tailnet.users.get(user)).map(|user| user.devices.clone())
                    }
                    Principal::Tagged(tags) => tags.first().map(|tag| tailnet.with_tag(tag)),
                    _ => None,
                };
                for node in devices.iter().flat_map(|all| all.iter()).filter_map(|&device| tailnet.devices.get(device))
                {
                    let identity = Endpoint { addresses: node.addresses.clone(), ..member.clone() };
                    let families = identity.families();
                    let name = ClassName { device: Some(node.fact.name.to_string()), ..name.clone() };
                    // A device with several tags is an end by itself.
                    let is_other = node.addresses.is_empty() || families == Families::BOTH || node.fact.tags.len() > 1;
                    if is_other || names.contains(&name) {
                        continue;
                    }
                    let key = (id, families, name.assumed_role.is_some());
                    if let Some(end) = places.get(&key).and_then(|&place| found.get_mut(place)) {
                        end.names.push(name);
                        continue;
                    }
                    places.insert(key, found.len());
                    let end = self.end(vec![name], identity, &class.selectors, EndKind::Class(id), side);
                    found.push(QueryEnd { is_of_one_family: true, is_of_assumed_role: key.2, ..end });
                }
            }
        }
        found
    }

    /// Returns whether a selector stands for members of the tailnet by their role.
    fn is_of_members(&self, id: SelectorId) -> bool {
        matches!(self.space.rules.selectors.denotations.get(id), Some(Denotation::Role(_)))
    }

    /// Excludes that an end is a user of another tailnet, because the question names it as a
    /// member.
    fn take_for_member(&self, end: &mut QueryEnd<'p>, side: Side) {
        if !self.unknown_facts(&end.identity, side).contains(&UnknownFact::Sharing) {
            return;
        }
        let about_sharing = self.unknown_selectors.dependent_on(&[UnknownFact::Sharing]);
        for part in &mut end.parts {
            let settled = sorted::intersection(&part.selectors.possible, &about_sharing);
            let of_members = settled.iter().copied().filter(|&id| self.is_of_members(id)).collect::<Vec<_>>();
            let certain = sorted::union(&part.selectors.certain, &of_members);
            let possible = sorted::difference(&part.selectors.possible, &settled);
            *part = self.part(part.families, Numbers { certain, possible }, side);
        }
        end.selectors = Numbers::any(end.parts.iter().map(|part| part.selectors.clone()));
    }

    /// Returns the devices with several tags that one of the selectors names.
    fn multi_tag_devices(&self, ids: &[SelectorId], side: Side) -> Vec<QueryEnd<'p>> {
        let devices = self.space.tailnet.devices.iter().enumerate();
        let several = devices.filter(|(_, node)| node.user.is_none() && node.fact.tags.len() > 1);
        let ends = several.filter_map(|(id, _)| self.tagged(id, side));
        let named = ends.filter(|end| ids.iter().any(|id| end.selectors.certain.binary_search(id).is_ok()));
        named.map(|end| QueryEnd { kind: EndKind::MultiTagDevice, ..end }).collect()
    }

    /// Returns a device as an end: with all its tags, or as its owner's device.
    fn device(&self, id: DeviceId, side: Side) -> Vec<QueryEnd<'p>> {
        let tailnet = &self.space.tailnet;
        let Some(node) = tailnet.devices.get(id) else { return Vec::new() };
        let Some(owner) = node.user.and_then(|user| tailnet.users.get(user)) else {
            return self.tagged(id, side).into_iter().collect();
        };
        let on = |addresses: &[IpAddr]| -> Vec<QueryEnd<'p>> {
            let mut found = Vec::new();
            for (class, own) in self.classes(side).iter().enumerate() {
                let is_it = |identity: &&Endpoint| {
                    matches!(identity.who, Principal::User { login, .. } if login.eq_ignore_ascii_case(owner.email))
                        && identity.addresses == addresses
                };
                for (identity, name) in own.members.iter().zip(&own.names).filter(|(member, _)| is_it(member)) {
                    let name = ClassName {
                        assumed_role: name.assumed_role,
                        ..ClassName::new(format!("`{}`", node.fact.name))
                    };
                    let identity = Endpoint { addresses: node.addresses.clone(), ..identity.clone() };
                    let end = self.end(vec![name], identity, &own.selectors, EndKind::UserDevice(class), side);
                    let is_of_assumed_role = own.is_of_assumed_role();
                    found.push(QueryEnd { is_of_assumed_role, device: Some(id), ..end });
                }
            }
            found
        };
        let by_address = if node.addresses.is_empty() { Vec::new() } else { on(&node.addresses) };
        if by_address.is_empty() { on(&[]) } else { by_address }
    }

    fn tagged(&self, id: DeviceId, side: Side) -> Option<QueryEnd<'p>> {
        let node = self.space.tailnet.devices.get(id)?;
        let who = self.space.tailnet.principal(node);
        let identity = Endpoint { addresses: node.addresses.clone(), ..Endpoint::new(who) };
        let selectors = self.selectors_of(&identity, side);
        let names = vec![ClassName::new(format!("`{}`", node.fact.name))];
        Some(QueryEnd { device: Some(id), ..self.end(names, identity, &selectors, EndKind::TaggedDevice, side) })
    }

    /// Returns the members of a class, separated if they differ in the address family or in their
    /// routers.
    fn class(&self, id: ClassId, side: Side) -> Vec<QueryEnd<'p>> {
        let Some(class) = self.classes(side).get(id) else { return Vec::new() };
        // An address with a name in both families is one end if the same routers carry packets to
        // both.
        let mut families_of: HashMap<(&ClassName, Option<Carriers>), Families> = HashMap::new();
        for (member, name) in class.members.iter().zip(&class.names) {
            if let (Principal::Unknown, Some(&address)) = (&member.who, member.addresses.first()) {
                let families = families_of.entry((name, self.carriers_to(member, side))).or_default();
                *families = families.with(Family::of(address).into());
            }
        }
        let mut places: HashMap<Variant, usize> = HashMap::new();
        let mut variants: Vec<(Variant, Endpoint<'p>, Vec<ClassName>)> = Vec::new();
        for (number, (member, name)) in class.members.iter().zip(&class.names).enumerate() {
            let is_address = member.who == Principal::Unknown;
            let carriers = self.carriers_to(member, side);
            let families = families_of.get(&(name, carriers.clone())).copied().filter(|_| is_address);
            let variant = || Variant {
                families: families.unwrap_or(Families::BOTH),
                carriers: carriers.clone(),
                member: (!is_address && !member.addresses.is_empty()).then_some(number),
                unknown: self.unknown_facts(member, side),
            };
            match places.get(&variant()).and_then(|&place| variants.get_mut(place)) {
                Some((_, _, names)) => names.extend((!names.contains(name)).then(|| name.clone())),
                None => {
                    places.insert(variant(), variants.len());
                    variants.push((variant(), member.clone(), vec![name.clone()]));
                }
            }
        }
        let end = |(variant, identity, names): (Variant, Endpoint<'p>, Vec<ClassName>)| {
            let is_of_assumed_role =
                names.first().is_some_and(|name| name.assumed_role.is_some() && name.device.is_none());
            let is_address = identity.who == Principal::Unknown;
            let mut end = self.end(names, identity, &class.selectors, EndKind::Class(id), side);
            if let ([part], true) = (end.parts.as_mut_slice(), is_address) {
                part.families = variant.families;
            }
            QueryEnd { is_of_assumed_role, ..end }
        };
        variants.into_iter().map(end).collect()
    }

    fn carriers_to(&self, identity: &Endpoint, side: Side) -> Option<Carriers> {
        let tailnet = &self.space.tailnet;
        let &address = identity.addresses.first()?;
        let is_carried = side == Side::Destination
            && identity.who == Principal::Unknown
            && !tailnet.devices.is_empty()
            && is_beyond_tailnet(address);
        is_carried.then(|| Carriers::to(tailnet, &[single(address)]))
    }

    fn selectors_of(&self, identity: &Endpoint, side: Side) -> Vec<SelectorId> {
        match side {
            Side::Source => self.space.rules.selectors.of_source(&self.space.tailnet, identity),
            Side::Destination => self.space.rules.selectors.of_destination(identity),
        }
    }

    /// Creates an end. `certain` has the selectors that name it by some address.
    fn end(
        &self,
        names: Vec<ClassName>,
        identity: Endpoint<'p>,
        certain: &[SelectorId],
        kind: EndKind,
        side: Side,
    ) -> QueryEnd<'p> {
        let is_unknown_device = identity.is_unknown_device(&self.space.tailnet);
        let carriers = self.carriers_to(&identity, side);
        let parts = self.parts(&identity, certain, side);
        let selectors = Numbers::any(parts.iter().map(|part| part.selectors.clone()));
        let as_source = match side {
            // A user of another tailnet has no devices in this one.
            Side::Source => {
                let possible = selectors.possible.iter().copied().filter(|&id| self.is_of_members(id));
                sorted::union(&selectors.certain, &possible.collect::<Vec<_>>())
            }
            Side::Destination if identity.who.is_device() => self.selectors_of(&identity, Side::Source),
            Side::Destination => Vec::new(),
        };
        let name = names.first().map_or_else(|| "nobody".to_owned(), ClassName::to_string);
        QueryEnd {
            names,
            name,
            kind,
            is_unknown_device,
            is_of_assumed_role: false,
            is_at_address: false,
            is_of_one_family: false,
            is_asked: false,
            device: None,
            parts,
            selectors,
            carriers,
            local_ssh: self.local_ssh(&as_source),
            identity,
        }
    }

    /// Returns the parts of an end by its addresses: only one if selectors do not distinguish them.
    fn parts(&self, identity: &Endpoint<'p>, certain: &[SelectorId], side: Side) -> Vec<EndPart> {
        let unknown = self.unknown_facts(identity, side);
        let is_member_in_doubt = unknown.contains(&UnknownFact::Sharing)
            && matches!(identity.who, Principal::User { login, .. } if !self.own_domains.is_of_member(&self.space.tailnet, login));
        let mut parts: Vec<EndPart> = Vec::new();
        for address in identity.by_address() {
            let mut certain =
                if identity.who.is_device() { self.selectors_of(&address, side) } else { certain.to_vec() };
            certain.retain(|&id| !(is_member_in_doubt && self.is_of_members(id)));
            let mut possible = self.unknown_selectors.dependent_on(&unknown);
            possible.retain(|&id| {
                let may_name = |&family: &Family| {
                    address.families().contains(family) && self.tailnet_selectors.may_name(id, family)
                };
                let is_known = !identity.addresses.is_empty();
                certain.binary_search(&id).is_err() && (is_known || Family::BOTH.iter().any(may_name))
            });
            let selectors = Numbers { certain, possible };
            match parts.iter_mut().find(|part| part.selectors == selectors) {
                Some(part) => part.families = part.families.with(address.families()),
                None => parts.push(self.part(address.families(), selectors, side)),
            }
        }
        parts
    }

    /// Returns the unknown facts about an end.
    fn unknown_facts(&self, identity: &Endpoint, side: Side) -> Vec<UnknownFact> {
        let mut unknown = identity.unknown_facts();
        unknown.extend(identity.is_unknown_device(&self.space.tailnet).then_some(UnknownFact::Device));
        if let Principal::User { login, role: None | Some(Role::Member) } = identity.who
            && side == Side::Source
            && self.own_domains.may_be_shared(&self.space.tailnet, login)
        {
            unknown.push(UnknownFact::Sharing);
        }
        unknown
    }

    fn part(&self, families: Families, selectors: Numbers, side: Side) -> EndPart {
        let (network, ssh) = (&self.space.rules, &self.ssh);
        let find = |network: &dyn Fn(&[SelectorId]) -> Vec<usize>| Numbers {
            certain: network(&selectors.certain),
            possible: network(&selectors.possible),
        };
        let (rules, ssh) = match side {
            Side::Source => (find(&|ids| network.with_source(ids)), find(&|ids| ssh.by_source.numbers(ids))),
            Side::Destination => {
                (find(&|ids| network.with_destination(ids)), find(&|ids| ssh.by_destination.numbers(ids)))
            }
        };
        EndPart { families, selectors, rules, ssh }
    }
}

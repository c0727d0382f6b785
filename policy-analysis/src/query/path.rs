//! By which way somebody comes to be named by a rule.

use std::collections::HashSet;
use std::net::IpAddr;

use crate::query::a_role;
use crate::query::query_world::{QueryEnd, QueryWorld};
use crate::query::subject::Side;
use policy_core::access::endpoint::Principal;
use policy_core::access::interval::{overlap, single};
use policy_core::access::tailnet::Tailnet;
use policy_core::model::{Autogroup, IpSet, Operation, Role, Selector, SelectorKind};

/// One end of a connection, and the other.
#[derive(Clone, Copy)]
pub(super) struct QueryEnds<'a, 'p> {
    pub(super) source: &'a QueryEnd<'p>,
    pub(super) destination: &'a QueryEnd<'p>,
    pub(super) is_own: bool,
}

/// The first item of a rule's list that names the end for certain, or else that may.
pub(super) fn item<'r>(world: &QueryWorld, ends: QueryEnds, list: &'r [Selector], side: Side) -> Option<&'r Selector> {
    let end = if side == Side::Source { ends.source } else { ends.destination };
    let id = |selector: &Selector| world.space.permits.selectors.id(&selector.text);
    let is_named = |selector: &&Selector| {
        side == Side::Destination && ends.is_own && is_own_devices(selector)
            || id(selector).is_some_and(|id| end.selectors.binary_search(&id).is_ok())
    };
    let is_perhaps = |selector: &&Selector| {
        side == Side::Destination && is_own_devices(selector)
            || id(selector).is_some_and(|id| end.perhaps.binary_search(&id).is_ok())
    };
    list.iter().find(is_named).or_else(|| list.iter().find(is_perhaps))
}

fn is_own_devices(selector: &Selector) -> bool {
    selector.kind == SelectorKind::Autogroup(Some(Autogroup::SelfDevices))
}

/// How the item names the end, in a sentence; `None` if it is the end's own name.
pub(super) fn sentence(world: &QueryWorld, ends: QueryEnds, item: &Selector, side: Side) -> Option<String> {
    let end = if side == Side::Source { ends.source } else { ends.destination };
    let name = end.name();
    let is_itself = name == format!("`{item}`");
    let user = match end.identity.who {
        Principal::User { login, role } => Some((login, role)),
        _ => None,
    };
    let id = world.space.permits.selectors.id(&item.text);
    if id.is_some_and(|id| end.perhaps.binary_search(&id).is_ok()) {
        return Some(doubt(name, &end.identity.who, item));
    }
    let device = name;
    let name = if end.is_device { format!("the user of {device}") } else { device.to_owned() };
    Some(match item.kind {
        _ if is_itself => return None,
        SelectorKind::Wildcard if side == Side::Source => format!("{device} is part of the tailnet, which is `*`"),
        SelectorKind::Wildcard => format!("{device} is part of `*`, which is everything"),
        // Whose device it is, or the login of whom the facts call otherwise.
        SelectorKind::User => match user {
            Some((login, _)) if end.is_device => format!("{device} is a device of `{login}`"),
            _ => return None,
        },
        SelectorKind::Group | SelectorKind::SyncedGroup => format!("{name} is in `{item}`"),
        SelectorKind::Domain => format!("{name} has a login at `{}`", item.domain().unwrap_or_default()),
        SelectorKind::Tag => format!("{name} is tagged `{item}`"),
        SelectorKind::Autogroup(Some(autogroup)) => match autogroup {
            Autogroup::Member => format!("{name} is a member, as `{item}` says"),
            Autogroup::Tagged => format!("{name} is a tagged device, as `{item}` says"),
            Autogroup::SelfDevices if !ends.is_own => {
                format!("if it is one user's as well as {name}, as `autogroup:self` says, and no fact tells that")
            }
            Autogroup::SelfDevices => "both are devices of one user, as `autogroup:self` says".to_owned(),
            Autogroup::Internet => format!("{name} is a public address, as `{item}` says"),
            Autogroup::DangerAll => format!("{name} is some address, as `{item}` says"),
            _ if end.is_of_assumed_role => return None,
            _ => match user.and_then(|(_, role)| role) {
                Some(role) => format!("{name} is {}, so in `{item}`", role_of(role)),
                None => format!("{name} is in `{item}`"),
            },
        },
        _ => return at(world, end, item),
    })
}

fn role_of(role: Role) -> String {
    if role == Role::Member { "a member".to_owned() } else { a_role(role) }
}

/// What would have to be so for the item to name it.
fn doubt(name: &str, who: &Principal, item: &Selector) -> String {
    match (who, item.kind) {
        (Principal::User { .. }, SelectorKind::SyncedGroup) => {
            format!("if {name} is in `{item}`, which only the identity provider knows")
        }
        (Principal::Unknown, _) => format!("if the device at {name}, which no fact tells, is one of `{item}`"),
        _ => format!("if the device of {name} is at `{item}`, which no fact tells"),
    }
}

/// By which address.
fn at(world: &QueryWorld, end: &QueryEnd, item: &Selector) -> Option<String> {
    let tailnet = &world.space.tailnet;
    let ranges = tailnet.literal(item);
    let address =
        end.identity.addresses.iter().find(|&&address| ranges.iter().any(|&range| overlap(range, single(address))));
    let Some(&address) = address else {
        // Whatever its address is, it is one of these.
        return Some(format!("{} has an address in `{item}`", end.name()));
    };
    let is_device = end.identity.who.is_device();
    let name = if is_device { format!("{}, at `{address}`,", end.name()) } else { end.name().to_owned() };
    Some(match item.kind {
        SelectorKind::Address(_) => format!("{} is at `{item}`", end.name()),
        SelectorKind::Host => match ranges.as_slice() {
            [only] if only.first == only.last => format!("{name} is the host `{item}`"),
            _ => format!("{name} is in the host `{item}`"),
        },
        SelectorKind::IpSet => {
            let through = through(tailnet, &item.text, address);
            let steps: Vec<String> = through.iter().map(|step| format!(", by `{step}`")).collect();
            format!("{name} is in `{item}`{}", steps.concat())
        }
        _ => format!("{name} is in `{item}`"),
    })
}

/// More steps than anybody follows.
const MOST_STEPS: usize = 4;

/// The items by which a set has an address, from the set inwards.
fn through<'p>(tailnet: &Tailnet<'p>, set: &str, address: IpAddr) -> Vec<&'p str> {
    let mut steps = Vec::new();
    let mut seen = HashSet::new();
    let mut next: Option<&'p IpSet> = tailnet.ip_sets.get(set).copied();
    while let Some(ip_set) = next.filter(|ip_set| steps.len() < MOST_STEPS && seen.insert(ip_set.name.as_str())) {
        let added = ip_set.entries.iter().filter(|entry| entry.operation != Operation::Remove);
        let mut targets = added.map(|entry| &entry.target);
        let has = |target: &&Selector| tailnet.literal(target).iter().any(|&range| overlap(range, single(address)));
        let Some(target) = targets.find(has) else { break };
        steps.push(target.text.as_str());
        next = tailnet.ip_sets.get(target.text.as_str()).copied().filter(|_| target.kind == SelectorKind::IpSet);
    }
    steps
}

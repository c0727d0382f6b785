//! Describes how a rule names an end.

use std::collections::HashSet;
use std::net::IpAddr;

use crate::query::query_end::QueryEnd;
use crate::query::query_ends::QueryEnds;
use crate::query::query_world::QueryWorld;
use policy_core::access::{Principal, Side, Tailnet, overlap, single};
use policy_core::model::{Autogroup, IpSet, Operation, Selector, SelectorKind};

/// Returns a sentence that says how a rule's list names the end, or `None` if the list has the name
/// that was asked for.
pub(super) fn describe_path<'s>(
    world: &QueryWorld,
    ends: QueryEnds,
    list: impl IntoIterator<Item = &'s Selector>,
    side: Side,
) -> Option<String> {
    let (certain, possible) = first_naming(world, ends, list, side);
    describe_item(world, ends, certain.or(possible)?, side)
}

/// Returns the condition under which a rule's list names the end, or `None` if the list certainly
/// names it.
pub(super) fn describe_doubt<'s>(
    world: &QueryWorld,
    ends: QueryEnds,
    list: impl IntoIterator<Item = &'s Selector>,
    side: Side,
) -> Option<String> {
    let (certain, possible) = first_naming(world, ends, list, side);
    if certain.is_some() { None } else { describe_item(world, ends, possible?, side) }
}

/// Returns the first item that certainly names the end, and the first item before it that may name
/// it.
fn first_naming<'s>(
    world: &QueryWorld,
    ends: QueryEnds,
    list: impl IntoIterator<Item = &'s Selector>,
    side: Side,
) -> (Option<&'s Selector>, Option<&'s Selector>) {
    let mut possible = None;
    let certain = list.into_iter().find(|item| {
        let is_named = ends.is_named(world, item, side);
        if !is_named && possible.is_none() && ends.may_be_named(world, item, side) {
            possible = Some(*item);
        }
        is_named
    });
    (certain, possible)
}

/// The sentence that explains how `autogroup:self` includes a device of the source's user.
pub(super) const OWN_DEVICES: &str = "both are devices of one user, so in `autogroup:self`";

/// The sentence that explains how an SSH rule applies to a device that its `dst` does not include.
pub(super) const LOCAL_SSH: &str =
    "both are devices of one user, and SSH rules with `localpart:` also apply to the user's own devices";

/// Explains in a sentence how a selector of a rule includes the end. Returns `None` if the selector
/// is the name in the question.
pub(super) fn describe_item(world: &QueryWorld, ends: QueryEnds, item: &Selector, side: Side) -> Option<String> {
    let end = ends.end(side);
    let name = end.name();
    let is_itself = name == format!("`{item}`");
    let user = match end.identity.who {
        Principal::User { login, role } => Some((login, role)),
        _ => None,
    };
    if world.id(item).is_some_and(|id| end.selectors.possible.binary_search(&id).is_ok()) {
        return Some(describe_condition(name, &end.identity.who, item));
    }
    let device = name;
    let name = if end.is_user_device() { format!("the user of {device}") } else { device.to_owned() };
    Some(match item.kind {
        _ if is_itself => return None,
        SelectorKind::Wildcard if side == Side::Source => format!("{device} is part of the tailnet, which is `*`"),
        SelectorKind::Wildcard => format!("{device} is part of `*`, which is everything"),
        // Describes the owner of a device. A user needs no description, even if the facts use
        // another name.
        SelectorKind::User => match user {
            Some((login, _)) if end.is_user_device() => format!("{device} is a device of `{login}`"),
            _ => return None,
        },
        SelectorKind::Group | SelectorKind::SyncedGroup => format!("{name} is in `{item}`"),
        SelectorKind::Domain => format!("{name} has a login at `{}`", item.domain().unwrap_or_default()),
        SelectorKind::Tag => format!("{name} is tagged `{item}`"),
        SelectorKind::Autogroup(Some(autogroup)) => match autogroup {
            Autogroup::Member => format!("{name} is a member, so in `{item}`"),
            Autogroup::Tagged => format!("{name} is a tagged device, so in `{item}`"),
            Autogroup::SelfDevices if !ends.is_own => {
                format!("if it is a device of the same user as {name}, which is unknown")
            }
            Autogroup::SelfDevices => OWN_DEVICES.to_owned(),
            Autogroup::Internet => format!("{name} is a public address, so in `{item}`"),
            Autogroup::DangerAll => format!("{name} is in `{item}`, which is every address"),
            _ if end.is_of_assumed_role => return None,
            _ => match user.and_then(|(_, role)| role) {
                Some(role) => format!("{name} is {}, so in `{item}`", role.with_article()),
                None => format!("{name} is in `{item}`"),
            },
        },
        _ => return describe_address(world, end, item),
    })
}

/// Describes the condition under which the item names the end.
fn describe_condition(name: &str, who: &Principal, item: &Selector) -> String {
    let is_person = matches!(who, Principal::User { .. } | Principal::Member { .. } | Principal::Shared);
    let is_user = matches!(who, Principal::User { .. });
    match item.kind {
        _ if *who == Principal::Unknown => {
            format!("if the unknown device at {name} is in `{item}`")
        }
        SelectorKind::SyncedGroup if is_person => {
            format!("if {name} is in `{item}`, which only the identity provider knows")
        }
        SelectorKind::Autogroup(Some(Autogroup::Shared)) if is_user => {
            format!("if {name} is a user of another tailnet that the device is shared with, which is unknown")
        }
        SelectorKind::Autogroup(Some(Autogroup::Member)) if is_user => {
            format!("if {name} is a user of this tailnet, which is unknown")
        }
        SelectorKind::Autogroup(_) if is_person => format!("if {name} has the role of `{item}`, which is unknown"),
        SelectorKind::User if is_person => format!("if {name} is `{item}`, which is unknown"),
        SelectorKind::Group if is_person => format!("if {name} is also in `{item}`, which is unknown"),
        SelectorKind::Domain if is_person => {
            format!("if {name} has a login at `{}`, which is unknown", item.domain().unwrap_or_default())
        }
        _ => format!("if {name} has an address in `{item}`, which is unknown"),
    }
}

/// Describes the address by which the item names the end.
fn describe_address(world: &QueryWorld, end: &QueryEnd, item: &Selector) -> Option<String> {
    let tailnet = &world.space.tailnet;
    let ranges = tailnet.literal(item);
    let address =
        end.identity.addresses.iter().find(|&&address| ranges.iter().any(|&range| overlap(range, single(address))));
    let Some(&address) = address else {
        // The address is unknown, but it is one of the item's addresses.
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
            let through = items_with_address(tailnet, &item.text, address);
            let steps: Vec<String> = through.iter().map(|step| format!(", by `{step}`")).collect();
            format!("{name} is in `{item}`{}", steps.concat())
        }
        _ => format!("{name} is in `{item}`"),
    })
}

/// The maximum number of steps. A reader would not follow more.
const MOST_STEPS: usize = 4;

/// Returns the items that lead from an IP set to an address, the outermost first.
fn items_with_address<'p>(tailnet: &Tailnet<'p>, set: &str, address: IpAddr) -> Vec<&'p str> {
    let mut steps = Vec::new();
    let mut seen = HashSet::new();
    let mut next: Option<&'p IpSet> = tailnet.declarations.ip_sets.get(set).copied();
    while let Some(ip_set) = next.filter(|ip_set| steps.len() < MOST_STEPS && seen.insert(ip_set.name.as_str())) {
        let added = ip_set.entries.iter().filter(|entry| entry.operation != Operation::Remove);
        let mut targets = added.map(|entry| &entry.target);
        let has = |target: &&Selector| tailnet.literal(target).iter().any(|&range| overlap(range, single(address)));
        let Some(target) = targets.find(has) else { break };
        steps.push(target.text.as_str());
        next = tailnet
            .declarations
            .ip_sets
            .get(target.text.as_str())
            .copied()
            .filter(|_| target.kind == SelectorKind::IpSet);
    }
    steps
}

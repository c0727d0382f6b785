//! What needs no admin: routes, exit nodes and services of `autoApprovers`, and tags that others may assign.

use crate::diff::diff_world::{DiffWorld, Region};
use crate::diff::joint_policy::Version;
use crate::diff::labels::{Labels, Numbers};
use policy_core::access::interval::IntervalTree;
use policy_core::model::{Policy, Prefix};

/// What may be done without an admin.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Deed {
    /// Advertise routes within a prefix
    Route(Network),
    ExitNode,
    /// Host a service, or any with a tag
    Service(String),
    /// Assign a tag
    Tag(String),
}

/// A prefix, in the order of addresses.
pub(super) type Network = (std::net::IpAddr, u8);

/// What the approvers of one of the policies approve. `all` are the networks of both.
pub(super) fn approvals(
    world: &mut DiffWorld,
    policy: &Policy,
    side: Version,
    all: &IntervalTree<Prefix>,
    numbers: &mut Numbers<Deed>,
) -> Vec<Region<Labels>> {
    let approvers = &policy.auto_approvers;
    let mut regions = Vec::new();
    for entry in &approvers.routes {
        let network = entry.network.prefix.masked();
        // Keys of length 0 approve nothing. `routes-ea6-routes-map-exit-basic`
        if network.length == 0 {
            continue;
        }
        // Whoever may advertise a network may advertise those in it.
        let within = all.overlapping(network.range()).filter(|&other| network.contains(other));
        let deeds: Labels = within.map(|prefix| numbers.number(Deed::Route((prefix.address, prefix.length)))).collect();
        let ids = world.ids(side, &entry.approvers);
        regions.extend(world.one_sided(ids, deeds, entry.origin));
    }
    let ids = world.ids(side, &approvers.exit_node);
    let origin = approvers.exit_node.origin.unwrap_or_default();
    regions.extend(world.one_sided(ids, Labels::from_iter([numbers.number(Deed::ExitNode)]), origin));
    for entry in &approvers.services {
        let ids = world.ids(side, &entry.approvers);
        let deed = numbers.number(Deed::Service(entry.service.to_string()));
        regions.extend(world.one_sided(ids, Labels::from_iter([deed]), entry.origin));
    }
    regions
}

/// The networks of both policies.
pub(super) fn networks(old: &Policy, new: &Policy) -> IntervalTree<Prefix> {
    let entries = [old, new].into_iter().flat_map(|policy| &policy.auto_approvers.routes);
    let mut all: Vec<Prefix> = entries.map(|entry| entry.network.prefix.masked()).collect();
    all.sort_unstable_by_key(|prefix| (prefix.address, prefix.length));
    all.dedup();
    IntervalTree::new(all.into_iter().map(|prefix| (prefix.range(), prefix)).collect())
}

/// Who may assign which tags. Admins always may, so nothing is told of them.
pub(super) fn ownership(
    world: &mut DiffWorld,
    policy: &Policy,
    side: Version,
    numbers: &mut Numbers<Deed>,
) -> Vec<Region<Labels>> {
    let mut regions = Vec::new();
    for declaration in &policy.tag_owners {
        let ids = world.ids(side, &declaration.owners);
        let deed = numbers.number(Deed::Tag(declaration.tag.to_ascii_lowercase()));
        let region = world.one_sided(ids, Labels::from_iter([deed]), declaration.origin);
        let admins = world.admins.clone();
        regions.extend(region.and_then(|region| world.without(region, &admins)));
    }
    regions
}

/// What may be done, a network within another one apart.
pub(super) fn in_words(numbers: &Numbers<Deed>, labels: &Labels) -> String {
    let deeds = numbers.of(labels);
    let mut widest: Vec<Prefix> = Vec::new();
    let mut words: Vec<String> = Vec::new();
    // A network comes before those in it.
    for deed in deeds {
        match deed {
            Deed::Route((address, length)) => {
                let prefix = Prefix { address: *address, length: *length };
                if !widest.last().is_some_and(|wide| wide.contains(prefix)) {
                    widest.push(prefix);
                    words.push(format!("may advertise {prefix}"));
                }
            }
            Deed::ExitNode => words.push("may be an exit node".to_owned()),
            Deed::Service(service) => words.push(format!("may host {service}")),
            Deed::Tag(tag) => words.push(format!("may assign {tag}")),
        }
    }
    words.join(", ")
}

//! The destinations that two policies are asked about.

use std::collections::HashSet;

use crate::query::query_world::QueryWorld;
use crate::query::subject::{Subject, SubjectReader, selector};
use policy_core::access::{FilterAddress, INTERNET, Tailnet, has_tailscales, overlap, policy_selectors};
use policy_core::model::{AddressRange, Autogroup, Policy, Selector, SelectorKind};
use policy_core::proof::atoms;

/// A destination that both policies are asked about.
pub(super) struct Target {
    pub(super) subject: Subject,
    /// The name, if that of the end is not to be shown.
    pub(super) label: Option<String>,
    /// True if it stands only for members and devices that nothing names.
    pub(super) is_rest: bool,
}

impl Target {
    fn of(text: &str) -> Target {
        Target { subject: Subject::of_selector(selector(text)), label: None, is_rest: false }
    }
}

/// Returns the destinations that two policies distinguish: the known devices, or if none is known,
/// every tag and user that a policy names, and everything else of the tailnet. Then services, and
/// one address of each range that a selector or a route splits off.
pub(super) fn targets(old: &Policy, new: &Policy, reader: &SubjectReader) -> Vec<Target> {
    let mut targets: Vec<Target> = Vec::new();
    let devices = (0..old.facts.devices.len()).filter_map(|id| reader.device_with(id));
    targets.extend(devices.map(|subject| Target { subject, label: None, is_rest: false }));
    let has_devices = !targets.is_empty();
    let mut seen = HashSet::new();
    let all = || [old, new].into_iter().flat_map(policy_selectors);
    let services = all().filter(|one| one.kind == SelectorKind::Service).map(|one| one.text.as_str());
    let mut names: Vec<&str> = services.collect();
    if !has_devices {
        names.extend([old, new].into_iter().flat_map(Policy::tags));
        names.extend(all().filter(|one| matches!(one.kind, SelectorKind::Tag | SelectorKind::User)).map(text));
        names.extend(
            [old, new].into_iter().flat_map(|policy| &policy.groups).flat_map(|group| &group.members).map(text),
        );
        names.extend(old.facts.users.iter().map(|user| user.email.as_str()));
    }
    targets.extend(names.into_iter().filter(|name| seen.insert(name.to_ascii_lowercase())).map(Target::of));
    if !has_devices {
        let rest =
            [Autogroup::Member, Autogroup::Tagged].map(|group| Target { is_rest: true, ..Target::of(group.name()) });
        targets.extend(rest);
    }
    targets.extend(address_targets(old, new, has_devices));
    targets
}

fn text(selector: &Selector) -> &str {
    &selector.text
}

/// Returns an address of each range that no selector and no route of either policy splits. If
/// devices are known, addresses that no router of the facts may lead to are left out.
fn address_targets(old: &Policy, new: &Policy, has_devices: bool) -> Vec<Target> {
    let tailnets = [old, new].map(Tailnet::new);
    let mut literals: Vec<AddressRange> = Vec::new();
    let mut has_internet = false;
    for (policy, tailnet) in [old, new].into_iter().zip(&tailnets) {
        literals.extend(policy_selectors(policy).into_iter().flat_map(|selector| tailnet.literal(selector)));
        literals.extend(tailnet.routes.iter().map(|route| route.range()));
        let is_public = |one: &&Selector| matches!(one.kind, SelectorKind::Autogroup(Some(Autogroup::Internet)));
        has_internet |=
            !tailnet.exit_nodes.is_empty() || !has_devices && policy_selectors(policy).iter().any(is_public);
    }
    let is_wanted = |range: &AddressRange| {
        let is_public = INTERNET.into_iter().any(|public| overlap(public, *range));
        let is_named = literals.iter().any(|literal| overlap(*literal, *range));
        match has_devices {
            true if has_tailscales(*range) => false,
            true => tailnets.iter().any(|tailnet| tailnet.is_routed(*range)) || is_public && has_internet,
            false => is_named || is_public && has_internet,
        }
    };
    let ranges = atoms(literals.iter().copied()).into_iter().filter(is_wanted);
    let target = |range: AddressRange| Target { label: Some(label(range)), ..Target::of(&range.first.to_string()) };
    ranges.map(target).collect()
}

/// Returns the name of a range: a prefix or an address if it is one.
fn label(range: AddressRange) -> String {
    format!("`{}`", FilterAddress::Addresses(range))
}

/// Returns the selectors by which the ends of one policy are distinguished: those of the question,
/// and those of the other policy that do not depend on its declarations.
pub(super) fn questions(policy: &Policy, both: [&Policy; 2], sources: &[Subject], targets: &[Target]) -> Vec<Selector> {
    let subjects: Vec<&Subject> = sources.iter().chain(targets.iter().map(|target| &target.subject)).collect();
    let is_declared = |one: &Selector| {
        matches!(one.kind, SelectorKind::Group | SelectorKind::Host | SelectorKind::IpSet | SelectorKind::Service)
    };
    let others = both.into_iter().flat_map(policy_selectors).filter(|one| !is_declared(one)).cloned();
    QueryWorld::questions(policy, &subjects).into_iter().chain(others).collect()
}

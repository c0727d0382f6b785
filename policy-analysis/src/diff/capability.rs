//! App capabilities, of grants between devices and of `nodeAttrs` for devices, and the other attributes.

use std::collections::BTreeMap;

use crate::diff::diff_world::{DiffWorld, Region};
use crate::diff::joint_policy::Version;
use crate::diff::labels::{Labels, Numbers};
use crate::diff::posture::Postures;
use policy_core::access::posture;
use policy_core::model::{App, Policy};

/// What a device or an application is told: a name, or one of the values that the name is given with.
pub(super) type Told = (String, Option<String>);

/// What the grants of one of the policies tell applications. With `via` it is nothing. `grant-k12`
pub(super) fn of_grants(
    world: &mut DiffWorld,
    policy: &Policy,
    side: Version,
    postures: &Postures,
    numbers: &mut Numbers<Told>,
) -> Vec<Region<Labels>> {
    let mut regions = Vec::new();
    for grant in policy.grants.iter().flatten().filter(|grant| grant.via.is_empty()) {
        let Some(app) = grant.app.as_ref().filter(|app| !app.is_blank()) else { continue };
        let told: Labels = capabilities(app).map(|told| numbers.number(told)).collect();
        let ends = (world.ids(side, &grant.src), world.ids(side, &grant.dst));
        let postures = postures.ids(side, posture::required(policy, &grant.src_posture));
        regions.extend(world.regions(ends, (told, postures, 0), grant.origin));
    }
    regions
}

/// What `nodeAttrs` of one of the policies tell devices.
pub(super) fn of_devices(
    world: &mut DiffWorld,
    policy: &Policy,
    side: Version,
    numbers: &mut Numbers<Told>,
) -> Vec<Region<Labels>> {
    let mut regions = Vec::new();
    for entry in &policy.node_attrs {
        let attributes = entry.attr.iter().map(|attribute| (attribute.to_string(), None));
        let pools = entry.ip_pool.iter().map(|pool| ("ipPool".to_owned(), Some(pool.prefix.masked().to_string())));
        let capabilities = entry.app.iter().flat_map(capabilities);
        let told: Labels = attributes.chain(pools).chain(capabilities).map(|told| numbers.number(told)).collect();
        let targets = world.ids(side, &entry.target);
        regions.extend(world.one_sided(targets, told, entry.origin));
    }
    regions
}

fn capabilities(app: &App) -> impl Iterator<Item = Told> {
    app.capabilities.iter().flat_map(|capability| {
        let name = capability.name.to_string();
        let values: Vec<Told> =
            capability.values.iter().map(|(value, _)| (name.clone(), Some(value.to_string()))).collect();
        [(name, None)].into_iter().chain(values)
    })
}

/// Names, each with its values.
pub(super) fn in_words(numbers: &Numbers<Told>, labels: &Labels) -> String {
    let mut values: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, value) in numbers.of(labels) {
        values.entry(name).or_default().extend(value.as_deref());
    }
    let word = |(name, values): (&str, Vec<&str>)| match values.is_empty() {
        true => name.to_owned(),
        false => format!("{name} {}", values.join(", ")),
    };
    values.into_iter().map(word).collect::<Vec<_>>().join(", ")
}

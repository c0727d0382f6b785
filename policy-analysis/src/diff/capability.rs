use std::collections::BTreeMap;

use crate::diff::change::Area;
use crate::diff::comparison::Subject;
use crate::diff::interner::Interner;
use crate::diff::item_set::ItemSet;
use crate::diff::region::Region;
use crate::diff::rule_reader::{Rule, RuleReader};
use policy_core::model::App;

/// The name of a capability, or one of the values that it is given with.
pub(super) type Capability = (String, Option<String>);

/// App capabilities of grants. A grant with `via` gives none. `grant-k12`
#[derive(Debug, Default)]
pub(super) struct AppCapabilities {
    capabilities: Interner<Capability>,
}

impl Subject for AppCapabilities {
    type Extent = ItemSet;
    const AREA: Area = Area::App;

    fn read(&mut self, reader: &mut RuleReader) -> Vec<Region<ItemSet>> {
        let mut regions = Vec::new();
        for grant in reader.policy.grants.iter().flatten().filter(|grant| grant.via.is_empty()) {
            let Some(app) = grant.app.as_ref().filter(|app| !app.is_blank()) else { continue };
            regions.extend(reader.regions(&Rule {
                src: reader.selectors(&grant.src),
                dst: reader.selectors(&grant.dst),
                extent: capabilities(app).map(|capability| self.capabilities.intern(capability)).collect(),
                postures: reader.required_postures(&grant.src_posture),
                channel: 0,
                origin: grant.origin,
            }));
        }
        regions
    }

    fn describe(&self, _: &Region<ItemSet>, capabilities: &ItemSet) -> String {
        describe(&capabilities.values(&self.capabilities))
    }
}

pub(super) fn capabilities(app: &App) -> impl Iterator<Item = Capability> {
    app.capabilities.iter().flat_map(|capability| {
        let name = capability.name.to_string();
        let values = capability.values.iter().map(|(value, _)| Some(value.to_string()));
        let items: Vec<Capability> = [None].into_iter().chain(values).map(|value| (name.clone(), value)).collect();
        items
    })
}

/// Lists the names, each with its values.
pub(super) fn describe(capabilities: &[&Capability]) -> String {
    let mut values: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, value) in capabilities {
        values.entry(name).or_default().extend(value.as_deref());
    }
    let describe = |(name, values): (&str, Vec<&str>)| {
        if values.is_empty() { name.to_owned() } else { format!("{name} {}", values.join(", ")) }
    };
    values.into_iter().map(describe).collect::<Vec<_>>().join(", ")
}

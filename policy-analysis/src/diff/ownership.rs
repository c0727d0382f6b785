use std::collections::HashSet;

use crate::diff::change::{Area, Change, Direction};
use crate::diff::comparison::Subject;
use crate::diff::interner::Interner;
use crate::diff::item_set::ItemSet;
use crate::diff::region::Region;
use crate::diff::rule_reader::RuleReader;
use crate::diff::sorted;
use policy_core::model::Policy;

/// The right to assign tags: `tagOwners`. Admins may assign every tag, so they are left out.
#[derive(Debug, Default)]
pub(super) struct TagOwnership {
    /// In lower case
    tags: Interner<String>,
}

impl Subject for TagOwnership {
    type Extent = ItemSet;
    const AREA: Area = Area::Ownership;

    fn read(&mut self, reader: &mut RuleReader) -> Vec<Region<ItemSet>> {
        let mut regions = Vec::new();
        for declaration in &reader.policy.tag_owners {
            let tag = self.tags.intern(declaration.tag.to_ascii_lowercase());
            let region = reader.sources_region(&declaration.owners, ItemSet::from_iter([tag]), declaration.origin);
            let Some(region) = region else { continue };
            let owners = sorted::difference(reader.sets.sources.classes(region.sources), &reader.classes.admins);
            regions.extend(region.restrict_sources(reader.sets, owners));
        }
        regions
    }

    fn describe(&self, _: &Region<ItemSet>, tags: &ItemSet) -> String {
        let rights: Vec<String> = tags.values(&self.tags).into_iter().map(|tag| format!("may assign {tag}")).collect();
        rights.join(", ")
    }
}

/// Returns the tags that only one of two policies declares.
pub(super) fn tag_changes(direction: Direction, policy: &Policy, other: &Policy) -> Vec<Change> {
    let known: HashSet<String> =
        other.tag_owners.iter().map(|declaration| declaration.tag.to_ascii_lowercase()).collect();
    let new = policy.tag_owners.iter().filter(|declaration| !known.contains(&declaration.tag.to_ascii_lowercase()));
    new.map(|declaration| Change::new(Area::Tag, direction, declaration.tag.to_string(), declaration.origin)).collect()
}

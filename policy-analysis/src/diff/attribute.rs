use crate::diff::capability;
use crate::diff::capability::Capability;
use crate::diff::change::Area;
use crate::diff::comparison::Subject;
use crate::diff::interner::Interner;
use crate::diff::item_set::ItemSet;
use crate::diff::region::Region;
use crate::diff::rule_reader::RuleReader;

/// Attributes, IP pools and app capabilities of devices: `nodeAttrs`.
#[derive(Debug, Default)]
pub(super) struct NodeAttributes {
    attributes: Interner<Capability>,
}

impl Subject for NodeAttributes {
    type Extent = ItemSet;
    const AREA: Area = Area::Attribute;

    fn read(&mut self, reader: &mut RuleReader) -> Vec<Region<ItemSet>> {
        let mut regions = Vec::new();
        for entry in &reader.policy.node_attrs {
            let attributes = entry.attr.iter().map(|attribute| (attribute.to_string(), None));
            let pools = entry.ip_pool.iter().map(|pool| ("ipPool".to_owned(), Some(pool.prefix.masked().to_string())));
            let capabilities = entry.app.iter().flat_map(capability::capabilities);
            let all = attributes.chain(pools).chain(capabilities);
            let items = all.map(|attribute| self.attributes.intern(attribute)).collect();
            regions.extend(reader.sources_region(&entry.target, items, entry.origin));
        }
        regions
    }

    fn describe(&self, _: &Region<ItemSet>, attributes: &ItemSet) -> String {
        capability::describe(&attributes.values(&self.attributes))
    }
}

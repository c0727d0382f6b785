use std::net::IpAddr;

use crate::diff::change::Area;
use crate::diff::comparison::Subject;
use crate::diff::interner::Interner;
use crate::diff::item_set::ItemSet;
use crate::diff::region::Region;
use crate::diff::rule_reader::RuleReader;
use policy_core::access::interval::IntervalTree;
use policy_core::model::{Policy, Prefix};

/// An action that `autoApprovers` approves.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Approval {
    /// Advertise a prefix: its address, and its length in bits
    Route(IpAddr, u8),
    ExitNode,
    /// Host a service, or any service with a tag
    Service(String),
}

/// Actions that need no admin's approval: `autoApprovers`.
#[derive(Debug)]
pub(super) struct AutoApprovals {
    /// The prefixes of both policies
    prefixes: IntervalTree<Prefix>,
    approvals: Interner<Approval>,
}

impl AutoApprovals {
    pub(super) fn new(old: &Policy, new: &Policy) -> Self {
        let entries = [old, new].into_iter().flat_map(|policy| &policy.auto_approvers.routes);
        let mut prefixes: Vec<Prefix> = entries.map(|entry| entry.network.prefix.masked()).collect();
        prefixes.sort_unstable_by_key(|prefix| (prefix.address, prefix.length));
        prefixes.dedup();
        let prefixes = IntervalTree::new(prefixes.into_iter().map(|prefix| (prefix.range(), prefix)).collect());
        AutoApprovals { prefixes, approvals: Interner::default() }
    }
}

impl Subject for AutoApprovals {
    type Extent = ItemSet;
    const AREA: Area = Area::Approval;

    fn read(&mut self, reader: &mut RuleReader) -> Vec<Region<ItemSet>> {
        let approvers = &reader.policy.auto_approvers;
        let mut regions = Vec::new();
        for entry in &approvers.routes {
            let prefix = entry.network.prefix.masked();
            // Prefixes of length 0 approve nothing. `routes-ea6-routes-map-exit-basic`
            if prefix.length == 0 {
                continue;
            }
            // An approved prefix approves every prefix in it.
            let within = self.prefixes.overlapping(prefix.range()).filter(|&other| prefix.contains(other));
            let routes = within.map(|prefix| self.approvals.intern(Approval::Route(prefix.address, prefix.length)));
            let routes = routes.collect();
            regions.extend(reader.sources_region(&entry.approvers, routes, entry.origin));
        }
        let exit_node = ItemSet::from_iter([self.approvals.intern(Approval::ExitNode)]);
        let origin = approvers.exit_node.origin.unwrap_or_default();
        regions.extend(reader.sources_region(&approvers.exit_node, exit_node, origin));
        for entry in &approvers.services {
            let service = self.approvals.intern(Approval::Service(entry.service.to_string()));
            regions.extend(reader.sources_region(&entry.approvers, ItemSet::from_iter([service]), entry.origin));
        }
        regions
    }

    /// Lists the actions. Prefixes within another one are left out.
    fn describe(&self, _: &Region<ItemSet>, approvals: &ItemSet) -> String {
        let mut last_prefix: Option<Prefix> = None;
        let mut actions: Vec<String> = Vec::new();
        // A prefix comes before those in it.
        for approval in approvals.values(&self.approvals) {
            match approval {
                &Approval::Route(address, length) => {
                    let prefix = Prefix { address, length };
                    if !last_prefix.is_some_and(|last| last.contains(prefix)) {
                        last_prefix = Some(prefix);
                        actions.push(format!("may advertise {prefix}"));
                    }
                }
                Approval::ExitNode => actions.push("may be an exit node".to_owned()),
                Approval::Service(service) => actions.push(format!("may host {service}")),
            }
        }
        actions.join(", ")
    }
}

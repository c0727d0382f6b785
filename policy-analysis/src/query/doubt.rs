//! What is not known of somebody, so that rules may be about them.

use std::net::IpAddr;

use policy_core::access::block::{FAMILIES, single};
use policy_core::access::identity::{Identity, Who};
use policy_core::access::permits::ends;
use policy_core::access::selectors::SelectorId;
use policy_core::model::{Autogroup, Selector, SelectorKind};
use policy_core::proof::space::Space;

/// The selectors of which it may not be known whom they name.
#[derive(Default)]
pub(super) struct Doubtful {
    synced_groups: Vec<SelectorId>,
    /// Those of addresses of which some device of unknown address may have one.
    addresses: Vec<SelectorId>,
    /// Those that are about who somebody is.
    names: Vec<SelectorId>,
}

impl Doubtful {
    pub(super) fn of(space: &Space, questions: &[Selector]) -> Doubtful {
        let mut doubtful = Doubtful::default();
        for selector in ends(space.policy).chain(questions) {
            let Some(id) = space.permits.selectors.id(&selector.text) else { continue };
            match selector.kind {
                SelectorKind::SyncedGroup => {
                    doubtful.synced_groups.push(id);
                    doubtful.names.push(id);
                }
                SelectorKind::User
                | SelectorKind::Domain
                | SelectorKind::Group
                | SelectorKind::Tag
                | SelectorKind::Service => doubtful.names.push(id),
                SelectorKind::Autogroup(Some(autogroup)) => {
                    let is_name = autogroup.is_role() || matches!(autogroup, Autogroup::Tagged | Autogroup::Shared);
                    doubtful.names.extend(is_name.then_some(id));
                }
                _ => {
                    let ranges = space.tailnet.literal(selector);
                    if ranges.into_iter().any(|range| space.tailnet.may_be_a_devices(range)) {
                        doubtful.addresses.push(id);
                    }
                }
            }
        }
        for list in [&mut doubtful.synced_groups, &mut doubtful.addresses, &mut doubtful.names] {
            list.sort_unstable();
            list.dedup();
        }
        doubtful
    }

    /// Those that may name somebody.
    pub(super) fn of_end(&self, identity: &Identity, is_somebodys: bool) -> Vec<SelectorId> {
        let has_unknown_address = identity.addresses.is_empty();
        let addresses = || self.addresses.iter().filter(|_| has_unknown_address);
        let mut perhaps: Vec<SelectorId> = match identity.who {
            Who::User { .. } => self.synced_groups.iter().chain(addresses()).copied().collect(),
            Who::Member { .. } | Who::Tagged(_) => addresses().copied().collect(),
            Who::Unknown => self.names.iter().filter(|_| is_somebodys).copied().collect(),
            Who::Service(_) | Who::Shared | Who::External(_) => Vec::new(),
        };
        perhaps.sort_unstable();
        perhaps
    }
}

/// Whether it is an address that some device has, while no fact tells which.
pub(super) fn is_somebodys(space: &Space, identity: &Identity) -> bool {
    let may_be = |&address: &IpAddr| {
        space.tailnet.may_be_a_devices(single(address)) && FAMILIES.into_iter().any(|family| identity.is_in(family))
    };
    identity.who == Who::Unknown && identity.addresses.iter().any(may_be)
}

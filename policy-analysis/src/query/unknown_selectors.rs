//! What is not known of somebody, so that rules may be about them.

use std::net::IpAddr;

use policy_core::access::endpoint::{Endpoint, Principal};
use policy_core::access::interval::{FAMILIES, single};
use policy_core::access::rule_index::ends;
use policy_core::access::selector_index::SelectorId;
use policy_core::model::{Autogroup, Selector, SelectorKind};
use policy_core::proof::classes::AccessClasses;

/// The selectors of which it may not be known whom they name.
#[derive(Default)]
pub(super) struct UnknownSelectors {
    synced_groups: Vec<SelectorId>,
    /// Those of addresses of which some device of unknown address may have one.
    addresses: Vec<SelectorId>,
    /// Those that are about who somebody is.
    names: Vec<SelectorId>,
}

impl UnknownSelectors {
    pub(super) fn of(space: &AccessClasses, questions: &[Selector]) -> UnknownSelectors {
        let mut doubtful = UnknownSelectors::default();
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
    pub(super) fn of_end(&self, identity: &Endpoint, is_somebodys: bool) -> Vec<SelectorId> {
        let has_unknown_address = identity.addresses.is_empty();
        let addresses = || self.addresses.iter().filter(|_| has_unknown_address);
        let mut perhaps: Vec<SelectorId> = match identity.who {
            Principal::User { .. } => self.synced_groups.iter().chain(addresses()).copied().collect(),
            Principal::Member { .. } | Principal::Tagged(_) => addresses().copied().collect(),
            Principal::Unknown => self.names.iter().filter(|_| is_somebodys).copied().collect(),
            Principal::Service(_) | Principal::Shared | Principal::External(_) => Vec::new(),
        };
        perhaps.sort_unstable();
        perhaps
    }
}

/// Whether it is an address that some device has, while no fact tells which.
pub(super) fn is_somebodys(space: &AccessClasses, identity: &Endpoint) -> bool {
    let may_be = |&address: &IpAddr| {
        space.tailnet.may_be_a_devices(single(address)) && FAMILIES.into_iter().any(|family| identity.is_in(family))
    };
    identity.who == Principal::Unknown && identity.addresses.iter().any(may_be)
}

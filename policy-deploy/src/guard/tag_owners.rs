//! Tags that devices carry keep an owner.
//!
//! Admins may assign every tag that is declared. Others, such as an OAuth client that makes keys for
//! a tag, need an owner.

use std::collections::HashSet;

use policy_core::ValidPolicy;
use policy_core::diagnostic::listed;
use policy_core::model::{Policy, SelectorKind, TagOwners};

use crate::guard::guard_name::GuardName;
use crate::guard::outcome::{Guard, Outcome};
use crate::guard::witness::{PlaceIn, Witness};

pub(super) fn check(live: &ValidPolicy, wanted: &ValidPolicy) -> Guard {
    let (mut violated, mut unknown) = (Vec::new(), Vec::new());
    for declared in &live.tag_owners {
        let Some(problem) = problem(live, wanted, declared) else { continue };
        let tag = declared.tag.as_str();
        let carries =
            |device: &&policy_core::model::Device| device.tags.iter().any(|own| own.text.eq_ignore_ascii_case(tag));
        let carriers: Vec<&str> =
            live.facts.devices.iter().filter(carries).map(|device| device.name.as_str()).collect();
        let at = |witness: Witness| witness.at(PlaceIn::Live(declared.origin), "the live policy declares it here");
        match (carriers.as_slice(), live.facts.devices.is_empty()) {
            ([], true) => {
                let doubt = "whether a device carries it is unknown";
                unknown.push(at(Witness::new(format!("{problem}, and {doubt}"))));
            }
            ([], false) => {}
            ([only], _) => violated.push(at(Witness::new(format!("{problem}, and `{only}` carries it")))),
            (carriers, _) => violated.push(at(Witness::new(format!("{problem}, and {} carry it", listed(carriers))))),
        }
    }
    Guard::new(GuardName::TagOwners, Outcome::new(violated, unknown))
}

/// Returns what a tag loses, if it loses something.
fn problem(live: &Policy, wanted: &Policy, declared: &TagOwners) -> Option<String> {
    let tag = declared.tag.as_str();
    match wanted.tag_owners.iter().find(|other| other.tag.eq_ignore_ascii_case(tag)) {
        None => Some(format!("`{tag}` is no longer declared")),
        Some(kept) if has_owner(live, declared) && !has_owner(wanted, kept) => {
            Some(format!("`{tag}` has no owner but admins any more"))
        }
        Some(_) => None,
    }
}

/// Returns whether a tag has an owner who is not only in an empty group.
fn has_owner(policy: &Policy, declared: &TagOwners) -> bool {
    let empty = policy.groups.iter().filter(|group| group.members.is_empty());
    let empty: HashSet<&str> = empty.map(|group| group.name.as_str()).collect();
    declared.owners.iter().any(|owner| owner.kind != SelectorKind::Group || !empty.contains(owner.text.as_str()))
}

//! The difference in meaning between two policies.
//!
//! Both policies are translated to the same equivalence classes (`joint_classes`), which neither
//! policy distinguishes further. Names are resolved: a group to its members, a host or an IP set to
//! its addresses. So a rule that is only written in another way is not a change, and a group that
//! gets a member changes every rule that names it.
//!
//! Each kind of access is compared in four steps:
//!
//! 1. Read the rules of both versions as regions (`region`): sources × destinations × extent, where
//!    the extent is what is given, such as ports (`extent`).
//! 2. Subtract the regions of one version from those of the other (`subtract`). The remaining cubes
//!    (`cube`) never overlap. Access that two rules give is attributed to the larger one.
//! 3. Unite cubes that differ in one dimension only (`union`).
//! 4. Describe each cube (`describer`) with names from the policy that gives the access (`namer`).
//!
//! The first SSH rule that matches decides. So SSH rules are first subtracted from each other
//! (`ssh`).
//!
//! Rules may end. After each last day, the remaining rules of both policies are compared again
//! (`endings`). A change that was not reported before is reported as a change after that day.
//!
//! In addition to the model of [`policy_core::proof`]:
//!
//! - **Facts** are not compared. Both policies are compared with the facts of the new one, or those
//!   of the old one if the new one has none.
//! - **Postures** with the same name are the same posture. Its conditions are compared once, and
//!   not for every rule that requires it.
//! - **Access through the routers of a `via`** is the same only if the tags of the routers are the
//!   same.

mod approval;
mod capability;
mod change;
mod class_set;
mod class_sets;
mod comparison;
mod cube;
mod describer;
mod endings;
mod extent;
mod interner;
mod item;
mod item_set;
mod joint_classes;
mod joint_policy;
mod loss_count;
mod namer;
mod network_access;
#[cfg(test)]
mod oracle;
mod overlap_index;
mod posture;
mod region;
mod remainder;
mod rule;
mod setting;
mod ssh;
mod ssh_access;
#[cfg(test)]
mod ssh_oracle;
mod ssh_terms;
mod subtract;
mod traffic;
mod union;
mod version;

use policy_core::model::Policy;

pub use change::{Area, Change, Diff, Direction, Relation, Term};
use comparison::Comparison;
use describer::Describer;
pub(crate) use extent::Extent;
pub(crate) use item_set::ItemSet;
use joint_classes::{JointClasses, Scope};
use joint_policy::JointPolicy;
pub use loss_count::LossCount;
pub(crate) use loss_count::count_losses;
pub(crate) use network_access::without_implied_pings;
use posture::Postures;

/// See [`Analysis::diff`](crate::Analysis::diff).
pub(crate) fn diff(old: &Policy, new: &Policy) -> Diff {
    compare(old, new, Scope::Everyone)
}

/// See [`Analysis::device_diff`](crate::Analysis::device_diff).
pub(crate) fn device_diff(old: &Policy, new: &Policy) -> Diff {
    compare(old, new, Scope::Devices)
}

fn compare(old: &Policy, new: &Policy, scope: Scope) -> Diff {
    let is_text_changed = old.text != new.text;
    if !is_text_changed {
        return Diff::default();
    }
    let joint = JointPolicy::new(old, new);
    let classes = JointClasses::new(&joint, scope);
    let postures = Postures::new(old, new);
    let describer = Describer::new(&classes);
    let comparison = &mut Comparison::new([old, new], &classes, &postures);
    let mut changes = describer.changes(comparison, Area::Access, network_access::read, network_access::describe);
    changes.extend(ssh::changes(comparison, &describer));
    changes.extend(describer.changes(comparison, Area::App, capability::read_grants, capability::describe));
    changes.extend(describer.changes(comparison, Area::Approval, approval::read_auto_approvers, approval::describe));
    let attributes = capability::read_node_attributes;
    changes.extend(describer.changes(comparison, Area::Attribute, attributes, capability::describe));
    // The rest does not depend on devices.
    if scope == Scope::Everyone {
        changes.extend(describer.changes(comparison, Area::Ownership, approval::read_tag_owners, approval::describe));
        for (direction, ours, theirs) in [(Direction::Gained, new, old), (Direction::Lost, old, new)] {
            changes.extend(setting::tag_changes(direction, ours, theirs));
            changes.extend(posture::condition_changes(direction, ours, theirs));
            changes.extend(setting::setting_changes(direction, ours, theirs));
        }
    }
    changes.sort_by_key(|change| (change.area, change.direction, change.rule.start));
    Diff { changes, is_text_changed }
}

use crate::diff::joint_policy::JointPolicy;
use policy_core::access::sorted;
use policy_core::proof::{AccessClasses, ClassId};

/// The sources and destinations that are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    Everyone,
    /// Only the devices of the facts
    Devices,
}

/// The equivalence classes that neither of two policies distinguishes further.
#[derive(Debug)]
pub(super) struct JointClasses<'a> {
    pub(super) joint: &'a JointPolicy,
    pub(super) scope: Scope,
    pub(super) space: AccessClasses<'a>,
    /// The sources that may assign every tag anyway.
    pub(super) admins: Vec<ClassId>,
}

impl<'a> JointClasses<'a> {
    pub(super) fn new(joint: &'a JointPolicy, scope: Scope) -> Self {
        let space = match scope {
            Scope::Everyone => AccessClasses::with_selectors(&joint.policy, &joint.selectors, &joint.ssh_sources),
            Scope::Devices => AccessClasses::of_devices(&joint.policy, &joint.selectors),
        };
        let admins = space.rules.selectors.id("autogroup:admin").map_or(Vec::new(), |id| space.sources_named_by(&[id]));
        JointClasses { joint, scope, space, admins }
    }

    /// Returns the destinations that have a device of a user of these sources, sorted.
    pub(super) fn devices_of_users(&self, sources: impl IntoIterator<Item = ClassId>) -> Vec<ClassId> {
        let devices = sources.into_iter().filter_map(|source| self.space.same_user.get(source));
        sorted::sort(devices.flatten().copied().collect())
    }
}

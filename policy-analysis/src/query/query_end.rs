//! An end of a question.

use policy_core::access::{DeviceId, Endpoint, Families, Principal};
use policy_core::proof::{ClassId, ClassName};

use crate::query::carriers::Carriers;
use crate::query::numbers::{Numbers, Ownership};

/// An end of a question: an equivalence class, or one device with all its tags.
#[derive(Clone, Debug)]
pub(super) struct QueryEnd<'p> {
    /// The names of the end, the best first.
    pub(super) names: Vec<ClassName>,
    /// The best name as text.
    pub(super) name: String,
    pub(super) identity: Endpoint<'p>,
    pub(super) kind: EndKind,
    /// True if this is an address of a device, but the facts do not say which.
    pub(super) is_unknown_device: bool,
    /// True if this end only exists if someone has a role that is not in the facts.
    pub(super) is_of_assumed_role: bool,
    /// True if this is a known device, and the question names one of its addresses.
    pub(super) is_at_address: bool,
    /// True if these are known devices whose addresses are all of one family, unlike those of other
    /// devices with the same name.
    pub(super) is_of_one_family: bool,
    /// True if the question names this end, and not everyone or everything at its side.
    pub(super) is_asked: bool,
    /// The known device, if this is one.
    pub(super) device: Option<DeviceId>,
    /// The parts of the end by address. Each family is a part if selectors distinguish the
    /// addresses.
    pub(super) parts: Vec<EndPart>,
    /// The selectors that name one of its addresses.
    pub(super) selectors: Numbers,
    /// The routers that carry packets to it, if it is an address outside the tailnet and devices
    /// are known.
    pub(super) carriers: Option<Carriers>,
    /// The SSH rules with `localpart:` that have it as a source. They also open its own devices.
    pub(super) local_ssh: Vec<usize>,
}

/// Addresses of an end that no selector distinguishes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct EndPart {
    /// The families of these addresses.
    pub(super) families: Families,
    /// The selectors that name these addresses.
    pub(super) selectors: Numbers,
    /// The access rules that have these addresses as an end.
    pub(super) rules: Numbers,
    /// The SSH rules that have these addresses as an end.
    pub(super) ssh: Numbers,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EndKind {
    /// Everyone and everything that rules do not distinguish.
    Class(ClassId),
    /// One device of a user, who is in this class.
    UserDevice(ClassId),
    /// One tagged device that the question names.
    TaggedDevice,
    /// A device with several tags, which the question names by one of them.
    MultiTagDevice,
}

impl QueryEnd<'_> {
    /// Returns the best name.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn class(&self) -> Option<ClassId> {
        match self.kind {
            EndKind::Class(class) | EndKind::UserDevice(class) => Some(class),
            EndKind::TaggedDevice | EndKind::MultiTagDevice => None,
        }
    }

    /// Returns whether this is a device with several tags that the question names by one of them.
    pub(super) fn is_multi_tag(&self) -> bool {
        self.kind == EndKind::MultiTagDevice
    }

    /// Returns whether this is one device of a user, and not the user.
    pub(super) fn is_user_device(&self) -> bool {
        matches!(self.kind, EndKind::UserDevice(_))
    }

    /// Returns the login of a user or of the owner of a device.
    pub(super) fn login(&self) -> Option<&str> {
        match self.identity.who {
            Principal::User { login, .. } => Some(login),
            _ => None,
        }
    }

    /// Returns whether this is a user, known or unknown.
    pub(super) fn is_person(&self) -> bool {
        matches!(self.identity.who, Principal::User { .. } | Principal::Member { .. })
    }

    /// Returns whether this stands for any member of a synced group.
    pub(super) fn is_any_group_member(&self) -> bool {
        matches!(self.identity.who, Principal::Member { group: Some(_), .. })
    }

    /// Returns the families of the end's addresses.
    pub(super) fn families(&self) -> Families {
        self.parts.iter().fold(Families::default(), |all, part| all.with(part.families))
    }

    /// Returns the families in which both ends have an address.
    pub(super) fn common_families(&self, other: &QueryEnd) -> Families {
        self.families().common(other.families())
    }

    /// Returns the families that a reader expects packets between the two ends to use unless the
    /// answer says otherwise. These are all families that either end has. If an end is a single
    /// address or prefix, readers see its family, so these are the common families.
    pub(super) fn expected_families(&self, other: &QueryEnd) -> Families {
        let is_plain = |end: &QueryEnd| {
            end.is_at_address || end.identity.who == Principal::Unknown && end.families() != Families::BOTH
        };
        match is_plain(self) || is_plain(other) {
            true => self.common_families(other),
            false => self.families().with(other.families()),
        }
    }

    /// Keeps the addresses that one of these selectors names or may name.
    pub(super) fn keep_named_by(&mut self, selectors: &[usize]) {
        let is_named = |part: &EndPart| {
            let has = |list: &[usize]| selectors.iter().any(|id| list.binary_search(id).is_ok());
            has(&part.selectors.certain) || has(&part.selectors.possible)
        };
        if self.parts.iter().any(is_named) {
            self.parts.retain(is_named);
        }
    }

    /// Returns whether devices are known, but none of them carries packets to this end.
    pub(super) fn is_unrouted(&self) -> bool {
        self.carriers.as_ref().is_some_and(|carriers| carriers.subnet.is_empty() && carriers.exit.is_empty())
    }

    /// Removes the rules that only may apply to this end, depending on unknown facts.
    pub(super) fn forget_possible(&mut self) {
        for part in &mut self.parts {
            part.rules.possible.clear();
            part.ssh.possible.clear();
        }
    }

    /// Keeps the addresses of these families.
    pub(super) fn keep_families(&mut self, families: Families) {
        for part in &mut self.parts {
            part.families = part.families.common(families);
        }
        self.parts.retain(|part| !part.families.is_empty());
    }

    /// Returns whether the two ends may be devices of one user, because the user of one of them is
    /// unknown.
    pub(super) fn may_share_user(&self, other: &QueryEnd) -> bool {
        let may_be = |one: &QueryEnd, other: &QueryEnd| one.is_any_group_member() && other.is_person();
        if self.is_asked && other.is_asked && (may_be(self, other) || may_be(other, self)) {
            // Two members of the same group are already distinguished by whether they are the same
            // person.
            return self.identity.who != other.identity.who;
        }
        match (self.is_unknown_device, other.is_unknown_device) {
            (true, true) => true,
            (true, false) => other.is_person(),
            (false, true) => self.is_person(),
            (false, false) => false,
        }
    }

    /// Returns whether two ends are devices of one user. `is_own` says whether their classes are
    /// assumed to be.
    pub(super) fn ownership(&self, destination: &QueryEnd, is_own: bool) -> Ownership {
        if is_own {
            Ownership::Same
        } else if self.may_share_user(destination) {
            Ownership::MaybeSame
        } else {
            Ownership::Different
        }
    }
}

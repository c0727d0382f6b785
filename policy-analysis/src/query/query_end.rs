//! An end of a question.

use policy_core::access::{DeviceId, Endpoint, Families, Principal};
use policy_core::proof::{ClassId, ClassName};

use crate::query::carriers::Carriers;
use crate::query::numbers::{Numbers, Ownership};

/// An end of a question: an equivalence class, or one device with all its tags.
#[derive(Clone, Debug)]
pub(super) struct QueryEnd<'p> {
    /// Its names, the best first.
    pub(super) names: Vec<ClassName>,
    /// The best name as text.
    pub(super) name: String,
    pub(super) identity: Endpoint<'p>,
    pub(super) kind: EndKind,
    /// True if it is an address of some device, and unknown whose.
    pub(super) is_unknown_device: bool,
    /// True if it exists only if somebody has a role that no fact gives them.
    pub(super) is_of_assumed_role: bool,
    /// True if it is a known device that was asked for by one of its addresses.
    pub(super) is_at_address: bool,
    /// True if it is known devices of one family, which differ in that from others of the same name.
    pub(super) is_of_one_family: bool,
    /// True if the question is about it, and not about everyone or everything at its side.
    pub(super) is_asked: bool,
    /// The known device that it is.
    pub(super) device: Option<DeviceId>,
    /// What it is address by address: a part for each family, if selectors tell its addresses apart.
    pub(super) parts: Vec<EndPart>,
    /// The selectors that name one of its addresses.
    pub(super) selectors: Numbers,
    /// What carries packets to it, if it is an address beyond the tailnet and devices are known.
    pub(super) carriers: Option<Carriers>,
    /// The SSH rules with `localpart:` that have it as a source, which opens its own devices as well.
    pub(super) local_ssh: Vec<usize>,
}

/// The addresses of an end that no selector tells apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct EndPart {
    /// The families of these addresses.
    pub(super) families: Families,
    /// The selectors that name them.
    pub(super) selectors: Numbers,
    /// The access rules that they are an end of.
    pub(super) rules: Numbers,
    /// The SSH rules that they are an end of.
    pub(super) ssh: Numbers,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EndKind {
    /// Everyone and everything that no rule tells apart.
    Class(ClassId),
    /// One device of a user, which is in this class.
    UserDevice(ClassId),
    /// One tagged device that was asked for.
    TaggedDevice,
    /// A device with several tags, which was asked for by one of them.
    MultiTagDevice,
}

impl QueryEnd<'_> {
    /// Returns its best name.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn class(&self) -> Option<ClassId> {
        match self.kind {
            EndKind::Class(class) | EndKind::UserDevice(class) => Some(class),
            EndKind::TaggedDevice | EndKind::MultiTagDevice => None,
        }
    }

    /// Returns whether it is a device with several tags that was asked for by one of them.
    pub(super) fn is_multi_tag(&self) -> bool {
        self.kind == EndKind::MultiTagDevice
    }

    /// Returns whether it is one device of a user, rather than the user.
    pub(super) fn is_user_device(&self) -> bool {
        matches!(self.kind, EndKind::UserDevice(_))
    }

    /// Returns the login, if it is a user or a device of one.
    pub(super) fn login(&self) -> Option<&str> {
        match self.identity.who {
            Principal::User { login, .. } => Some(login),
            _ => None,
        }
    }

    /// Returns whether it is a user, known or not.
    pub(super) fn is_person(&self) -> bool {
        matches!(self.identity.who, Principal::User { .. } | Principal::Member { .. })
    }

    /// Returns whether it is somebody of whom only a group of the identity provider is known.
    fn is_any_group_member(&self) -> bool {
        matches!(self.identity.who, Principal::Member { group: Some(_), .. })
    }

    /// Returns the families of its addresses.
    pub(super) fn families(&self) -> Families {
        self.parts.iter().fold(Families::default(), |all, part| all.with(part.families))
    }

    /// Returns the families of which both have an address.
    pub(super) fn common_families(&self, other: &QueryEnd) -> Families {
        self.families().common(other.families())
    }

    /// Returns the families that a reader expects packets between the two to have, unless something else is said: all
    /// that one of them has. That an address, or a prefix, has one family is plain to see.
    pub(super) fn expected_families(&self, other: &QueryEnd) -> Families {
        let is_plain = |end: &QueryEnd| {
            end.is_at_address || end.identity.who == Principal::Unknown && end.families() != Families::BOTH
        };
        match is_plain(self) || is_plain(other) {
            true => self.common_families(other),
            false => self.families().with(other.families()),
        }
    }

    /// Keeps the addresses that one of these selectors may name.
    pub(super) fn keep_named_by(&mut self, selectors: &[usize]) {
        let is_named = |part: &EndPart| {
            let has = |list: &[usize]| selectors.iter().any(|id| list.binary_search(id).is_ok());
            has(&part.selectors.certain) || has(&part.selectors.possible)
        };
        if self.parts.iter().any(is_named) {
            self.parts.retain(is_named);
        }
    }

    /// Returns whether devices are known, and none of them carries packets to it.
    pub(super) fn is_unrouted(&self) -> bool {
        self.carriers.as_ref().is_some_and(|carriers| carriers.subnet.is_empty() && carriers.exit.is_empty())
    }

    /// Leaves out the rules that it may be an end of, depending on facts that are unknown.
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

    /// Returns whether the two may be devices of one user, since it is unknown whose one of them is.
    pub(super) fn may_share_user(&self, other: &QueryEnd) -> bool {
        let may_be = |one: &QueryEnd, other: &QueryEnd| one.is_any_group_member() && other.is_person();
        if self.is_asked && other.is_asked && (may_be(self, other) || may_be(other, self)) {
            // Of members of the same group it is told apart whether they are the same one.
            return self.identity.who != other.identity.who;
        }
        match (self.is_unknown_device, other.is_unknown_device) {
            (true, true) => true,
            (true, false) => other.is_person(),
            (false, true) => self.is_person(),
            (false, false) => false,
        }
    }

    /// Returns whether two ends are devices of one user, given whether their classes are taken to be.
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

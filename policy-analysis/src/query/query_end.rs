//! An end of a question.

use policy_core::access::{Endpoint, Principal};
use policy_core::proof::{ClassId, ClassName};

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
    /// Whether it is an address of some device, and unknown whose.
    pub(super) is_unknown_device: bool,
    /// Whether it exists only if somebody has a role that no fact gives them.
    pub(super) is_of_assumed_role: bool,
    /// The selectors that name it.
    pub(super) selectors: Numbers,
    /// The access rules that it is an end of.
    pub(super) rules: Numbers,
    /// The SSH rules that it is an end of.
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

    /// Whether it is a device with several tags that was asked for by one of them.
    pub(super) fn is_multi_tag(&self) -> bool {
        self.kind == EndKind::MultiTagDevice
    }

    /// Whether it is one device of a user, rather than the user.
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

    /// Whether it is a user, known or not.
    pub(super) fn is_person(&self) -> bool {
        matches!(self.identity.who, Principal::User { .. } | Principal::Member { .. })
    }

    /// Whether the two may be devices of one user, since it is unknown whose one of them is.
    pub(super) fn may_share_user(&self, other: &QueryEnd) -> bool {
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

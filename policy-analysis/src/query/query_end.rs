//! The two ends of a question.

use policy_core::access::{Endpoint, Principal};
use policy_core::model::{Autogroup, Selector, SelectorKind};
use policy_core::proof::{ClassId, ClassName};

use crate::query::numbers::{Numbers, Ownership};
use crate::query::query_world::QueryWorld;
use crate::query::subject::Side;

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

/// Both ends of a connection.
#[derive(Clone, Copy)]
pub(super) struct QueryEnds<'a, 'p> {
    pub(super) source: &'a QueryEnd<'p>,
    pub(super) destination: &'a QueryEnd<'p>,
    /// Whether they are devices of one user.
    pub(super) is_own: bool,
}

impl<'a, 'p> QueryEnds<'a, 'p> {
    /// Returns the end at that side.
    pub(super) fn end(&self, side: Side) -> &'a QueryEnd<'p> {
        if side == Side::Source { self.source } else { self.destination }
    }

    /// Whether a selector of a rule names the end for certain.
    pub(super) fn is_named(&self, world: &QueryWorld, selector: &Selector, side: Side) -> bool {
        side == Side::Destination && self.is_own && is_own_devices(selector)
            || world.id(selector).is_some_and(|id| self.end(side).selectors.certain.binary_search(&id).is_ok())
    }

    /// Whether a selector of a rule may name the end, depending on facts that are unknown.
    pub(super) fn may_be_named(&self, world: &QueryWorld, selector: &Selector, side: Side) -> bool {
        side == Side::Destination && is_own_devices(selector)
            || world.id(selector).is_some_and(|id| self.end(side).selectors.possible.binary_search(&id).is_ok())
    }
}

/// Whether a selector is `autogroup:self`.
pub(super) fn is_own_devices(selector: &Selector) -> bool {
    selector.kind == SelectorKind::Autogroup(Some(Autogroup::SelfDevices))
}

//! What differs between two policies, told in several formats.

pub(crate) mod json;
pub(crate) mod markdown;
pub(crate) mod text;

use policy_analysis::diff::{Area, Change, Diff, Direction};

use crate::places::Places;

/// All that differs, and where to find the rules.
#[derive(Debug)]
pub(crate) struct DiffReport<'a> {
    pub(crate) diff: &'a Diff,
    /// Device by device, if devices are known.
    pub(crate) devices: Option<&'a Diff>,
    pub(crate) old: Places<'a>,
    pub(crate) new: Places<'a>,
}

/// What areas are called, in the order in which they are told.
const AREAS: [(Area, &str); 9] = [
    (Area::Access, "Network access"),
    (Area::Ssh, "SSH"),
    (Area::App, "App capabilities"),
    (Area::Ownership, "Tag owners"),
    (Area::Approval, "Approved without an admin"),
    (Area::Posture, "Postures"),
    (Area::Tag, "Tags"),
    (Area::Attribute, "Node attributes"),
    (Area::Setting, "Settings"),
];

impl DiffReport<'_> {
    /// Whether both mean the same.
    pub(crate) fn is_empty(&self) -> bool {
        self.diff.is_empty() && self.devices.is_none_or(Diff::is_empty)
    }

    /// Whether the new policy lets somebody do what they may not do by the old one.
    pub(crate) fn gives_access(&self) -> bool {
        self.diff.new_access().next().is_some()
    }

    /// Where the policy is that the rule of a change is in.
    fn places(&self, change: &Change) -> &Places<'_> {
        match change.direction {
            Direction::Gained => &self.new,
            Direction::Lost => &self.old,
        }
    }

    fn line(&self, change: &Change) -> String {
        self.places(change).link(change.rule)
    }

    /// The changes of an area, those gained first.
    fn of<'d>(&self, diff: &'d Diff, area: Area) -> impl Iterator<Item = &'d Change> {
        let of = move |direction| {
            diff.changes.iter().filter(move |change| change.area == area && change.direction == direction)
        };
        of(Direction::Gained).chain(of(Direction::Lost))
    }

    /// What there is to say if nothing differs.
    fn same(&self) -> &'static str {
        if self.diff.is_text_changed { "The text changed, the meaning did not." } else { "The text is the same." }
    }

    /// How much is gained and lost.
    fn summary(&self) -> String {
        let count = |direction| self.diff.changes.iter().filter(|change| change.direction == direction).count();
        let (gained, lost) = (count(Direction::Gained), count(Direction::Lost));
        let access = match self.diff.new_access().count() {
            0 => "no new access".to_owned(),
            count if count == gained => "all of it new access".to_owned(),
            count => format!("{count} of them new access"),
        };
        match (gained, lost) {
            (0, lost) => format!("0 gained, {lost} lost"),
            (gained, lost) => format!("{gained} gained ({access}), {lost} lost"),
        }
    }
}

fn sign(direction: Direction) -> char {
    match direction {
        Direction::Gained => '+',
        Direction::Lost => '-',
    }
}

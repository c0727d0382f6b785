//! Differences between two policies, in several formats.

pub(crate) mod json;
pub(crate) mod markdown;
pub(crate) mod text;

use policy_analysis::diff::{Area, Change, Diff, Direction};

use crate::locations::Locations;

/// All differences, and the locations of the rules.
#[derive(Debug)]
pub(crate) struct DiffReport<'a> {
    pub(crate) diff: &'a Diff,
    /// The differences between devices, if devices are known.
    pub(crate) devices: Option<&'a Diff>,
    pub(crate) old: Locations<'a>,
    pub(crate) new: Locations<'a>,
}

/// The headings of the areas, in the order of the report.
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
    /// Returns true if both policies have the same meaning.
    pub(crate) fn is_empty(&self) -> bool {
        self.diff.is_empty() && self.devices.is_none_or(Diff::is_empty)
    }

    /// Returns true if the new policy gives someone access that the old one does not give.
    pub(crate) fn gives_access(&self) -> bool {
        self.diff.new_access().next().is_some()
    }

    /// Returns the locations of the policy that has the rule of a change.
    fn locations(&self, change: &Change) -> &Locations<'_> {
        match change.direction {
            Direction::Gained => &self.new,
            Direction::Lost => &self.old,
        }
    }

    fn line(&self, change: &Change) -> String {
        self.locations(change).link(change.rule)
    }

    /// Returns the changes of an area, the gained ones first.
    fn changes_in<'d>(&self, diff: &'d Diff, area: Area) -> impl Iterator<Item = &'d Change> {
        let of = move |direction| {
            diff.changes.iter().filter(move |change| change.area == area && change.direction == direction)
        };
        of(Direction::Gained).chain(of(Direction::Lost))
    }

    /// Returns all changes without colours, one on each line.
    #[cfg(feature = "deploy")]
    pub(crate) fn lines(&self) -> Vec<String> {
        let changes = AREAS.iter().flat_map(|&(area, _)| self.changes_in(self.diff, area));
        changes.map(|change| format!("{} {change}  ({})", sign(change.direction), self.line(change))).collect()
    }

    /// Describes the difference between two policies with the same meaning.
    fn describe_sameness(&self) -> &'static str {
        if self.diff.is_text_changed { "The text changed, the meaning did not." } else { "The text is the same." }
    }

    /// Returns the numbers of gains and losses, in words.
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

pub(crate) fn sign(direction: Direction) -> char {
    match direction {
        Direction::Gained => '+',
        Direction::Lost => '-',
    }
}

use crate::diff::approval::AutoApprovals;
use crate::diff::attribute::NodeAttributes;
use crate::diff::capability::AppCapabilities;
use crate::diff::change::{Area, Change, Diff, Direction};
use crate::diff::class_sets::EndSets;
use crate::diff::cube::Gain;
use crate::diff::describer::Describer;
use crate::diff::extent::Extent;
use crate::diff::joint_classes::{JointClasses, Scope};
use crate::diff::joint_policy::JointPolicy;
use crate::diff::network_access::NetworkAccess;
use crate::diff::ownership::TagOwnership;
use crate::diff::posture::Postures;
use crate::diff::region::Region;
use crate::diff::rule_reader::RuleReader;
use crate::diff::subtract::{Attribution, subtract};
use crate::diff::version::Version;
use crate::diff::{ownership, posture, setting, ssh};
use policy_core::model::Policy;

/// A kind of access that rules give to sources, perhaps at destinations.
pub(super) trait Subject {
    type Extent: Extent;
    const AREA: Area;

    /// Returns the regions of the rules of one version.
    fn read(&mut self, reader: &mut RuleReader) -> Vec<Region<Self::Extent>>;

    /// Describes a part of the extent of a region.
    fn describe(&self, region: &Region<Self::Extent>, extent: &Self::Extent) -> String;

    /// Returns the tags of the routers that carry a channel. Empty if any router may.
    fn via(&self, _channel: usize) -> Vec<String> {
        Vec::new()
    }
}

/// The comparison of two policies.
pub(super) struct Comparison<'a> {
    pub(super) policies: [&'a Policy; 2],
    pub(super) classes: &'a JointClasses<'a>,
    pub(super) sets: EndSets,
    postures: &'a Postures,
    describer: Describer<'a>,
}

impl<'a> Comparison<'a> {
    pub(super) fn new(policies: [&'a Policy; 2], classes: &'a JointClasses<'a>, postures: &'a Postures) -> Self {
        let describer = Describer::new(classes, postures);
        Comparison { policies, classes, sets: EndSets::default(), postures, describer }
    }

    /// Returns the regions of both versions.
    pub(super) fn read<S: Subject>(&mut self, subject: &mut S) -> [Vec<Region<S::Extent>>; 2] {
        Version::BOTH.map(|version| {
            subject.read(&mut RuleReader {
                classes: self.classes,
                postures: self.postures,
                sets: &mut self.sets,
                policy: *version.select(&self.policies),
                version,
            })
        })
    }

    pub(super) fn describe<S: Subject>(&self, subject: &S, version: Version, gain: &Gain<S::Extent>) -> Change {
        let what = subject.describe(gain.region, &gain.cube.extent);
        let via = subject.via(gain.region.channel);
        Change { what, via, ..self.describer.change(&self.sets, version, S::AREA, gain) }
    }

    /// Returns the gains and losses of a subject.
    fn changes<S: Subject>(&mut self, mut subject: S) -> Vec<Change> {
        let regions = self.read(&mut subject);
        let mut changes = Vec::new();
        for version in Version::BOTH {
            let (ours, theirs) = (version.select(&regions), version.other().select(&regions));
            let gains = subtract(self.classes, &self.sets, ours, theirs, Attribution::Largest);
            changes.extend(gains.iter().map(|gain| self.describe(&subject, version, gain)));
        }
        changes
    }
}

/// Compares two policies; see [`super::diff()`] and [`super::device_diff`].
pub(super) fn compare(old: &Policy, new: &Policy, scope: Scope) -> Diff {
    let is_text_changed = old.text != new.text;
    if !is_text_changed {
        return Diff::default();
    }
    let joint = JointPolicy::new(old, new);
    let classes = JointClasses::new(&joint, scope);
    let postures = Postures::new(old, new);
    let mut comparison = Comparison::new([old, new], &classes, &postures);
    let mut changes = comparison.changes(NetworkAccess::default());
    changes.extend(ssh::changes(&mut comparison));
    changes.extend(comparison.changes(AppCapabilities::default()));
    changes.extend(comparison.changes(AutoApprovals::new(old, new)));
    changes.extend(comparison.changes(NodeAttributes::default()));
    // The rest does not depend on devices.
    if scope == Scope::Everyone {
        changes.extend(comparison.changes(TagOwnership::default()));
        for (direction, ours, theirs) in [(Direction::Gained, new, old), (Direction::Lost, old, new)] {
            changes.extend(ownership::tag_changes(direction, ours, theirs));
            changes.extend(posture::condition_changes(direction, ours, theirs));
            changes.extend(setting::changes(direction, ours, theirs));
        }
    }
    changes.sort_by_key(|change| (change.area, change.direction, change.rule.start));
    Diff { changes, is_text_changed }
}

//! What one policy gives that another does not: the meaning of a change.
//!
//! Both policies are put into one world ([`super::Space`]) with the words of both, so that its classes are those that neither
//! tells apart. Names are taken for what they stand for: a group by its members, a host or an ip set by its addresses.
//! So a rule that is only written otherwise is no difference, and one whose group got a member is one, though
//! nobody touched it.
//!
//! What is looked at is what a rule of the one policy gives and no rule of the other: the rule's sources by its
//! destinations, less what the others have of that. The pieces that are left never overlap; what two rules give is told
//! of the larger. Each is named by words of the policy whose rule it is.
//!
//! Beyond what [`super`] says of the world:
//!
//! - **Facts** are no part of a policy. Both are looked at with those of the new one, or with those of the old one if it
//!   has none.
//! - **Postures** are questions: those with one name are one. What a posture asks for is compared once, and not with every rule
//!   that asks for it.
//! - **Access through the routers of a `via`** is the same as access through other routers only if the tags are the same.

mod access;
mod end;
mod extent;
mod gain;
mod joint;
mod part;
mod posture;
#[cfg(test)]
mod twin;
mod words;
mod world;

use crate::model::{Origin, Policy};

use joint::{Joint, Side};
use posture::Postures;
use words::Words;
use world::{Region, World};

/// All that differs in meaning between two policies.
#[derive(Clone, Debug, Default)]
pub struct Diff {
    /// What differs: area by area, what is gained before what is lost.
    pub changes: Vec<Change>,
    /// Whether the texts differ.
    pub is_text_changed: bool,
}

impl Diff {
    /// Whether both policies mean the same.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

/// Something that one of two policies gives and the other does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What it is about.
    pub area: Area,
    /// Which of the policies gives it.
    pub direction: Direction,
    /// To whom.
    pub sources: Vec<Term>,
    /// Where. Empty if that is no question.
    pub destinations: Vec<Term>,
    /// Between which devices.
    pub relation: Relation,
    /// What is given: ports, accounts, a capability.
    pub what: String,
    /// The postures of which one must be met, if there are any.
    pub when: Vec<String>,
    /// Those with which the other policy gives it, too.
    pub unless: Vec<String>,
    /// The tags of the routers that alone carry it, if only some do.
    pub via: Vec<String>,
    /// The rule that gives it, in the text of its policy.
    pub rule: Origin,
}

/// Some who have a word in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Term {
    /// A word of the policy, or a description where it has none.
    pub word: String,
    /// Less these.
    pub except: Vec<String>,
}

impl std::fmt::Display for Term {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.word)?;
        if !self.except.is_empty() {
            write!(f, " (but not {})", self.except.join(", "))?;
        }
        Ok(())
    }
}

/// What a change is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Area {
    /// Network access
    Access,
}

/// Which of two policies gives something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// The new one
    Gained,
    /// The old one
    Lost,
}

/// Between which devices something is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// Any sources and destinations
    Any,
    /// Devices of one user
    Own,
    /// Any but devices of one user
    Others,
}

impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let list = |terms: &[Term]| terms.iter().map(Term::to_string).collect::<Vec<_>>().join(", ");
        f.write_str(&list(&self.sources))?;
        if !self.destinations.is_empty() {
            write!(f, " -> {}", list(&self.destinations))?;
        }
        match self.relation {
            Relation::Others => f.write_str(" (not one's own)")?,
            Relation::Own if self.destinations.iter().all(|term| term.word != "autogroup:self") => {
                f.write_str(" (one's own)")?;
            }
            Relation::Own | Relation::Any => {}
        }
        if !self.what.is_empty() {
            write!(f, " {}", self.what)?;
        }
        if !self.via.is_empty() {
            write!(f, " via {}", self.via.join(", "))?;
        }
        if !self.when.is_empty() {
            write!(f, " when {}", self.when.join(" or "))?;
        }
        if !self.unless.is_empty() {
            write!(f, " unless {}", self.unless.join(" or "))?;
        }
        Ok(())
    }
}

/// All that differs in meaning between two valid policies, as far as packets go.
///
/// ```
/// use policy_core::{Policy, analyze::diff};
/// let old = Policy::parse(r#"{
///     "groups": {"group:eng": ["alice@example.com"]},
///     "tagOwners": {"tag:forge": []},
///     "grants": [{"src": ["group:eng"], "dst": ["tag:forge"], "ip": ["tcp:22", "tcp:443"]}],
/// }"#);
/// let new = Policy::parse(r#"{
///     "tagOwners": {"tag:forge": []},
///     "grants": [
///         {"src": ["alice@example.com"], "dst": ["tag:forge"], "ip": ["tcp:443"]},
///         {"src": ["autogroup:member"], "dst": ["tag:forge"], "ip": ["tcp:80"]},
///     ],
/// }"#);
/// let changes: Vec<String> = diff(&old, &new).changes.iter().map(|change| format!("{:?} {change}", change.direction)).collect();
/// assert_eq!(changes, ["Gained autogroup:member -> tag:forge tcp:80", "Lost group:eng -> tag:forge tcp:22"]);
/// assert!(diff(&old, &old).is_empty());
/// ```
pub fn diff(old: &Policy, new: &Policy) -> Diff {
    let is_text_changed = old.text != new.text;
    if !is_text_changed {
        return Diff::default();
    }
    let joint = Joint::new(old, new);
    let mut world = World::new(&joint);
    let postures = Postures::new(old, new);
    let mut routers = access::Routers::default();
    let was = access::regions(&mut world, old, Side::Old, &postures, &mut routers);
    let is = access::regions(&mut world, new, Side::New, &postures, &mut routers);
    let mut changes = Vec::new();
    for (side, ours, theirs) in [(Side::New, &is, &was), (Side::Old, &was, &is)] {
        let (sources, destinations) = (Words::of_sources(&world, side), Words::of_destinations(&world, side));
        for gain in gain::gains(&world, ours, theirs) {
            let Some(region) = ours.get(gain.region) else { continue };
            let change = in_words(&world, region, &gain, (&sources, &destinations));
            changes.push(Change {
                area: Area::Access,
                direction: if side == Side::New { Direction::Gained } else { Direction::Lost },
                what: gain.extent.to_string(),
                when: postures.names(side, &gain.when),
                unless: postures.names(side, &gain.unless),
                via: routers.tags(region.channel),
                ..change
            });
        }
    }
    Diff { changes, is_text_changed }
}

/// Who and where a gain is about.
fn in_words<E>(
    world: &World,
    region: &Region<E>,
    gain: &gain::Gain<E>,
    (sources, destinations): (&Words, &Words),
) -> Change {
    let destinations = match region.is_own {
        true => destinations.own(world.destinations.classes(region.to), &gain.to),
        false => destinations.terms(&gain.to, &region.dst),
    };
    Change {
        area: Area::Access,
        direction: Direction::Gained,
        sources: sources.terms(&gain.from, &region.src),
        destinations,
        relation: gain.relation,
        what: String::new(),
        when: Vec::new(),
        unless: Vec::new(),
        via: Vec::new(),
        rule: region.rule,
    }
}

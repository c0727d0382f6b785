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
mod approval;
mod capability;
mod diff_world;
mod end;
mod extent;
mod gain;
mod joint_policy;
mod labels;
mod lines;
mod merge;
#[cfg(test)]
mod oracle;
mod part;
mod posture;
mod setting;
mod ssh;
#[cfg(test)]
mod ssh_oracle;
mod words;

use policy_core::model::Policy;
use policy_core::source::Origin;

use diff_world::{DiffWorld, Scope};
use joint_policy::{JointPolicy, Version};
use labels::{Labels, Numbers};
use lines::Describer;
use posture::Postures;

/// All that differs in meaning between two policies.
#[derive(Clone, Debug, Default)]
pub struct Diff {
    /// What differs: area by area, what is gained before what is lost, in the order of the rules.
    pub changes: Vec<Change>,
    /// Whether the texts differ.
    pub is_text_changed: bool,
}

impl Diff {
    /// Whether both policies mean the same.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// What lets somebody do what they may not do by the old policy.
    pub fn new_access(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| change.is_new_access)
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
    /// Whether somebody may do by it what they may not do by the old policy. A login with a check where there was one
    /// without is gained, but no new access.
    pub is_new_access: bool,
}

impl Change {
    /// One that is not about somebody.
    fn of_all(area: Area, direction: Direction, what: String, rule: Origin) -> Change {
        Change {
            area,
            direction,
            sources: Vec::new(),
            destinations: Vec::new(),
            relation: Relation::Any,
            what,
            when: Vec::new(),
            unless: Vec::new(),
            via: Vec::new(),
            rule,
            is_new_access: direction == Direction::Gained && area.is_access(),
        }
    }
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
    /// Network access: `grants` and `acls`
    Access,
    /// Tailscale SSH: `ssh`
    Ssh,
    /// App capabilities: `grants` with `app`
    App,
    /// Who may assign tags, beside admins: `tagOwners`
    Ownership,
    /// Which tags there are
    Tag,
    /// What needs no admin's approval: `autoApprovers`
    Approval,
    /// What devices may or should do: `nodeAttrs`
    Attribute,
    /// What `postures` ask for
    Posture,
    /// Any other top-level key
    Setting,
}

impl Area {
    /// Whether more of it lets somebody do more.
    pub fn is_access(self) -> bool {
        match self {
            Area::Access | Area::Ssh | Area::App | Area::Ownership | Area::Approval | Area::Posture => true,
            Area::Tag | Area::Attribute | Area::Setting => false,
        }
    }
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

impl Change {
    /// Where it is given, in words. Nothing if that is no question.
    pub fn to(&self) -> Option<String> {
        let list = list(&self.destinations);
        let is_self = self.destinations.iter().any(|term| term.word == "autogroup:self");
        match self.relation {
            _ if self.destinations.is_empty() => None,
            Relation::Others => Some(format!("{list} (not one's own)")),
            Relation::Own if !is_self => Some(format!("{list} (one's own)")),
            Relation::Own | Relation::Any => Some(list),
        }
    }

    /// What is given, in words, and on which conditions.
    pub fn given(&self) -> String {
        let conditions =
            [(" via ", &self.via, ", "), (" when ", &self.when, " or "), (" unless ", &self.unless, " or ")];
        let conditions = conditions.into_iter().filter(|(_, words, _)| !words.is_empty());
        let conditions = conditions.map(|(before, words, between)| format!("{before}{}", words.join(between)));
        format!("{}{}", self.what, conditions.collect::<String>())
    }
}

/// As in a rule of `policy!`.
impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.sources.is_empty() {
            write!(f, "{} ", list(&self.sources))?;
        }
        if let Some(to) = self.to() {
            write!(f, "-> {to} ")?;
        }
        f.write_str(&self.given())
    }
}

fn list(terms: &[Term]) -> String {
    terms.iter().map(Term::to_string).collect::<Vec<_>>().join(", ")
}

/// All that differs in meaning between two valid policies.
///
/// ```
/// use policy_core::Policy;
/// use policy_analysis::diff::diff;
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
    compare(old, new, Scope::Everybody)
}

/// All that differs for the devices of the facts, each with all the tags that it has: what a second tag allows anyway is no
/// difference here, though it is one between the tags. Names are those of devices.
///
/// ```
/// use policy_core::Policy;
/// use policy_analysis::diff::device_diff;
/// let facts = r#"{"nodes": [{"name": "nas", "tags": ["tag:a", "tag:b"], "ipv4": "100.64.0.1"}, {"name": "pi", "tags": ["tag:c"], "ipv4": "100.64.0.2"}]}"#;
/// let policy = |dst: &str| Policy::with_facts(&format!(r#"{{
///     "tagOwners": {{"tag:a": [], "tag:b": [], "tag:c": []}},
///     "grants": [{{"src": ["tag:c"], "dst": ["{dst}"], "ip": ["tcp:22"]}}],
/// }}"#), facts);
/// assert!(device_diff(&policy("tag:a"), &policy("tag:b")).is_empty());
/// assert_eq!(device_diff(&policy("tag:a"), &policy("tag:c")).changes[1].to_string(), "pi -> nas tcp:22");
/// ```
pub fn device_diff(old: &Policy, new: &Policy) -> Diff {
    compare(old, new, Scope::Devices)
}

fn compare(old: &Policy, new: &Policy, scope: Scope) -> Diff {
    let is_text_changed = old.text != new.text;
    if !is_text_changed {
        return Diff::default();
    }
    let joint = JointPolicy::new(old, new);
    let mut world = DiffWorld::new(&joint, scope);
    let postures = Postures::new(old, new);
    let both = [(Version::Old, old), (Version::New, new)];

    let mut routers = access::Routers::default();
    let access = both.map(|(side, policy)| access::regions(&mut world, policy, side, &postures, &mut routers));
    let mut told = Numbers::default();
    let apps = both.map(|(side, policy)| capability::of_grants(&mut world, policy, side, &postures, &mut told));
    let attributes = both.map(|(side, policy)| capability::of_devices(&mut world, policy, side, &mut told));
    let mut deeds = Numbers::default();
    let ownership = both.map(|(side, policy)| approval::ownership(&mut world, policy, side, &mut deeds));
    let networks = approval::networks(old, new);
    let approvals = both.map(|(side, policy)| approval::approvals(&mut world, policy, side, &networks, &mut deeds));
    let mut names = ssh::Names::new([old, new]);
    let [was, is] = both.map(|(side, policy)| ssh::regions(&mut world, policy, side, &postures, &mut names));
    let logins = ssh::pieces(&mut world, &names, &was, &is);

    let teller = Describer::new(&world, &postures);
    let mut changes = teller.changes(Area::Access, &access, |change, region, ports| Change {
        what: access::in_words(&region.extent, ports),
        via: routers.tags(region.channel),
        ..change
    });
    changes.extend(ssh::changes(&teller, &names, &logins, &ssh::states(&was, &is)));
    let capabilities = |change, labels: &Labels| Change { what: capability::in_words(&told, labels), ..change };
    let deeds = |change, labels: &Labels| Change { what: approval::in_words(&deeds, labels), ..change };
    changes.extend(teller.changes(Area::App, &apps, |change, _, labels| capabilities(change, labels)));
    changes.extend(teller.changes(Area::Approval, &approvals, |change, _, labels| deeds(change, labels)));
    changes.extend(teller.changes(Area::Attribute, &attributes, |change, _, labels| capabilities(change, labels)));
    // The rest is not about devices.
    if scope == Scope::Everybody {
        changes.extend(teller.changes(Area::Ownership, &ownership, |change, _, labels| deeds(change, labels)));
        changes.extend(setting::tags(old, new));
        changes.extend(setting::postures(old, new));
        changes.extend(setting::settings(old, new));
    }
    changes.sort_by_key(|change| (change.area, change.direction, change.rule.start));
    Diff { changes, is_text_changed }
}

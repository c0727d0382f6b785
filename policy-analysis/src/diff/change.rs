use policy_core::model::Date;
use policy_core::source::Origin;

/// Every difference in meaning between two policies.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Diff {
    /// The changes, sorted by area, then gains before losses, then by the position of the rule.
    pub changes: Vec<Change>,
    /// True if the texts differ.
    pub is_text_changed: bool,
}

impl Diff {
    /// Returns whether both policies have the same meaning.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Returns the changes that allow something that the old policy does not allow.
    pub fn new_access(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| change.is_new_access)
    }
}

/// Something that one of two policies gives and the other does not.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Change {
    /// The subject of the change.
    pub area: Area,
    /// The policy that gives it.
    pub direction: Direction,
    /// The sources. Empty if the change has none, like a setting.
    pub sources: Vec<Term>,
    /// The destinations. Empty if the change has none, like a node attribute.
    pub destinations: Vec<Term>,
    /// The devices between which access changes.
    pub relation: Relation,
    /// The access in words: ports, SSH accounts, capabilities.
    pub what: String,
    /// The source must meet one of these postures, if there are any.
    pub when: Vec<String>,
    /// Postures with which the other policy gives the same access.
    pub unless: Vec<String>,
    /// The tags of the routers that carry the access. Empty if any router may carry it.
    pub via: Vec<String>,
    /// The change starts when this day is over: a rule of the other policy ends then.
    pub after: Option<Date>,
    /// The last day of the rule that gives it.
    pub until: Option<Date>,
    /// The rule that gives it, in the text of its policy.
    pub rule: Origin,
    /// True if the change allows something that the old policy does not allow. An SSH rule that now
    /// requires a check is a gain, but not new access.
    pub is_new_access: bool,
}

impl Change {
    /// Creates a change without sources and destinations.
    pub(super) fn new(area: Area, direction: Direction, what: String, rule: Origin) -> Change {
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
            after: None,
            until: None,
            rule,
            is_new_access: direction == Direction::Gained && area.is_access(),
        }
    }

    /// Returns the destinations in words, or `None` if there are none.
    pub fn destination_text(&self) -> Option<String> {
        let list = list(&self.destinations);
        let has_self = self.destinations.iter().any(|term| term.word == "autogroup:self");
        match self.relation {
            _ if self.destinations.is_empty() => None,
            Relation::Others => Some(format!("{list} (not own devices)")),
            Relation::Own if !has_self => Some(format!("{list} (own devices)")),
            Relation::Own | Relation::Any => Some(list),
        }
    }

    /// Returns the access and its conditions in words.
    pub fn access_text(&self) -> String {
        let mut text = self.what.clone();
        for (keyword, words, separator) in
            [(" via ", &self.via, ", "), (" when ", &self.when, " or "), (" unless ", &self.unless, " or ")]
        {
            if !words.is_empty() {
                text.push_str(keyword);
                text.push_str(&words.join(separator));
            }
        }
        for (keyword, date) in [(" after ", self.after), (" until ", self.until)] {
            if let Some(date) = date {
                text.push_str(keyword);
                text.push_str(&date.to_string());
            }
        }
        text
    }
}

/// Writes the change in the syntax of a rule of `policy!`.
impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.sources.is_empty() {
            write!(f, "{} ", list(&self.sources))?;
        }
        if let Some(destinations) = self.destination_text() {
            write!(f, "-> {destinations} ")?;
        }
        f.write_str(&self.access_text())
    }
}

/// Sources or destinations that one name stands for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Term {
    /// A selector of the policy, or a description if no selector fits.
    pub word: String,
    /// Names of the ones that are not meant.
    pub except: Vec<String>,
}

impl Term {
    /// Creates a term without exceptions.
    pub(super) fn new(word: String) -> Term {
        Term { word, except: Vec::new() }
    }
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

fn list(terms: &[Term]) -> String {
    terms.iter().map(Term::to_string).collect::<Vec<_>>().join(", ")
}

/// The subject of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum Area {
    /// Network access: `grants` and `acls`
    Access,
    /// Tailscale SSH: `ssh`
    Ssh,
    /// App capabilities: `grants` with `app`
    App,
    /// Users other than admins who may assign tags: `tagOwners`
    Ownership,
    /// The declared tags: `tagOwners`
    Tag,
    /// Actions that need no admin's approval: `autoApprovers`
    Approval,
    /// Attributes of devices: `nodeAttrs`
    Attribute,
    /// The conditions of `postures`
    Posture,
    /// Any other top-level key
    Setting,
}

impl Area {
    /// Returns whether a gain in this area allows more.
    pub fn is_access(self) -> bool {
        match self {
            Area::Access | Area::Ssh | Area::App | Area::Ownership | Area::Approval | Area::Posture => true,
            Area::Tag | Area::Attribute | Area::Setting => false,
        }
    }
}

/// The policy that gives something the other one does not give.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum Direction {
    /// The new policy
    Gained,
    /// The old policy
    Lost,
}

/// The devices between which something is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum Relation {
    /// Any devices
    Any,
    /// Devices of the same user
    Own,
    /// Devices that are not of the same user
    Others,
}

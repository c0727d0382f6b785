use std::collections::HashMap;
use std::str::FromStr;

use crate::diagnostic::{Code, Severity, UnknownName, suggestion};
use crate::model::Policy;
use crate::source::Origin;

/// A comment that says how much warnings count, as `// policy: allow(unused-tag) kept for the new cluster`.
///
/// `policy!` writes its `#[allow(…)]` and its `lints { … }` so, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lint {
    /// How much.
    pub level: Level,
    /// The warnings. Never an error.
    pub codes: Vec<Code>,
    /// Why. Never blank where they are allowed; elsewhere it may be.
    pub reason: String,
    /// What it stands above: an entry, or a section with all that is in it. Above all of the policy it is for the facts, too.
    pub scope: Origin,
    /// The comment.
    pub origin: Origin,
}

/// How much a warning counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Level {
    /// It is not reported.
    Allow,
    /// It is reported, which goes without saying.
    Warn,
    /// It is an error.
    Deny,
}

impl Level {
    /// All of them.
    pub const ALL: [Level; 3] = [Level::Allow, Level::Warn, Level::Deny];

    /// The word for it, in comments and in `policy!`.
    pub const fn name(self) -> &'static str {
        match self {
            Level::Allow => "allow",
            Level::Warn => "warn",
            Level::Deny => "deny",
        }
    }
}

impl FromStr for Level {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Level, UnknownName> {
        Self::ALL.into_iter().find(|level| level.name() == name).ok_or_else(|| UnknownName::new("lint level", name))
    }
}

impl Lint {
    /// How such a comment starts, after its slashes.
    pub const START: &str = "policy: ";

    /// The level that a comment without its slashes gives, and what follows the bracket; `None` if it is another one.
    ///
    /// ```
    /// use policy_core::model::{Level, Lint};
    /// assert_eq!(Lint::start("policy: deny(unused-tag)"), Some((Level::Deny, "unused-tag)")));
    /// assert_eq!(Lint::start("policy: see the wiki"), None);
    /// ```
    pub fn start(comment: &str) -> Option<(Level, &str)> {
        let (word, rest) = comment.strip_prefix(Self::START)?.split_once('(')?;
        Some((word.parse::<Level>().ok()?, rest))
    }

    /// The warning of that name.
    ///
    /// # Errors
    /// What the name is instead.
    pub fn warning(name: &str) -> Result<Code, NoWarning> {
        let warnings = || Code::ALL.iter().filter(|code| code.severity() == Severity::Warning).map(|code| code.name());
        match name.parse::<Code>().ok() {
            Some(code) if code.severity() == Severity::Warning => Ok(code),
            Some(code) => Err(NoWarning::Error(code)),
            None => Err(NoWarning::Unknown { near: suggestion::nearest(name, warnings()), name: name.to_owned() }),
        }
    }

    /// The comment without its slashes.
    pub fn comment<'c>(level: Level, codes: impl IntoIterator<Item = &'c str>, reason: &str) -> String {
        let codes: Vec<&str> = codes.into_iter().collect();
        format!("{}{}({}) {reason}", Self::START, level.name(), codes.join(", ")).trim_end().to_owned()
    }
}

/// A name of no warning, where a level is given to one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoWarning {
    /// An error has no level but its own.
    Error(Code),
    /// No finding is called so.
    Unknown {
        /// As it was written.
        name: String,
        /// What may have been meant.
        near: Option<&'static str>,
    },
}

impl NoWarning {
    /// What is wrong.
    pub fn message(&self, level: Level) -> String {
        match self {
            NoWarning::Error(code) if level == Level::Deny => format!("`{code}` is an error already"),
            NoWarning::Error(code) if level == Level::Warn => format!("`{code}` is an error, and stays one"),
            NoWarning::Error(code) => format!("`{code}` is an error, and cannot be allowed"),
            NoWarning::Unknown { name, .. } => format!("no warning is called `{name}`"),
        }
    }

    /// What to write instead, if that is clear.
    pub fn help(&self, level: Level) -> Option<String> {
        match self {
            NoWarning::Error(_) if level != Level::Allow => Some("leave it out: only warnings have levels".to_owned()),
            NoWarning::Error(_) => Some("mend what it is about; only warnings can be allowed".to_owned()),
            NoWarning::Unknown { near, .. } => near.map(|near| format!("did you mean `{near}`?")),
        }
    }
}

impl std::fmt::Display for NoWarning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message(Level::Allow))
    }
}

impl std::error::Error for NoWarning {}

/// How much each warning counts, and where: all [`Lint`]s of a policy, to be asked often.
#[derive(Debug)]
pub struct Levels {
    allowed: HashMap<Code, Vec<Scope>>,
    denied: HashMap<Code, Vec<Scope>>,
}

/// A scope, and how far it and those that start before it reach.
#[derive(Clone, Copy, Debug)]
struct Scope {
    start: u32,
    reach: u32,
    /// The comment of the one that reaches so far.
    comment: Origin,
}

impl Levels {
    /// Those of a policy and its facts.
    pub fn new(policy: &Policy) -> Levels {
        let of = |level: Level| {
            let mut scopes: HashMap<Code, Vec<Scope>> = HashMap::new();
            for lint in policy.lints.iter().chain(&policy.facts.lints).filter(|lint| lint.level == level) {
                for code in &lint.codes {
                    let scope = Scope { start: lint.scope.start, reach: lint.scope.end, comment: lint.origin };
                    scopes.entry(*code).or_default().push(scope);
                }
            }
            for scopes in scopes.values_mut() {
                scopes.sort_by_key(|scope| scope.start);
                let mut furthest: Option<Scope> = None;
                for scope in scopes {
                    match furthest {
                        Some(further) if further.reach >= scope.reach => {
                            *scope = Scope { start: scope.start, ..further };
                        }
                        _ => furthest = Some(*scope),
                    }
                }
            }
            scopes
        };
        Levels { allowed: of(Level::Allow), denied: of(Level::Deny) }
    }

    /// Whether warnings of that kind are allowed there. What is allowed is allowed, even where all of the kind are denied.
    pub fn allows(&self, code: Code, origin: Origin) -> bool {
        comment(&self.allowed, code, origin).is_some()
    }

    /// The comment that makes such a warning an error there.
    pub fn denies(&self, code: Code, origin: Origin) -> Option<Origin> {
        comment(&self.denied, code, origin)
    }
}

fn comment(scopes: &HashMap<Code, Vec<Scope>>, code: Code, origin: Origin) -> Option<Origin> {
    let scopes = scopes.get(&code)?;
    let before = scopes.partition_point(|scope| scope.start <= origin.start);
    let nearest = scopes.get(before.checked_sub(1)?)?;
    (nearest.reach >= origin.end).then_some(nearest.comment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_those_of_the_scopes_around() {
        let scopes = [(10, 20), (12, 14), (15, 18), (30, 40), (30, 35), (30, 40)];
        let lint = |(start, end): &(u32, u32)| Lint {
            level: Level::Allow,
            codes: vec![Code::UnusedTag],
            reason: "why not".to_owned(),
            scope: Origin::new(*start, *end),
            origin: Origin::new(*start, *start),
        };
        let levels = Levels::new(&Policy { lints: scopes.iter().map(lint).collect(), ..Policy::default() });
        for start in 0..45 {
            for end in start..45 {
                let origin = Origin::new(start, end);
                let around = scopes.iter().any(|(start, end)| Origin::new(*start, *end).contains(origin));
                assert_eq!(levels.allows(Code::UnusedTag, origin), around, "{origin:?}");
                assert!(!levels.allows(Code::UnusedHost, origin) && levels.denies(Code::UnusedTag, origin).is_none());
            }
        }
    }
}

use std::str::FromStr;

use crate::diagnostic::{Code, Severity, UnknownName, suggestion};
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
    pub fn warning(name: &str) -> Result<Code, LintNameError> {
        let warnings = || Code::ALL.iter().filter(|code| code.severity() == Severity::Warning).map(|code| code.name());
        match name.parse::<Code>().ok() {
            Some(code) if code.severity() == Severity::Warning => Ok(code),
            Some(code) => Err(LintNameError::Error(code)),
            None => Err(LintNameError::Unknown { near: suggestion::nearest(name, warnings()), name: name.to_owned() }),
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
pub enum LintNameError {
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

impl LintNameError {
    /// What is wrong.
    pub fn message(&self, level: Level) -> String {
        match self {
            LintNameError::Error(code) if level == Level::Deny => format!("`{code}` is an error already"),
            LintNameError::Error(code) if level == Level::Warn => format!("`{code}` is an error, and stays one"),
            LintNameError::Error(code) => format!("`{code}` is an error, and cannot be allowed"),
            LintNameError::Unknown { name, .. } => format!("no warning is called `{name}`"),
        }
    }

    /// What to write instead, if that is clear.
    pub fn help(&self, level: Level) -> Option<String> {
        match self {
            LintNameError::Error(_) if level != Level::Allow => {
                Some("leave it out: only warnings have levels".to_owned())
            }
            LintNameError::Error(_) => Some("mend what it is about; only warnings can be allowed".to_owned()),
            LintNameError::Unknown { near, .. } => near.map(|near| format!("did you mean `{near}`?")),
        }
    }
}

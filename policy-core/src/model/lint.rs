use std::str::FromStr;

use crate::diagnostic::{Code, Severity, UnknownName, suggestion};
use crate::source::Origin;

/// A comment that sets the level of warnings, such as `// policy: allow(unused-tag) kept for the new cluster`.
///
/// `#[allow(…)]` and `lints { … }` in `policy!` become such comments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lint {
    /// The level.
    pub level: Level,
    /// The warnings. Never an error.
    pub codes: Vec<Code>,
    /// The reason. Only `allow` requires one.
    pub reason: String,
    /// The entry or the section that the comment is above. `None` above the whole policy: such a comment also applies to
    /// the facts and the invariants.
    pub scope: Option<Origin>,
    /// The comment.
    pub origin: Origin,
}

/// The level of a warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Level {
    /// It is not reported.
    Allow,
    /// It is reported. This is the default.
    Warn,
    /// It is an error.
    Deny,
}

impl Level {
    /// Every level.
    pub const ALL: [Level; 3] = [Level::Allow, Level::Warn, Level::Deny];

    /// Returns the word for the level in comments and in `policy!`.
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
    /// The start of such a comment, after its slashes.
    pub const START: &str = "policy: ";

    /// Returns the level that a comment without its slashes sets, and the text after the opening bracket. Returns `None`
    /// for any other comment.
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

    /// Returns the warning with this name.
    ///
    /// # Errors
    /// If the name is that of an error, or of no finding.
    pub fn warning(name: &str) -> Result<Code, LintNameError> {
        let warnings = || Code::ALL.iter().filter(|code| code.severity() == Severity::Warning).map(|code| code.name());
        match name.parse::<Code>().ok() {
            Some(code) if code.severity() == Severity::Warning => Ok(code),
            Some(code) => Err(LintNameError::Error(code)),
            None => Err(LintNameError::Unknown { near: suggestion::nearest(name, warnings()), name: name.to_owned() }),
        }
    }

    /// Returns such a comment without its slashes.
    pub fn comment<'c>(level: Level, codes: impl IntoIterator<Item = &'c str>, reason: &str) -> String {
        let codes: Vec<&str> = codes.into_iter().collect();
        format!("{}{}({}) {reason}", Self::START, level.name(), codes.join(", ")).trim_end().to_owned()
    }
}

/// Why a name in a lint level is not the name of a warning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LintNameError {
    /// It is the name of an error. Errors have no level.
    Error(Code),
    /// It is not the name of a finding.
    Unknown {
        /// The name.
        name: String,
        /// A similar name of a warning.
        near: Option<&'static str>,
    },
}

impl LintNameError {
    /// Returns the message of the finding.
    pub fn message(&self, level: Level) -> String {
        match self {
            LintNameError::Error(code) if level == Level::Deny => format!("`{code}` is an error already"),
            LintNameError::Error(code) if level == Level::Warn => format!("`{code}` is an error, and stays one"),
            LintNameError::Error(code) => format!("`{code}` is an error, and cannot be allowed"),
            LintNameError::Unknown { name, .. } => format!("no warning is called `{name}`"),
        }
    }

    /// Returns the help of the finding, if there is any.
    pub fn help(&self, level: Level) -> Option<String> {
        match self {
            LintNameError::Error(_) if level != Level::Allow => {
                Some("leave it out: only warnings have levels".to_owned())
            }
            LintNameError::Error(_) => Some("fix it instead: only warnings can be allowed".to_owned()),
            LintNameError::Unknown { near, .. } => near.map(|near| format!("did you mean `{near}`?")),
        }
    }
}

impl std::fmt::Display for LintNameError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message(Level::Allow))
    }
}

impl std::error::Error for LintNameError {}

use crate::diagnostic::{Code, Help, Severity, suggestion};
use crate::model::{Date, Level, PolicyComment, Until};
use crate::source::Origin;

/// A comment that sets the level of warnings, such as `// policy: allow(unused-tag) kept for the new cluster`.
///
/// `#[allow(…)]` and `lints { … }` in `policy!` become such comments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lint {
    /// The level.
    pub level: Level,
    /// The codes of the warnings. Never that of an error.
    pub codes: Vec<Code>,
    /// The reason. Only `allow` requires one.
    pub reason: String,
    /// The end date. Only `allow` can have one.
    pub until: Option<Until>,
    /// The entry or the section below the comment. `None` for the whole policy. Such a comment also
    /// applies to the facts and the invariants.
    pub scope: Option<Origin>,
    /// The comment.
    pub origin: Origin,
}

impl Lint {
    /// Returns the warning with this name.
    ///
    /// # Errors
    /// If the name belongs to an error or does not exist.
    pub fn warning(name: &str) -> Result<Code, LintNameError> {
        let warnings = || Code::ALL.iter().filter(|code| code.severity() == Severity::Warning).map(|code| code.name());
        match name.parse::<Code>().ok() {
            Some(code) if code.severity() == Severity::Warning => Ok(code),
            Some(code) => Err(LintNameError::Error(code)),
            None => Err(LintNameError::Unknown { near: suggestion::nearest(name, warnings()), name: name.to_owned() }),
        }
    }

    /// Returns such a comment without its slashes.
    pub fn comment<'c>(
        level: Level,
        codes: impl IntoIterator<Item = &'c str>,
        until: Option<Date>,
        reason: &str,
    ) -> String {
        let until = until.map(|date| format!("{} {date}", Until::WORD));
        let list: Vec<String> = codes.into_iter().map(str::to_owned).chain(until).collect();
        format!("{} {}({}) {reason}", PolicyComment::START, level.name(), list.join(", ")).trim_end().to_owned()
    }
}

/// A reason that a name in a lint level is not the name of a warning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LintNameError {
    /// The name is that of an error. Errors have no level.
    Error(Code),
    /// The name does not exist.
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
            LintNameError::Error(code) if level == Level::Deny => format!("`{code}` is already an error"),
            LintNameError::Error(code) if level == Level::Warn => format!("`{code}` is an error, and stays one"),
            LintNameError::Error(code) => format!("`{code}` is an error, and cannot be allowed"),
            LintNameError::Unknown { name, .. } => format!("unknown warning `{name}`"),
        }
    }

    /// Returns the help of the finding, if there is any.
    pub fn help(&self, level: Level) -> Option<Help> {
        match self {
            LintNameError::Error(_) if level != Level::Allow => {
                Some(Help::from("leave it out: only warnings have levels"))
            }
            LintNameError::Error(_) => Some(Help::from("fix it instead: only warnings can be allowed")),
            LintNameError::Unknown { near, .. } => near.map(Help::did_you_mean),
        }
    }
}

impl std::fmt::Display for LintNameError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message(Level::Allow))
    }
}

impl std::error::Error for LintNameError {}

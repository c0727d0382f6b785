use std::str::FromStr;

use crate::diagnostic::UnknownName;

/// The level of a warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Level {
    /// The warning is not reported.
    Allow,
    /// The warning is reported. This is the default.
    Warn,
    /// The warning is an error.
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

use std::str::FromStr;

use crate::diagnostic::UnknownName;

/// The control server that a policy is written for. Both read the same format, and each has a language of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum Dialect {
    /// Tailscale's own control plane.
    #[default]
    Tailscale,
    /// headscale, the control server that people host themselves.
    Headscale,
}

impl Dialect {
    /// Every dialect.
    pub const ALL: [Dialect; 2] = [Dialect::Tailscale, Dialect::Headscale];

    /// The release of headscale whose rules are the rules here.
    pub const HEADSCALE_VERSION: &str = "0.29.2";

    /// The word in front of it, in comments and in `policy!`.
    pub const WORD: &'static str = "target";

    /// Returns the word for it in comments, in `policy!` and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Dialect::Tailscale => "tailscale",
            Dialect::Headscale => "headscale",
        }
    }

    /// Returns the name of the control server in a sentence.
    pub const fn server(self) -> &'static str {
        match self {
            Dialect::Tailscale => "Tailscale",
            Dialect::Headscale => "headscale",
        }
    }
}

impl FromStr for Dialect {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Dialect, UnknownName> {
        let found = Self::ALL.into_iter().find(|dialect| dialect.name() == name);
        found.ok_or_else(|| UnknownName::new("target", name))
    }
}

impl std::fmt::Display for Dialect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

use std::str::FromStr;

use crate::diagnostic::UnknownName;

/// The control server that a policy is written for. All read the same format, but each has its own
/// language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum Dialect {
    /// Tailscale's own control plane.
    #[default]
    Tailscale,
    /// headscale, a self-hosted control server.
    Headscale,
}

impl Dialect {
    /// Every dialect.
    pub const ALL: [Dialect; 2] = [Dialect::Tailscale, Dialect::Headscale];

    /// The release of headscale whose rules are implemented.
    pub const HEADSCALE_VERSION: &str = "0.29.2";

    /// The keyword before its name, in comments and in `policy!`.
    pub const WORD: &'static str = "target";

    /// Returns its name in comments, in `policy!` and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Dialect::Tailscale => "tailscale",
            Dialect::Headscale => "headscale",
        }
    }

    /// Returns the name of the control server for use in a sentence.
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

//! The control servers that a control plane can imitate.

use std::str::FromStr;

use policy_core::model::Dialect;

/// A control server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Flavour {
    /// Tailscale's API v2.
    #[default]
    Tailscale,
    /// headscale 0.30: `/api/v2` without `validate` and `preview`, and `/api/v1` with errors as
    /// `application/problem+json`. It was not released when this was written.
    Headscale030,
    /// headscale 0.29: `/api/v1` alone, with the errors of gRPC's gateway.
    Headscale029,
}

impl Flavour {
    /// All of them.
    pub const ALL: [Flavour; 3] = [Flavour::Tailscale, Flavour::Headscale030, Flavour::Headscale029];

    /// Returns the name, as the program `control-plane` accepts it.
    pub fn name(self) -> &'static str {
        match self {
            Flavour::Tailscale => "tailscale",
            Flavour::Headscale030 => "headscale-0.30",
            Flavour::Headscale029 => "headscale-0.29",
        }
    }

    /// Returns the dialect of its policies.
    pub(crate) fn dialect(self) -> Dialect {
        match self {
            Flavour::Tailscale => Dialect::Tailscale,
            Flavour::Headscale030 | Flavour::Headscale029 => Dialect::Headscale,
        }
    }
}

impl FromStr for Flavour {
    type Err = String;

    fn from_str(name: &str) -> Result<Flavour, String> {
        let found = Flavour::ALL.into_iter().find(|flavour| flavour.name() == name);
        found.ok_or_else(|| format!("`{name}` is not one of {}", Flavour::ALL.map(Flavour::name).join(", ")))
    }
}

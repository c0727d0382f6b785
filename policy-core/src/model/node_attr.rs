use crate::model::{App, List, Network, Selector};
use crate::source::{Origin, Text};

/// An entry of `nodeAttrs`.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct NodeAttr {
    /// `target`
    pub target: List<Selector>,
    /// `attr`: names of attributes. Tailscale accepts any name.
    pub attr: List<Text>,
    /// `app`
    pub app: Option<App>,
    /// `ipPool`: the addresses for new devices.
    pub ip_pool: List<Network>,
    /// The comment above it.
    pub doc: Option<String>,
    /// The whole entry.
    pub origin: Origin,
}

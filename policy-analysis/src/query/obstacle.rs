//! Reasons why allowed packets do not arrive.

/// The reason why no router carries packets that rules allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum Obstacle {
    /// No device of the facts has an approved route to the destination.
    NoRouter,
    /// Only exit nodes have a route, and rules that name addresses do not use exit nodes.
    OnlyExitNodes,
    /// Only the source itself has a route. It needs no rule for its own routes.
    OnlySource,
    /// The destination is a device, and rules with `via` only apply behind routers.
    Via,
}

//! Why packets that rules allow do not arrive.

/// Why no router carries what rules allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum Obstacle {
    /// No device of the facts has an approved route there.
    NoRouter,
    /// Only exit nodes have, and a rule that names addresses does not use them.
    OnlyExitNodes,
    /// Only the source itself has. It reaches what it routes without any rule.
    OnlySource,
    /// The destination is a device, and rules with `via` are for what is behind routers.
    Via,
}

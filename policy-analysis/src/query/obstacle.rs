//! Reasons why allowed packets do not arrive.

use crate::query::carriers::Carriers;

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

impl Obstacle {
    /// Returns the reason why routers do not carry packets: `from` are the routers that the source may
    /// use, and `anywhere` all that lead to the destination.
    pub(super) fn of_carriers(anywhere: &Carriers, from: &Carriers) -> Obstacle {
        match anywhere {
            _ if from.is_own_route => Obstacle::OnlySource,
            Carriers { subnet, exit, .. } if subnet.is_empty() && !exit.is_empty() => Obstacle::OnlyExitNodes,
            _ => Obstacle::NoRouter,
        }
    }
}

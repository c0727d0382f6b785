use policy_core::source::Origin;

use crate::place::Place;

/// Which Rust tokens each stretch of a written text came from.
///
/// Stretches nest (a rule, its list, a string, the port within it); the smallest that holds a
/// finding's bytes says where to underline.
#[derive(Debug, Default)]
pub(crate) struct SourceMap {
    stretches: Vec<Stretch>,
}

#[derive(Debug)]
struct Stretch {
    origin: Origin,
    place: Place,
    /// Where the `let` that holds `place` is used for this.
    used: Option<Use>,
}

/// A use of a `let`.
#[derive(Debug, Clone)]
pub(crate) struct Use {
    pub(crate) name: String,
    pub(crate) place: Place,
}

impl SourceMap {
    pub(crate) fn add(&mut self, origin: Origin, place: Place, used: Option<Use>) {
        self.stretches.push(Stretch { origin, place, used });
    }

    /// The tokens that `origin` came from.
    ///
    /// Each stretch is added when its last byte has been written: ends only grow, and what is within another comes first.
    pub(crate) fn place(&self, origin: Origin) -> Option<(Place, Option<&Use>)> {
        let first = self.stretches.partition_point(|stretch| stretch.origin.end < origin.end);
        let mut candidates = self.stretches.get(first..)?.iter();
        candidates.find(|stretch| stretch.origin.contains(origin)).map(|stretch| (stretch.place, stretch.used.as_ref()))
    }
}

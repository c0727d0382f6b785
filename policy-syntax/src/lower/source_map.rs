use policy_core::source::Origin;

use crate::token_range::TokenRange;

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
    place: TokenRange,
    /// Where the `let` that holds `place` is used for this.
    used: Option<Use>,
}

/// A use of a `let`.
#[derive(Debug, Clone)]
pub struct Use {
    /// The name of the `let`.
    pub name: String,
    /// Where it is used.
    pub place: TokenRange,
}

impl SourceMap {
    pub(crate) fn add(&mut self, origin: Origin, place: TokenRange, used: Option<Use>) {
        self.stretches.push(Stretch { origin, place, used });
    }

    /// The parts of the text from `base` on, each with its tokens. Positions are counted from `base`.
    pub(crate) fn places(&self, base: u32) -> impl Iterator<Item = (Origin, TokenRange)> {
        let parts = self.stretches.iter().filter_map(move |stretch| {
            let position = |position: u32| position.checked_sub(base);
            let part = Origin::new(position(stretch.origin.start)?, position(stretch.origin.end)?);
            Some((part, stretch.place))
        });
        parts.filter(|(_, place)| *place != TokenRange::NOWHERE)
    }

    /// The tokens that `origin` came from.
    ///
    /// Each stretch is added when its last byte has been written: ends only grow, and what is within another comes first.
    pub(crate) fn place(&self, origin: Origin) -> Option<(TokenRange, Option<&Use>)> {
        let first = self.stretches.partition_point(|stretch| stretch.origin.end < origin.end);
        let mut candidates = self.stretches.get(first..)?.iter();
        candidates.find(|stretch| stretch.origin.contains(origin)).map(|stretch| (stretch.place, stretch.used.as_ref()))
    }
}

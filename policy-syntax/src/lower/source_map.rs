use policy_core::source::{FileId, Origin};

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

    /// The parts of a text, each with its tokens.
    pub(crate) fn places(&self, file: FileId) -> impl Iterator<Item = (Origin, TokenRange)> {
        let parts = self.stretches.iter().filter(move |stretch| stretch.origin.file == file);
        let parts = parts.map(|stretch| (stretch.origin, stretch.place));
        parts.filter(|(_, place)| *place != TokenRange::NOWHERE)
    }

    /// The tokens that `origin` came from.
    ///
    /// Each stretch is added when its last byte has been written: the policy comes first and then its facts, ends only grow,
    /// and what is within another comes first.
    pub(crate) fn place(&self, origin: Origin) -> Option<(TokenRange, Option<&Use>)> {
        self.stretch(origin).map(|stretch| (stretch.place, stretch.used.as_ref()))
    }

    /// The part of the text that `origin` is in, and its tokens.
    pub(crate) fn part(&self, origin: Origin) -> Option<(Origin, TokenRange)> {
        self.stretch(origin).map(|stretch| (stretch.origin, stretch.place))
    }

    fn stretch(&self, origin: Origin) -> Option<&Stretch> {
        let end = |origin: Origin| (origin.file, origin.end);
        let first = self.stretches.partition_point(|stretch| end(stretch.origin) < end(origin));
        let mut candidates = self.stretches.get(first..)?.iter();
        candidates.find(|stretch| stretch.origin.contains(origin))
    }
}

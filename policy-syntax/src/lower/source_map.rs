use policy_core::source::{FileId, Origin};

use crate::token_range::TokenRange;

/// A map from ranges of a written text to the Rust tokens that they came from.
///
/// Ranges nest: a rule, its list, a string, the port in it. The smallest range that contains a
/// finding determines the tokens to underline.
#[derive(Debug, Default)]
pub(crate) struct SourceMap {
    stretches: Vec<Stretch>,
}

#[derive(Debug)]
struct Stretch {
    origin: Origin,
    place: TokenRange,
    /// The use of the `let` that contains `place`.
    used: Option<Use>,
}

/// A use of a `let`.
#[derive(Debug, Clone)]
pub struct Use {
    /// The name of the `let`.
    pub name: String,
    /// The place of the use.
    pub place: TokenRange,
}

impl SourceMap {
    pub(crate) fn add(&mut self, origin: Origin, place: TokenRange, used: Option<Use>) {
        self.stretches.push(Stretch { origin, place, used });
    }

    /// Returns the mapped ranges of a text, each with its tokens.
    pub(crate) fn places(&self, file: FileId) -> impl Iterator<Item = (Origin, TokenRange)> {
        let parts = self.stretches.iter().filter(move |stretch| stretch.origin.file == file);
        let parts = parts.map(|stretch| (stretch.origin, stretch.place));
        parts.filter(|(_, place)| *place != TokenRange::NOWHERE)
    }

    /// Returns the tokens that `origin` came from.
    ///
    /// Each range is added after its last byte has been written. The policy comes first, followed
    /// by its facts. So the ends are sorted, and inner ranges come before outer ones.
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

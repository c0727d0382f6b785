use std::num::NonZeroU32;

use policy_core::source::Origin;
use proc_macro2::Span;

/// A stretch of the Rust source: from the start of one token to the end of another.
///
/// Stable Rust cannot join two spans, so both ends are kept and rustc is shown a first and a last token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) first: Span,
    pub(crate) last: Span,
    /// The token that tells most, for who shows only one: of a name the last, of all else the first.
    pub(crate) focus: Span,
    /// Where the tokens are the path of a file: what part of that file. No token stands there for rustc to show.
    pub(crate) in_file: Option<Origin>,
    /// Where the tokens stand in a loop: for which element they are meant, by its number.
    pub(crate) iteration: Option<NonZeroU32>,
}

impl Place {
    pub(crate) fn new(first: Span, last: Span) -> Self {
        Place { first, last, focus: first, in_file: None, iteration: None }
    }

    /// A part of the file that the token at `path` names.
    pub(crate) fn in_file(path: Span, part: Origin) -> Self {
        Place { in_file: Some(part), ..path.into() }
    }

    /// From the start of `self` to the end of `other`.
    pub(crate) fn to(self, other: Place) -> Place {
        Place { last: other.last, ..self }
    }

    /// All of a name, whose parts are `self` and `other`.
    pub(crate) fn name_to(self, other: Place) -> Place {
        Place { focus: other.focus, ..self.to(other) }
    }

    pub(crate) fn call_site() -> Self {
        Span::call_site().into()
    }
}

impl From<Span> for Place {
    fn from(span: Span) -> Self {
        Place::new(span, span)
    }
}

/// The line that a token starts on, where the compiler tells.
pub(crate) fn line(span: Span) -> Option<usize> {
    knows_positions().then(|| span.unwrap().line())
}

/// The file and the line that a token starts in, where the compiler tells.
pub(crate) fn file_and_line(span: Span) -> Option<(String, usize)> {
    knows_positions().then(|| (span.unwrap().file(), span.unwrap().line()))
}

/// Outside a compiler no span has a position; under rust-analyzer each question costs, and none has an answer.
pub(crate) fn knows_positions() -> bool {
    proc_macro::is_available() && std::env::var_os("RUST_ANALYZER_INTERNALS_DO_NOT_USE").is_none()
}

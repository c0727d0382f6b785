use std::num::NonZeroU32;

use policy_core::source::Origin;
use proc_macro2::Span;

/// A part of the Rust source, from the start of one token to the end of another.
///
/// Stable Rust cannot join two spans. So both ends are kept, and rustc gets a first and a last
/// token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SpanRange {
    pub(crate) first: Span,
    pub(crate) last: Span,
    /// The part of a file, if the tokens are the path of that file. rustc cannot show such a place.
    pub(crate) in_file: Option<Origin>,
    /// The number of the element that the tokens are repeated for, if they are in a loop.
    pub(crate) iteration: Option<NonZeroU32>,
}

/// A finding that rustc can show.
pub(crate) type Finding = policy_syntax::Finding<SpanRange>;

impl SpanRange {
    pub(crate) fn new(first: Span, last: Span) -> Self {
        SpanRange { first, last, in_file: None, iteration: None }
    }

    /// Returns the range of a part of the file that the token at `path` names.
    pub(crate) fn in_file(path: Span, part: Origin) -> Self {
        SpanRange { in_file: Some(part), ..path.into() }
    }

    /// Returns whether `other` is a part of it. False where positions are not known.
    pub(crate) fn contains(&self, other: &SpanRange) -> bool {
        match (self.in_file, other.in_file) {
            (Some(file), Some(part)) => file.contains(part),
            (None, None) if knows_positions() => {
                let start = |range: &SpanRange| (range.first.unwrap().line(), range.first.unwrap().column());
                let end = |range: &SpanRange| {
                    let end = range.last.unwrap().end();
                    (end.line(), end.column())
                };
                let is_same_file = self.first.unwrap().file() == other.first.unwrap().file();
                is_same_file && start(self) <= start(other) && end(other) <= end(self)
            }
            _ => false,
        }
    }

    /// Returns the token that an editor jumps to for the item of a name. In a loop, several names
    /// share a token, so it is the call site.
    pub(crate) fn token_of_name(self) -> Span {
        if self.iteration.is_none() { self.last } else { Span::call_site() }
    }

    pub(crate) fn call_site() -> Self {
        Span::call_site().into()
    }
}

impl From<Span> for SpanRange {
    fn from(span: Span) -> Self {
        SpanRange::new(span, span)
    }
}

/// Returns the line that a token starts on, if the compiler knows it.
pub(crate) fn line(span: Span) -> Option<usize> {
    knows_positions().then(|| span.unwrap().line())
}

/// Returns the file and the line that a token starts in, if the compiler knows them.
pub(crate) fn file_and_line(span: Span) -> Option<(String, usize)> {
    knows_positions().then(|| (span.unwrap().file(), span.unwrap().line()))
}

/// Returns whether spans have positions. Outside a compiler they have none. Under rust-analyzer,
/// each query takes time and returns nothing.
pub(crate) fn knows_positions() -> bool {
    proc_macro::is_available() && std::env::var_os("RUST_ANALYZER_INTERNALS_DO_NOT_USE").is_none()
}

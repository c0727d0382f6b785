use policy_core::Diagnostic;

use crate::token_range::TokenRange;

/// A finding about the source whose place cannot be shown yet.
///
/// The parser's places are tokens. The macro converts them to spans, and a reader of text to ranges
/// of bytes.
pub type Finding<P = TokenRange> = Diagnostic<P>;

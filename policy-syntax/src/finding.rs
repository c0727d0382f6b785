use policy_core::Diagnostic;

use crate::token_range::TokenRange;

/// A finding about the source, before its place has a form that can be shown.
///
/// The parser knows places as tokens. The macro turns them into spans, and a reader of text into ranges of bytes.
pub type Finding<P = TokenRange> = Diagnostic<P>;

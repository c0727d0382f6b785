use crate::positions::Positions;
use crate::token::Tokens;

/// Information about the tokens that is not in them.
pub struct Source<'s> {
    /// The kind of source.
    pub kind: SourceKind,
    /// The positions of the tokens.
    pub positions: &'s dyn Positions,
}

/// A kind of source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceKind {
    /// The body of `policy!`.
    Policy,
    /// A file of invariants: the text between the braces of `invariants { … }`.
    InvariantsFile,
}

impl Source<'_> {
    pub(super) fn is_invariants_file(&self) -> bool {
        self.kind == SourceKind::InvariantsFile
    }
}

/// A fragment that is used by a policy.
#[derive(Debug, Default)]
pub struct Fragment {
    /// The sections that it declares to have.
    pub only: Option<Tokens>,
    /// The tokens between its braces.
    pub block: Tokens,
}

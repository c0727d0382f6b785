use crate::positions::Positions;
use crate::token::Tokens;

/// What the tokens are, beside themselves.
pub struct Source<'s> {
    /// What they are the text of.
    pub kind: SourceKind,
    /// Where they are.
    pub positions: &'s dyn Positions,
}

/// What a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceKind {
    /// The body of `policy!`.
    Policy,
    /// A file of invariants: what `invariants { … }` has between its braces.
    InvariantsFile,
}

impl Source<'_> {
    pub(super) fn is_invariants_file(&self) -> bool {
        self.kind == SourceKind::InvariantsFile
    }
}

/// A fragment that a policy uses.
#[derive(Debug)]
pub struct Fragment {
    /// The sections it says it has.
    pub only: Option<Tokens>,
    /// What it has between its braces.
    pub block: Tokens,
}

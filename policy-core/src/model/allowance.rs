use crate::diagnostic::Code;

use super::Origin;

/// A comment that allows warnings where it stands, as `// policy: allow(unused-tag) kept for the new cluster`.
///
/// `policy!` writes its `#[allow(…)]` so, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// The warnings. Never an error.
    pub codes: Vec<Code>,
    /// Why they are allowed; never blank.
    pub reason: String,
    /// What it stands above: an entry, or a section with all that is in it.
    pub scope: Origin,
    /// The comment.
    pub origin: Origin,
}

impl Allowance {
    /// How such a comment starts, after its slashes.
    pub const START: &str = "policy: allow(";

    /// Whether it allows a finding of that kind, there.
    pub fn allows(&self, code: Code, origin: Origin) -> bool {
        self.codes.contains(&code) && self.scope.contains(origin)
    }
}

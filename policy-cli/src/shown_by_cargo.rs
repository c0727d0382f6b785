//! Warnings of the built-in policy that cargo has just shown.

use std::collections::HashSet;

use policy_core::model::Policy;
use policy_core::source::Origin;
use policy_core::{Code, Diagnostic};

/// The warnings of the compiler about the built-in policy. `cargo run` shows them each time before
/// it starts the program.
pub(crate) struct ShownByCargo(HashSet<(Code, Origin, String)>);

impl ShownByCargo {
    /// Returns the warnings about a built-in policy if cargo started the program. They use only the
    /// facts in the policy's source. Warnings that depend on today's date are not included, because
    /// the program may have been compiled on another day.
    pub(crate) fn new(built_in: Option<&Policy>) -> ShownByCargo {
        let shown = built_in.filter(|_| std::env::var_os("CARGO").is_some());
        ShownByCargo::of(shown.map(Policy::check).unwrap_or_default())
    }

    fn of(findings: Vec<Diagnostic>) -> ShownByCargo {
        let warnings = findings.into_iter().filter(|finding| !finding.is_error());
        ShownByCargo(warnings.map(|finding| (finding.code, finding.origin, finding.message)).collect())
    }

    /// Returns the findings that cargo has not shown.
    pub(crate) fn without(&self, findings: &[Diagnostic]) -> Vec<Diagnostic> {
        let is_new = |finding: &&Diagnostic| !self.has(finding);
        findings.iter().filter(is_new).cloned().collect()
    }

    fn has(&self, finding: &Diagnostic) -> bool {
        !finding.is_error() && self.0.contains(&(finding.code, finding.origin, finding.message.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_cargo_has_shown_is_left_out() {
        let compiled = Policy::parse(r#"{"tagOwners": {"tag:a": []}, "grants": []}"#).check();
        assert!(compiled.iter().any(|finding| finding.code == Code::UnusedTag));
        let other = |code| Diagnostic::new(code, Origin::new(0, 1), "nothing uses `tag:c`");
        let (warning, error) = (other(Code::UnusedTag), other(Code::UndefinedTag));
        let found = [compiled.clone(), vec![warning.clone(), error.clone()]].concat();
        let left = ShownByCargo::of([compiled, vec![error.clone()]].concat()).without(&found);
        assert_eq!(left, [warning, error]);
        assert_eq!(ShownByCargo::new(None).without(&found), found);
    }
}

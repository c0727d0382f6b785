use std::ops::Deref;

use crate::check;
use crate::diagnostic::{Diagnostic, Severity};
use crate::findings::{self, Tested};
use crate::model::Policy;

/// A policy that Tailscale can evaluate: every part of it was read, and every name in it is declared.
///
/// [`Policy::validate`] makes one. Questions about what a policy does require it, because the answers would be
/// meaningless for a policy with errors. The policy cannot be changed while it is in here.
///
/// Its own tests may still fail, and its invariants may be broken: see [`ValidPolicy::test`] and
/// [`ValidPolicy::broken_invariants`].
#[derive(Clone, Debug)]
pub struct ValidPolicy(Policy);

impl Policy {
    /// Makes a policy usable for questions about what it does.
    ///
    /// Warnings do not matter, not even those that the policy's own lint levels deny: Tailscale accepts such a policy.
    /// [`Policy::check`] returns them.
    ///
    /// # Errors
    /// Returns all the reasons if Tailscale would refuse the policy or could not evaluate it.
    /// Failing tests and broken invariants are not among them.
    ///
    /// ```
    /// use policy_core::Policy;
    /// let errors = Policy::parse(r#"{"grants": [{"src": ["tag:web"], "dst": ["*"], "ip": ["*"]}]}"#).validate().unwrap_err();
    /// assert_eq!(errors[0].message, "undefined tag `tag:web`");
    /// assert!(Policy::parse(r#"{"grants": []}"#).validate().is_ok());
    /// ```
    pub fn validate(self) -> Result<ValidPolicy, Vec<Diagnostic>> {
        let mut findings = check::check(&self);
        findings.retain(|finding| finding.code.severity() == Severity::Error);
        if findings.is_empty() { Ok(ValidPolicy(self)) } else { Err(findings) }
    }
}

impl ValidPolicy {
    /// Returns the policy if Tailscale accepts it according to `findings`, which must be those of
    /// [`check::check`] or [`Policy::check`]. Programs that report the findings use this to avoid
    /// checking twice.
    #[doc(hidden)]
    pub fn from_findings(policy: Policy, findings: &[Diagnostic]) -> Option<Self> {
        check::rejection(findings).is_none().then_some(ValidPolicy(policy))
    }

    /// Wraps a policy without checking it. For the expansion of `policy!`, which compiles only if
    /// the policy is valid.
    #[doc(hidden)]
    pub fn compiled(policy: Policy) -> Self {
        ValidPolicy(policy)
    }

    /// Returns the policy, so that it can be changed.
    pub fn into_inner(self) -> Policy {
        self.0
    }

    /// Returns the outcome of every target of the policy's `tests`, followed by those of its
    /// `sshTests`, in order.
    ///
    /// ```
    /// use policy_core::Policy;
    /// let policy = Policy::parse(r#"{
    ///     "tagOwners": {"tag:web": [], "tag:db": []},
    ///     "grants": [{"src": ["tag:web"], "dst": ["tag:db"], "ip": ["tcp:5432"]}],
    ///     "tests": [{"src": "tag:web", "accept": ["tag:db:5433"]}],
    /// }"#).validate().unwrap();
    /// let finding = policy.test()[0].finding.clone().unwrap();
    /// assert_eq!(finding.message, "`tag:web` should reach `tag:db:5433`, but no rule allows it");
    /// assert_eq!(finding.notes[0].message, "this rule opens `tag:db` on `tcp:5432` only");
    /// ```
    pub fn test(&self) -> Vec<Tested<'_>> {
        findings::tested(&self.0)
    }

    /// Returns the invariants that do not hold, each with a counterexample.
    ///
    /// ```
    /// use policy_core::Policy;
    /// let facts = r#"{"invariants": [{"kind": "never", "src": ["*"], "targets": [{"dst": ["tag:db"]}]}]}"#;
    /// let policy = Policy::with_facts(r#"{"tagOwners": {"tag:db": []}, "grants": []}"#, facts).validate().unwrap();
    /// assert_eq!(policy.broken_invariants(), []);
    /// ```
    pub fn broken_invariants(&self) -> Vec<Diagnostic> {
        findings::broken_invariants(&self.0)
    }

    /// Returns a warning for each invariant that depends on an unknown fact. The warning names the
    /// fact. Lint levels apply.
    ///
    /// ```
    /// use policy_core::Policy;
    /// let facts = r#"{"invariants": [{"kind": "never", "src": ["tag:web"], "targets": [{"dst": ["100.64.0.1"]}]}]}"#;
    /// let policy = Policy::with_facts(r#"{
    ///     "tagOwners": {"tag:db": [], "tag:web": []},
    ///     "grants": [{"src": ["tag:web"], "dst": ["tag:db"], "ip": ["tcp:5432"]}],
    /// }"#, facts).validate().unwrap();
    /// assert!(policy.broken_invariants().is_empty());
    /// let found = policy.unverifiable_invariants();
    /// assert!(found[0].message.ends_with("whether a device with `tag:db` has an address in `100.64.0.1` is unknown"));
    /// ```
    pub fn unverifiable_invariants(&self) -> Vec<Diagnostic> {
        findings::unverifiable_invariants(&self.0)
    }
}

impl Deref for ValidPolicy {
    type Target = Policy;

    fn deref(&self) -> &Policy {
        &self.0
    }
}

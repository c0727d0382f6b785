//! The methods of a policy that need no valid one.

use crate::diagnostic::Diagnostic;
use crate::findings;
use crate::hujson::Document;
use crate::model::Policy;

impl Policy {
    /// Returns everything that is wrong with the policy, in the order of its text: that it is not valid, and if it is
    /// valid, that its own `tests` and `sshTests` fail, that an invariant does not hold, and that rules are redundant.
    /// Tailscale accepts a policy without [errors](Diagnostic::is_error).
    ///
    /// ```
    /// use policy_core::{Code, Policy};
    /// let policy = Policy::parse(r#"{"grants": [{"src": ["tag:web"], "dst": ["*"], "ip": ["htps"]}]}"#);
    /// let codes: Vec<Code> = policy.check().iter().map(|finding| finding.code).collect();
    /// assert_eq!(codes, [Code::UndefinedTag, Code::InvalidPorts]);
    /// ```
    ///
    /// ```
    /// use policy_core::Policy;
    /// let policy = Policy::parse(r#"{
    ///     "tagOwners": {"tag:homelab": []},
    ///     "grants": [{"src": ["*"], "dst": ["tag:hoemlab"], "ip": ["443"]}],
    /// }"#);
    /// let findings = policy.check();
    /// assert_eq!(findings.len(), 1);
    /// assert_eq!(findings[0].message, "undefined tag `tag:hoemlab`");
    /// assert_eq!(findings[0].help.as_deref(), Some("did you mean `tag:homelab`?"));
    ///
    /// let policy = Policy::parse(r#"{
    ///     "tagOwners": {"tag:web": [], "tag:db": []},
    ///     "grants": [{"src": ["tag:web"], "dst": ["tag:db"], "ip": ["tcp:5432"]}],
    ///     "tests": [{"src": "tag:web", "accept": ["tag:db:5432"], "deny": ["tag:db:22"]}],
    /// }"#);
    /// assert_eq!(policy.check(), []);
    /// ```
    pub fn check(&self) -> Vec<Diagnostic> {
        findings::findings(self)
    }

    /// Returns the text of the policy as Tailscale formats and stores it, with its comments. Text that is not HuJSON is
    /// returned as it is.
    ///
    /// ```
    /// use policy_core::Policy;
    /// let policy = Policy::parse("{\"grants\":[],// nothing yet\n}");
    /// assert_eq!(policy.to_hujson(), "{\n\t\"grants\": [], // nothing yet\n}\n");
    /// ```
    pub fn to_hujson(&self) -> String {
        Document::parse(self.text.as_str(), 0).map_or_else(|_| self.text.clone(), |document| document.format())
    }
}

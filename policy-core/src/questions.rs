//! What one asks of a policy: a method for each question, which the folder of that name answers.

use crate::diagnostic::Diagnostic;
use crate::findings::{self, Tested};
use crate::hujson::Document;
use crate::model::Policy;

impl Policy {
    /// Everything that is wrong with it, in the order of its text: see [`findings`](crate::findings()). Tailscale takes
    /// a policy of which none is an [error](Diagnostic::is_error).
    ///
    /// ```
    /// use policy_core::{Code, Policy};
    /// let policy = Policy::parse(r#"{"grants": [{"src": ["tag:web"], "dst": ["*"], "ip": ["htps"]}]}"#);
    /// let codes: Vec<Code> = policy.check().iter().map(|finding| finding.code).collect();
    /// assert_eq!(codes, [Code::UndefinedTag, Code::InvalidPorts]);
    /// ```
    pub fn check(&self) -> Vec<Diagnostic> {
        findings::findings(self)
    }

    /// Every target of its own `tests` and `sshTests` with what became of it: see [`tested`](crate::tested()). Of a
    /// policy with errors this tells nothing, so [`Policy::check`] comes first.
    ///
    /// ```
    /// use policy_core::Policy;
    /// let policy = Policy::parse(r#"{
    ///     "tagOwners": {"tag:web": [], "tag:db": []},
    ///     "grants": [{"src": ["tag:web"], "dst": ["tag:db"], "ip": ["tcp:5432"]}],
    ///     "tests": [{"src": "tag:web", "accept": ["tag:db:5432"], "deny": ["tag:db:22"]}],
    /// }"#);
    /// assert!(policy.test().iter().all(|tested| tested.outcome.passes()));
    /// ```
    pub fn test(&self) -> Vec<Tested<'_>> {
        findings::tested(self)
    }

    /// Its text, officially formatted: what Tailscale keeps of it, byte for byte, comments and all. A text that is no
    /// HuJSON stays what it is.
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

//! What one asks of a policy: a method for each question, which the folder of that name answers.

use crate::analyze::ask::{self, Explanation, Question, Reach, Refusal};
use crate::analyze::{self, Diff, Ports};
use crate::diagnostic::Diagnostic;
use crate::eval::{self, Compiled};
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

    /// Whether it allows a connection, by which rules, and what comes nearest if none does: see [`ask::explain`]. Of a
    /// policy with errors this tells nothing.
    ///
    /// # Errors
    /// If the policy knows no such source or destination.
    ///
    /// ```
    /// use policy_core::analyze::ask::{Question, Verdict};
    /// use policy_core::{Policy, model::Protocol};
    /// let policy = Policy::parse(r#"{
    ///     "groups": {"group:dba": ["alice@example.com"]}, "tagOwners": {"tag:db": []},
    ///     "grants": [{"src": ["group:dba"], "dst": ["tag:db"], "ip": ["tcp:5432"]}],
    /// }"#);
    /// let question = Question {
    ///     source: "alice@example.com", destination: "tag:db", protocol: Protocol::TCP, port: 5432, account: None,
    /// };
    /// assert_eq!(policy.explain(&question)?.verdict(), Verdict::Allowed);
    /// assert_eq!(policy.explain(&Question { port: 22, ..question })?.verdict(), Verdict::Denied);
    /// # Ok::<(), policy_core::analyze::ask::Refusal>(())
    /// ```
    pub fn explain(&self, question: &Question) -> Result<Explanation, Refusal> {
        ask::explain(self, question)
    }

    /// Everybody who reaches a destination, on some of the ports or on any: see [`ask::who`].
    ///
    /// # Errors
    /// If the policy knows no such destination.
    ///
    /// ```
    /// use policy_core::Policy;
    /// let policy = Policy::parse(r#"{
    ///     "tagOwners": {"tag:web": []}, "grants": [{"src": ["autogroup:member"], "dst": ["tag:web"], "ip": ["tcp:443"]}],
    /// }"#);
    /// let reach = policy.who("tag:web", None)?;
    /// assert_eq!(reach.reached[0].ports().to_string(), "tcp:443");
    /// # Ok::<(), policy_core::analyze::ask::Refusal>(())
    /// ```
    pub fn who(&self, destination: &str, ports: Option<&Ports>) -> Result<Reach, Refusal> {
        ask::who(self, destination, ports)
    }

    /// Everything that a source reaches: see [`ask::what`].
    ///
    /// # Errors
    /// If the policy knows no such source.
    ///
    /// ```
    /// use policy_core::Policy;
    /// let policy = Policy::parse(r#"{
    ///     "tagOwners": {"tag:web": [], "tag:db": []}, "grants": [{"src": ["tag:web"], "dst": ["tag:db"], "ip": ["tcp:5432"]}],
    /// }"#);
    /// assert_eq!(policy.what("tag:web")?.reached.len(), 1);
    /// assert_eq!(policy.what("tag:bd").unwrap_err().help.as_deref(), Some("did you mean `tag:db`?"));
    /// # Ok::<(), policy_core::analyze::ask::Refusal>(())
    /// ```
    pub fn what(&self, source: &str) -> Result<Reach, Refusal> {
        ask::what(self, source)
    }

    /// What it gives to each device of its facts: see [`eval::compile`].
    ///
    /// ```
    /// use policy_core::Policy;
    /// let policy = Policy::with_facts(
    ///     r#"{"tagOwners": {"tag:nas": []}, "grants": [{"src": ["*"], "dst": ["tag:nas"], "ip": ["tcp:445"]}]}"#,
    ///     r#"{"nodes": [{"name": "nas", "tags": ["tag:nas"], "ipv4": "100.64.0.9"}]}"#,
    /// );
    /// let devices = policy.compile().to_json();
    /// assert_eq!(devices["nas"]["packet_filter_rules"][0]["DstPorts"][0]["IP"], "100.64.0.9");
    /// ```
    pub fn compile(&self) -> Compiled<'_> {
        eval::compile(self)
    }

    /// What changes if `new` takes its place: see [`analyze::diff`](analyze::diff()).
    ///
    /// ```
    /// use policy_core::Policy;
    /// let policy = |rule: &str| Policy::parse(format!(r#"{{"tagOwners": {{"tag:web": []}}, "grants": [{rule}]}}"#));
    /// let old = policy(r#"{"src": ["autogroup:member"], "dst": ["tag:web"], "ip": ["tcp:443"]}"#);
    /// let new = policy(r#"{"src": ["autogroup:member"], "dst": ["tag:web"], "ip": ["tcp:22", "tcp:443"]}"#);
    /// assert_eq!(old.diff(&new).changes[0].to_string(), "autogroup:member -> tag:web tcp:22");
    /// ```
    pub fn diff(&self, new: &Policy) -> Diff {
        analyze::diff(self, new)
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

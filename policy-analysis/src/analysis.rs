use policy_core::ValidPolicy;
use policy_core::access::PortSet;

use crate::compile::{self, Compiled};
use crate::diff::{self, Diff, LossCount};
use crate::matrix::Matrix;
use crate::mutation::{self, MutationCoverage};
use crate::query::{
    self, AnswerTable, Asker, Explanation, LostAccess, QueryError, Question, Reachability, ReachabilityRow,
};

/// The questions that this crate answers about a valid policy.
///
/// Names are passed as text or as the names that `policy!` declares.
pub trait Analysis {
    /// Explains whether a source can connect to a destination: which rules allow it, or which rules
    /// come nearest to allowing it.
    ///
    /// # Errors
    /// Fails if the policy has no such source or destination. The message is the one that a rule
    /// with this name gets.
    ///
    /// ```
    /// use policy_analysis::{Analysis, query::Question};
    /// use policy_core::{Policy, model::Protocol, testing::Decision};
    /// let policy = Policy::parse(r#"{
    ///     "groups": {"group:dba": ["alice@example.com"]},
    ///     "tagOwners": {"tag:db": []},
    ///     "grants": [{"src": ["group:dba"], "dst": ["tag:db"], "ip": ["tcp:5432"]}],
    /// }"#).validate().unwrap();
    /// let ask = |source, port| {
    ///     policy.explain(&Question { source, destination: "tag:db", protocol: Protocol::TCP, port, account: None }).unwrap()
    /// };
    /// let yes = ask("alice@example.com", 5432);
    /// assert_eq!(yes.decision(), Decision::Allow);
    /// assert_eq!(yes.cases[0].reasons[0].path, ["`alice@example.com` is in `group:dba`"]);
    /// let no = ask("alice@example.com", 22);
    /// assert_eq!(no.decision(), Decision::Deny);
    /// assert_eq!(no.cases[0].nearest[0].mismatch, "opens `tag:db` on `tcp:5432` only");
    /// ```
    fn explain(&self, question: &Question) -> Result<Explanation, QueryError>;

    /// Returns everyone who can reach a destination on one of the ports, log in there over
    /// Tailscale SSH, or has capabilities in its applications. Without `ports`, any port counts.
    /// The answer includes users and devices that join later, as "any other member". A device with
    /// several tags has the access of each of them.
    ///
    /// # Errors
    /// Fails if the policy has no such destination. The message is the one that a rule with this
    /// name gets.
    ///
    /// ```
    /// use policy_analysis::Analysis;
    /// use policy_core::Policy;
    /// let policy = Policy::parse(r#"{
    ///     "groups": {"group:dba": ["alice@example.com"]},
    ///     "tagOwners": {"tag:db": []},
    ///     "grants": [{"src": ["group:dba"], "dst": ["tag:db"], "ip": ["tcp:5432"]}],
    /// }"#).validate().unwrap();
    /// let reach = policy.who("tag:db", None).unwrap();
    /// assert_eq!(reach.rows[0].sources, ["`alice@example.com`"]);
    /// assert_eq!(reach.rows[0].ports().to_string(), "tcp:5432");
    /// assert_eq!(reach.rows.len(), 1);
    /// ```
    fn who(&self, destination: impl AsRef<str>, ports: Option<&PortSet>) -> Result<Reachability, QueryError>;

    /// Returns everything that a source can reach, can log in to over Tailscale SSH, or has
    /// capabilities in.
    ///
    /// # Errors
    /// Fails if the policy has no such source. The message is the one that a rule with this name
    /// gets.
    ///
    /// ```
    /// use policy_analysis::Analysis;
    /// use policy_core::Policy;
    /// let policy = Policy::parse(r#"{
    ///     "tagOwners": {"tag:web": [], "tag:db": []},
    ///     "grants": [{"src": ["tag:web"], "dst": ["tag:db"], "ip": ["tcp:5432"]}],
    /// }"#).validate().unwrap();
    /// let reach = policy.what("tag:web").unwrap();
    /// assert_eq!(reach.rows[0].destinations, ["`tag:db`"]);
    /// assert!(policy.what("tag:db").unwrap().rows.is_empty());
    /// ```
    fn what(&self, source: impl AsRef<str>) -> Result<Reachability, QueryError>;

    /// Returns, for each destination, everyone who can log in over Tailscale SSH or has
    /// capabilities in its applications. The only port in the rows is the SSH port. A destination
    /// that the policy does not have has no rows.
    ///
    /// ```
    /// use policy_analysis::Analysis;
    /// use policy_core::Policy;
    /// let policy = Policy::parse(r#"{
    ///     "tagOwners": {"tag:db": [], "tag:web": []},
    ///     "ssh": [{"action": "accept", "src": ["tag:web"], "dst": ["tag:db"], "users": ["root"]}],
    /// }"#).validate().unwrap();
    /// let reached = policy.who_beyond_ports(&["tag:db", "tag:web"]);
    /// assert_eq!(reached[0][0].sources, ["`tag:web`"]);
    /// assert!(reached[1].is_empty());
    /// ```
    fn who_beyond_ports(&self, destinations: &[&str]) -> Vec<Vec<ReachabilityRow>>;

    /// Returns the data from which a page can answer questions like [`Analysis::explain`], without
    /// this program. `None` if the policy is too large for a page.
    ///
    /// ```
    /// use policy_analysis::Analysis;
    /// use policy_core::Policy;
    /// let policy = Policy::parse(r#"{
    ///     "tagOwners": {"tag:web": [], "tag:db": []},
    ///     "grants": [{"src": ["tag:web"], "dst": ["tag:db"], "ip": ["tcp:5432"]}],
    /// }"#).validate().unwrap();
    /// let table = policy.answer_table().unwrap();
    /// assert_eq!(table.rules.len(), 1);
    /// ```
    fn answer_table(&self) -> Option<AnswerTable>;

    /// Compiles the policy to what each device of its facts gets.
    ///
    /// ```
    /// use policy_analysis::Analysis;
    /// use policy_core::Policy;
    /// let facts = r#"{
    ///     "users": [{"name": "alice", "email": "alice@example.com"}],
    ///     "nodes": [
    ///         {"name": "laptop", "user": "alice", "ipv4": "100.64.0.1"},
    ///         {"name": "nas", "tags": ["tag:nas"], "ipv4": "100.64.0.2"},
    ///     ],
    /// }"#;
    /// let policy = Policy::with_facts(r#"{
    ///     "tagOwners": {"tag:nas": []},
    ///     "grants": [{"src": ["alice@example.com"], "dst": ["tag:nas"], "ip": ["tcp:443"]}],
    /// }"#, facts).validate().unwrap();
    /// let devices = policy.compile().to_json();
    /// assert_eq!(devices["nas"]["packet_filter_rules"][0]["SrcIPs"][0], "100.64.0.1");
    /// assert_eq!(devices["laptop"]["packet_filter_rules"], policy_core::json::Value::Null);
    /// assert_eq!(devices["laptop"]["peers"][0], "nas");
    /// ```
    fn compile(&self) -> Compiled<'_>;

    /// Returns the differences in meaning between this policy and a newer one.
    ///
    /// ```
    /// use policy_analysis::Analysis;
    /// use policy_core::Policy;
    /// let old = Policy::parse(r#"{
    ///     "groups": {"group:eng": ["alice@example.com"]},
    ///     "tagOwners": {"tag:forge": []},
    ///     "grants": [{"src": ["group:eng"], "dst": ["tag:forge"], "ip": ["tcp:22", "tcp:443"]}],
    /// }"#).validate().unwrap();
    /// let new = Policy::parse(r#"{
    ///     "tagOwners": {"tag:forge": []},
    ///     "grants": [
    ///         {"src": ["alice@example.com"], "dst": ["tag:forge"], "ip": ["tcp:443"]},
    ///         {"src": ["autogroup:member"], "dst": ["tag:forge"], "ip": ["tcp:80"]},
    ///     ],
    /// }"#).validate().unwrap();
    /// let changes: Vec<String> =
    ///     old.diff(&new).changes.iter().map(|change| format!("{:?} {change}", change.direction)).collect();
    /// assert_eq!(changes, ["Gained autogroup:member -> tag:forge tcp:80", "Lost group:eng -> tag:forge tcp:22"]);
    /// assert!(old.diff(&old).is_empty());
    /// ```
    fn diff(&self, new: &ValidPolicy) -> Diff;

    /// Like [`Analysis::diff`], but compares only the devices of the facts, and names them. Each
    /// device has all its tags. Access that one tag gives in both policies is not a change for the
    /// device, even if the rules for another of its tags change.
    ///
    /// ```
    /// use policy_analysis::Analysis;
    /// use policy_core::Policy;
    /// let facts = r#"{"nodes": [
    ///     {"name": "nas", "tags": ["tag:a", "tag:b"], "ipv4": "100.64.0.1"},
    ///     {"name": "pi", "tags": ["tag:c"], "ipv4": "100.64.0.2"},
    /// ]}"#;
    /// let policy = |dst: &str| Policy::with_facts(&format!(r#"{{
    ///     "tagOwners": {{"tag:a": [], "tag:b": [], "tag:c": []}},
    ///     "grants": [{{"src": ["tag:c"], "dst": ["{dst}"], "ip": ["tcp:22"]}}],
    /// }}"#), facts).validate().unwrap();
    /// assert!(policy("tag:a").device_diff(&policy("tag:b")).is_empty());
    /// assert_eq!(policy("tag:a").device_diff(&policy("tag:c")).changes[0].to_string(), "pi -> nas tcp:22");
    /// ```
    fn device_diff(&self, new: &ValidPolicy) -> Diff;

    /// Counts the cells of network access that this policy has, and those that a newer one lacks.
    /// [`LossCount`] says what a cell is.
    ///
    /// ```
    /// use policy_analysis::Analysis;
    /// use policy_core::Policy;
    /// let policy = |ports: &str| Policy::parse(format!(r#"{{
    ///     "tagOwners": {{"tag:a": [], "tag:b": []}},
    ///     "grants": [{{"src": ["tag:a"], "dst": ["tag:b"], "ip": [{ports}]}}],
    /// }}"#)).validate().unwrap();
    /// let count = policy(r#""tcp:22", "tcp:80", "tcp:443""#).count_losses(&policy(r#""tcp:443""#));
    /// assert_eq!((count.cells, count.lost, count.percent()), (3, 2, 67));
    /// ```
    fn count_losses(&self, new: &ValidPolicy) -> LossCount;

    /// Returns the access of some sources that this policy gives and a newer one does not, source by
    /// source and destination by destination. Both policies must have the same facts. With `ports`,
    /// only these ports count.
    ///
    /// The destinations are the devices of the facts, each with all its tags, and the addresses that
    /// their routes lead to. If no device is known, they are every tag and user that a policy names,
    /// everything else of the tailnet, and every range of addresses that a policy names. Loss that
    /// depends on an unknown fact has a [`doubt`](LostAccess::doubt).
    ///
    /// # Errors
    /// Fails if a source is not a user, a device or an address.
    ///
    /// ```
    /// use policy_analysis::Analysis;
    /// use policy_analysis::query::Asker;
    /// use policy_core::Policy;
    /// let facts = r#"{"nodes": [{"name": "nas", "tags": ["tag:nas"], "ipv4": "100.64.0.2"}]}"#;
    /// let policy = |ports: &str| Policy::with_facts(&format!(r#"{{
    ///     "tagOwners": {{"tag:nas": []}},
    ///     "grants": [{{"src": ["alice@example.com"], "dst": ["tag:nas"], "ip": [{ports}]}}],
    /// }}"#), facts).validate().unwrap();
    /// let lost = policy(r#""tcp:22", "tcp:443""#).lost_access(
    ///     &policy(r#""tcp:443""#), &[Asker::User("alice@example.com")], None,
    /// )?;
    /// assert_eq!((lost[0].source.as_str(), lost[0].destination.as_str()), ("`alice@example.com`", "`nas`"));
    /// assert_eq!(lost.len(), 1);
    /// # Ok::<(), policy_analysis::query::QueryError>(())
    /// ```
    fn lost_access(
        &self,
        new: &ValidPolicy,
        sources: &[Asker],
        ports: Option<&PortSet>,
    ) -> Result<Vec<LostAccess>, QueryError>;

    /// Reports which mutants of the rules the policy's own tests and invariants kill.
    ///
    /// ```
    /// use policy_analysis::Analysis;
    /// use policy_core::Policy;
    /// let policy = Policy::parse(r#"{
    ///     "tagOwners": {"tag:web": [], "tag:db": []},
    ///     "grants": [
    ///         {"src": ["tag:web"], "dst": ["tag:db"], "ip": ["tcp:5432"]},
    ///         {"src": ["tag:db"], "dst": ["tag:web"], "ip": ["tcp:443"]},
    ///     ],
    ///     "tests": [{"src": "tag:web", "accept": ["tag:db:5432"]}],
    /// }"#).validate().unwrap();
    /// let coverage = policy.coverage();
    /// assert_eq!((coverage.killed_deletions(), coverage.percent()), (1, 50));
    /// let test = &coverage.rules[1].suggested_tests[0];
    /// assert_eq!((test.src.as_str(), test.target.as_str()), ("tag:db", "tag:web:443"));
    /// ```
    fn coverage(&self) -> MutationCoverage;

    /// Returns a table of which names in the policy reach which others.
    ///
    /// ```
    /// use policy_analysis::{Analysis, matrix::MatrixEnd};
    /// use policy_core::Policy;
    /// let policy = Policy::parse(r#"{
    ///     "tagOwners": {"tag:web": [], "tag:db": []},
    ///     "grants": [
    ///         {"src": ["autogroup:admin"], "dst": ["*"], "ip": ["*"]},
    ///         {"src": ["tag:web"], "dst": ["tag:db"], "ip": ["tcp:5432"]},
    ///     ],
    /// }"#).validate().unwrap();
    /// let matrix = policy.matrix();
    /// let names = |ends: &[MatrixEnd]| ends.iter().map(|end| end.name().to_owned()).collect::<Vec<_>>();
    /// assert_eq!(names(&matrix.sources), ["autogroup:admin", "tag:web"]);
    /// assert_eq!(names(&matrix.destinations), ["tag:db", "anything else"]);
    /// assert!(matrix.row(0)[&1][0].ports.are_all());
    /// assert_eq!(matrix.row(1)[&0][0].ports.to_string(), "tcp:5432");
    /// ```
    fn matrix(&self) -> Matrix<'_>;

    /// Returns a table of which devices of the facts reach which others. Each device has all its
    /// tags.
    fn device_matrix(&self) -> Matrix<'_>;
}

impl Analysis for ValidPolicy {
    fn explain(&self, question: &Question) -> Result<Explanation, QueryError> {
        query::explain(self, question)
    }

    fn who(&self, destination: impl AsRef<str>, ports: Option<&PortSet>) -> Result<Reachability, QueryError> {
        query::who(self, destination.as_ref(), ports)
    }

    fn what(&self, source: impl AsRef<str>) -> Result<Reachability, QueryError> {
        query::what(self, source.as_ref())
    }

    fn who_beyond_ports(&self, destinations: &[&str]) -> Vec<Vec<ReachabilityRow>> {
        query::who_beyond_ports(self, destinations)
    }

    fn answer_table(&self) -> Option<AnswerTable> {
        AnswerTable::new(self)
    }

    fn compile(&self) -> Compiled<'_> {
        compile::compile(self)
    }

    fn diff(&self, new: &ValidPolicy) -> Diff {
        diff::diff(self, new)
    }

    fn device_diff(&self, new: &ValidPolicy) -> Diff {
        diff::device_diff(self, new)
    }

    fn count_losses(&self, new: &ValidPolicy) -> LossCount {
        diff::count_losses(self, new)
    }

    fn lost_access(
        &self,
        new: &ValidPolicy,
        sources: &[Asker],
        ports: Option<&PortSet>,
    ) -> Result<Vec<LostAccess>, QueryError> {
        query::lost_access(self, new, sources, ports)
    }

    fn coverage(&self) -> MutationCoverage {
        mutation::coverage(self)
    }

    fn matrix(&self) -> Matrix<'_> {
        Matrix::new(self)
    }

    fn device_matrix(&self) -> Matrix<'_> {
        Matrix::of_devices(self)
    }
}

//! Facts about declarations and rules, to show above them.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use policy_analysis::Analysis;
use policy_core::ValidPolicy;
use policy_core::source::Origin;

use crate::snapshot::Snapshot;

/// A place with a fact to show above it. The fact takes time to compute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lens {
    /// The bytes of the declaration or rule.
    pub range: Range<usize>,
    /// The question that the fact answers.
    pub question: LensQuestion,
}

/// The question that a fact answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LensQuestion {
    /// Who reaches this destination?
    ReachedBy(String),
    /// Would a test fail without the rule at this place?
    Tested(Origin),
}

/// The number of names that a fact lists.
const LISTED: usize = 3;

/// Returns the places with facts: declared tags, and the rules of a policy that has tests or
/// invariants.
pub fn lenses(snapshot: &Snapshot) -> Vec<Lens> {
    let policy = &snapshot.policy;
    let tags = policy
        .tag_owners
        .iter()
        .map(|tag| Lens { range: tag.tag.origin.range(), question: LensQuestion::ReachedBy(tag.tag.to_string()) });
    let has_tests = !policy.tests.is_empty() || !policy.ssh_tests.is_empty() || !policy.facts.invariants.is_empty();
    let grants = policy.grants.iter().flatten().filter(|grant| !grant.ip.is_empty()).map(|grant| grant.origin);
    let rules = grants.chain(policy.acls.iter().flatten().map(|acl| acl.origin));
    let rules = rules.chain(policy.ssh.iter().map(|rule| rule.origin)).filter(|_| has_tests);
    let rules = rules.map(|rule| Lens { range: rule.range(), question: LensQuestion::Tested(rule) });
    tags.chain(rules).collect()
}

/// Says who reaches a destination.
///
/// ```
/// use policy_core::Policy;
/// use policy_ide::reached_by;
/// let policy = Policy::parse(r#"{
///     "tagOwners": {"tag:a": [], "tag:b": []}, "grants": [{"src": ["tag:a"], "dst": ["tag:b"], "ip": ["22"]}],
/// }"#).validate().unwrap();
/// assert_eq!(reached_by(&policy, "tag:b").unwrap(), "reached by 1: tag:a");
/// assert_eq!(reached_by(&policy, "tag:a").unwrap(), "reached by nobody");
/// ```
pub fn reached_by(policy: &ValidPolicy, destination: &str) -> Option<String> {
    let reached = policy.who(destination, None).ok()?;
    let rows = reached.rows.iter().filter(|row| row.is_certain());
    let sources: BTreeSet<String> = rows.flat_map(|row| &row.sources).map(|source| source.replace('`', "")).collect();
    if sources.is_empty() {
        return Some("reached by nobody".to_owned());
    }
    let shown: Vec<&str> = sources.iter().take(LISTED).map(String::as_str).collect();
    let more = sources.len().saturating_sub(shown.len());
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    Some(format!("reached by {}: {}{more}", sources.len(), shown.join(", ")))
}

/// Says for every rule whether a test or an invariant would fail without it.
///
/// ```
/// use policy_core::Policy;
/// use policy_ide::tested;
/// let policy = Policy::parse(r#"{
///     "tagOwners": {"tag:a": [], "tag:b": []},
///     "grants": [
///         {"src": ["tag:a"], "dst": ["tag:b"], "ip": ["22"]},
///         {"src": ["tag:b"], "dst": ["tag:a"], "ip": ["22"]},
///     ],
///     "tests": [{"src": "tag:a", "accept": ["tag:b:22"]}],
/// }"#).validate().unwrap();
/// let mut tested: Vec<_> = tested(&policy).into_iter().collect();
/// tested.sort();
/// let said: Vec<_> = tested.iter().map(|(_, said)| *said).collect();
/// assert_eq!(said, ["a test notices this rule", "no test notices this rule"]);
/// ```
pub fn tested(policy: &ValidPolicy) -> HashMap<Origin, &'static str> {
    let said = policy.coverage().rules.into_iter().map(|rule| {
        let said = if rule.is_deletion_killed {
            "a test notices this rule"
        } else if rule.is_redundant {
            "other rules allow the same"
        } else {
            "no test notices this rule"
        };
        (rule.rule, said)
    });
    said.collect()
}

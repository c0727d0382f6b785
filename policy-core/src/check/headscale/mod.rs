//! Checks by headscale's rules. They are the rules of its `hscontrol/policy/v2`, in the same order.
//!
//! [`Policy::unreadable`] has the parts that headscale cannot read. This module finds the mistakes
//! in a policy that it can read. Every finding has headscale's own answer.

mod names;
mod placement;
mod rules;
mod sections;
mod ssh;
mod users;

use std::collections::HashSet;

use crate::diagnostic::{Code, Diagnostic, HeadscaleStage, Help, Problem};
use crate::model::Policy;
use crate::source::Text;

pub(super) use sections::allocating_sources;

/// Returns every mistake because of which headscale refuses a policy that it can read.
pub(super) fn mistakes(policy: &Policy) -> Vec<Diagnostic> {
    let mut checker = HeadscaleChecker {
        policy,
        tags: policy.tag_owners.iter().map(|declared| declared.tag.as_str()).collect(),
        groups: policy.groups.iter().map(|declared| declared.name.as_str()).collect(),
        hosts: policy.hosts.iter().map(|declared| declared.name.as_str()).collect(),
        findings: Vec::new(),
    };
    checker.rules();
    checker.ssh();
    checker.node_attributes();
    checker.owners();
    checker.approvers();
    checker.tests();
    checker.ssh_tests();
    if checker.findings.is_empty() {
        checker.users();
    }
    checker.findings
}

/// A policy that is being checked, with its declared names. They are case-sensitive.
struct HeadscaleChecker<'p> {
    policy: &'p Policy,
    tags: HashSet<&'p str>,
    groups: HashSet<&'p str>,
    hosts: HashSet<&'p str>,
    findings: Vec<Diagnostic>,
}

impl HeadscaleChecker<'_> {
    /// Reports a word because of which headscale refuses the policy with `answer`.
    fn refuse(&mut self, code: Code, text: &Text, message: String, help: impl Into<Help>, answer: impl Into<String>) {
        let problem = Problem::word(code, message).help(help);
        self.findings.push(problem.headscale(HeadscaleStage::Checking, answer).at(text));
    }

    fn report(&mut self, finding: Diagnostic, answer: impl Into<String>) {
        self.findings.push(finding.headscale(HeadscaleStage::Checking, answer));
    }
}

//! What became of the policy's own tests.

use crate::json::Map;

use crate::model::{Action, Protocol, Selector, SshTest, Target, Test};
use crate::source::{Origin, Text};
use crate::testing::near_miss::NearMiss;
use crate::testing::packet::Decision;
use crate::testing::ternary::MissingFact;
use crate::testing::test_endpoint::{TestEndpoint, is_nobody};

/// What a test says of one target or account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// It must be allowed.
    Accept,
    /// It must be allowed after a check.
    Check,
    /// It must not be allowed.
    Deny,
}

/// Whether one target or account of a test is as it must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestResult<'p> {
    /// It is.
    Passes,
    /// It may be: that hangs on a fact that is not given.
    Unknown(MissingFact<'p>),
    /// It is not.
    Fails,
}

/// What became of one target or account of a test.
#[derive(Clone, Debug)]
pub struct Outcome<'p> {
    /// The whole test.
    pub test: Origin,
    /// Whom it is about. Only what is no valid test has nobody.
    pub source: Option<&'p Selector>,
    /// What was to be.
    pub expectation: Expectation,
    /// The target of a test, or the account of an SSH test.
    pub target: &'p Text,
    /// The destination of an SSH test, or the host in the target of a test.
    pub destination: &'p Selector,
    /// The port of a target.
    pub port: Option<u16>,
    /// The protocol, where the test names one.
    pub protocol: Option<Protocol>,
    /// The imagined posture of the source.
    pub attributes: &'p Map,
    /// Whether it is so.
    pub verdict: TestResult<'p>,
    /// The rule that allows it, if one does: what an accept rests on, and what a failing deny is refuted by.
    /// Where it is not known whether it is so, the rule that may allow it.
    pub rule: Option<Origin>,
    /// What that rule does, in an SSH test.
    pub action: Option<Action>,
    /// Decider of several that the source stands for decides it, where it is not so for all of them.
    pub who: Option<Decider<'p>>,
    /// Where it passes by the tags that the test names: two devices with these tags between which it is otherwise, by
    /// another of their tags.
    pub leak: Option<MultiTagBypass<'p>>,
    /// For the first of those that must be allowed and are not: which rule comes nearest.
    pub nearest: Option<NearMiss<'p>>,
}

/// What is so between two tags, a denial above all, and is not between two devices that have them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MultiTagBypass<'p> {
    /// The device that has the source's tag, if that is a tag that several devices or tags meet on.
    pub source: Option<&'p str>,
    /// The device that has the destination's tag, likewise.
    pub destination: Option<&'p str>,
    /// The rule that opens it, or lets in other than it should.
    pub rule: Origin,
    /// What that rule does, in an SSH test.
    pub action: Option<Action>,
}

/// One of several that a source stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decider<'p> {
    /// The login of the user.
    pub user: Option<&'p str>,
    /// The name of the device.
    pub device: Option<&'p str>,
}

impl<'p> Outcome<'p> {
    /// Of a test that is yet to be run.
    pub fn of_test(test: &'p Test, expectation: Expectation, target: &'p Target) -> Self {
        Outcome {
            test: test.origin,
            source: test.src.as_ref(),
            expectation,
            target: &target.text,
            destination: &target.host,
            port: Some(target.port),
            protocol: test.proto,
            attributes: &test.src_posture_attrs,
            verdict: TestResult::Passes,
            rule: None,
            action: None,
            who: None,
            leak: None,
            nearest: None,
        }
    }

    /// Of an SSH test, likewise.
    pub fn of_ssh_test(
        test: &'p SshTest,
        expectation: Expectation,
        destination: &'p Selector,
        account: &'p Text,
    ) -> Self {
        Outcome {
            test: test.origin,
            source: test.src.as_ref(),
            expectation,
            target: account,
            destination,
            port: None,
            protocol: None,
            attributes: &test.src_posture_attrs,
            verdict: TestResult::Passes,
            rule: None,
            action: None,
            who: None,
            leak: None,
            nearest: None,
        }
    }

    /// What it is if one of the two ends stands for nobody: nobody gets anywhere.
    pub fn without_parties(self, no_source: bool, no_destination: bool) -> Self {
        let nobody = self.source.filter(|_| no_source);
        let nowhere = Some(self.destination).filter(|_| no_destination);
        let unknown = nobody.into_iter().chain(nowhere).find(|selector| !is_nobody(selector));
        let verdict = match (unknown, self.expectation) {
            (Some(selector), _) => TestResult::Unknown(MissingFact::Selector(&selector.text)),
            (None, Expectation::Deny) => TestResult::Passes,
            (None, _) => TestResult::Fails,
        };
        Outcome { verdict, ..self }
    }

    /// Whether it is as it must be, for certain.
    pub fn passes(&self) -> bool {
        self.verdict == TestResult::Passes
    }

    /// Whether it is not as it must be, for certain.
    pub fn fails(&self) -> bool {
        self.verdict == TestResult::Fails
    }
}

impl<'p> Decider<'p> {
    pub fn of(party: &TestEndpoint<'p>) -> Decider<'p> {
        Decider { user: party.user(), device: party.device() }
    }
}

/// What is found of one source: its verdict, and what that rests on.
#[derive(Clone, Copy, Debug)]
pub struct Evaluation<'p> {
    pub verdict: TestResult<'p>,
    pub rule: Option<Origin>,
    pub action: Option<Action>,
}

impl<'p> Evaluation<'p> {
    /// Whether an answer is as expected.
    pub fn new(is_expected: bool, answer: Decision<'p>) -> Self {
        let verdict = |is_allowed: bool| if is_allowed == is_expected { TestResult::Passes } else { TestResult::Fails };
        let (verdict, rule) = match answer {
            Decision::Denied => (verdict(false), None),
            Decision::Unknown(rule, doubt) => (TestResult::Unknown(doubt), Some(rule)),
            Decision::Allowed(rule) => (verdict(true), Some(rule)),
        };
        Evaluation { verdict, rule, action: None }
    }

    /// The one that decides: what is expected must be so for all. And which it is, if they differ.
    pub fn of_all(findings: &[Evaluation<'p>]) -> Option<(Evaluation<'p>, usize, bool)> {
        let weight = |verdict: TestResult| match verdict {
            TestResult::Fails => 0,
            TestResult::Unknown(_) => 1,
            TestResult::Passes => 2,
        };
        let (index, decisive) = findings.iter().enumerate().min_by_key(|(_, finding)| weight(finding.verdict))?;
        let differ = findings.iter().any(|finding| weight(finding.verdict) != weight(decisive.verdict));
        Some((*decisive, index, differ))
    }
}

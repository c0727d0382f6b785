//! Checks whether a policy is valid. There is one file for each family of rules.
//!
//! An error is something that Tailscale refuses, or that contradicts the policy itself. A warning
//! is something that Tailscale accepts and that is almost certainly a mistake. A rule that only
//! Tailscale's documentation states, without an observed answer of its control plane, gives a
//! warning, unless the policy cannot possibly work without it.

mod app;
mod auto_approver;
mod capability;
mod declaration;
mod declared_capability;
mod effect;
mod fact;
mod headscale;
mod ip_set;
mod login;
mod names;
mod node_attr;
mod owner;
mod posture;
mod reference;
pub(crate) mod rule;
mod selector;
mod ssh;
mod ssh_port;
mod test;
mod unused;

use std::borrow::Cow;

use crate::diagnostic::{Code, Diagnostic, HeadscaleStage, Note, Severity};
use crate::model::{Dialect, InvariantsFile, LintLevels, Policy, Selector, Target};
use crate::source::{FileId, Origin};

use crate::model::SelectorContext;
use names::Names;

/// Returns the reasons that a policy is not valid, and its warnings, in the order of its text.
/// [`Policy::check`] also runs its tests.
///
/// [`Policy::unreadable`] is included. One mistake gives one finding.
#[doc(hidden)]
pub fn check(policy: &Policy) -> Vec<Diagnostic> {
    let mut findings = policy.unreadable.clone();
    // An unreadable text declares nothing, so everything else would seem undefined. Invariants are
    // independent of it.
    let invariants = policy.facts.invariants_file.as_ref().map(InvariantsFile::origin);
    let declares = |finding: &Diagnostic| !invariants.is_some_and(|file| file.contains(finding.origin));
    if !findings.iter().any(|finding| finding.code == Code::Syntax && declares(finding)) {
        let mut checker =
            Checker { policy, names: Names::new(policy), findings, member_names: [Vec::new(), Vec::new()] };
        match policy.dialect {
            Dialect::Tailscale => checker.every_section(),
            Dialect::Headscale => checker.as_headscale(),
        }
        // An unused name may be the one that another mistake was meant to use.
        if !checker.findings.iter().any(Diagnostic::is_error) {
            unused::check(&mut checker);
            declared_capability::check_uses(&mut checker);
            effect::without_rules(&mut checker);
            ssh_port::check(&mut checker);
        }
        findings = checker.findings;
    }
    in_order(policy, findings)
}

/// Returns findings as they are reported: in the order of the text, without duplicates, and with
/// the lint levels applied.
#[doc(hidden)]
pub fn in_order(policy: &Policy, mut findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let levels = LintLevels::new(policy);
    findings.retain_mut(|finding| finding.is_error() || levelled(finding, &levels));
    findings.sort_by_key(|finding| (finding.origin, finding.code));
    findings.dedup_by(|a, b| a.origin == b.origin && a.code == b.code && a.message == b.message);
    findings
}

/// Turns a denied warning into an error. Returns whether to report the warning at all.
fn levelled(warning: &mut Diagnostic, levels: &LintLevels) -> bool {
    if levels.allows(warning.code, warning.origin) {
        return false;
    }
    if let Some(comment) = levels.denies(warning.code, warning.origin) {
        warning.denied = true;
        warning.notes.push(Note { message: format!("`{}` is denied here", warning.code), origin: Some(comment) });
    }
    true
}

/// Returns headscale's answer to a policy with these findings, one line for each mistake. headscale
/// stops reading at the first mistake in the syntax.
fn headscale_message(findings: &[Diagnostic]) -> Option<String> {
    let answers = || findings.iter().filter_map(|finding| finding.headscale.as_ref());
    // headscale names only one nested group: the last by name.
    let nested = findings.iter().filter(|finding| finding.code == Code::NestedGroup);
    let last = nested.filter_map(|finding| finding.headscale.as_ref()?.text.as_ref()).max();
    if findings.iter().find(|finding| finding.headscale.is_some())?.code == Code::NestedGroup {
        return last.cloned();
    }
    let stage = answers().map(|answer| answer.stage).min()?;
    let at_stage = answers().filter(|answer| answer.stage == stage);
    let most = if stage == HeadscaleStage::Reading { 1 } else { usize::MAX };
    let lines: Vec<&str> = at_stage.take(most).filter_map(|answer| answer.text.as_deref()).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// Returns Tailscale's answer to a policy with these findings. The answer names one mistake only.
///
/// Tailscale runs tests only if everything else is valid. Of several nested groups it names the
/// last by name. `sshtest-user-wildcard` `ssh-group-nested-cycle` The order in which Tailscale
/// looks for other mistakes is unknown. This function returns the first.
pub fn tailscale_message(findings: &[Diagnostic]) -> Option<&str> {
    let answer = |finding: &&Diagnostic| finding.tailscale.as_deref().is_some_and(|answer| answer != Target::FAILED);
    let first = findings.iter().find(answer).or_else(|| findings.iter().find(|finding| finding.tailscale.is_some()))?;
    if first.code != Code::NestedGroup {
        return first.tailscale.as_deref();
    }
    let nested = findings.iter().filter(|finding| finding.code == Code::NestedGroup);
    nested.filter_map(|finding| finding.tailscale.as_deref()).max()
}

/// Returns the reason that the control server refuses a policy with these findings: its own
/// message, or ours if that is unknown. `None` if it accepts the policy.
///
/// ```
/// use policy_core::{Policy, check};
/// let verdict = |text| check::rejection(&Policy::parse(text).check()).map(|message| message.into_owned());
/// assert_eq!(verdict("{}"), None);
/// assert_eq!(
///     verdict(r#"{"grants": [{"src": ["tag:nas"], "dst": ["*"], "ip": ["*"]}]}"#).as_deref(),
///     Some("src=tag not found: \"tag:nas\""),
/// );
/// ```
pub fn rejection(findings: &[Diagnostic]) -> Option<Cow<'_, str>> {
    // Tailscale does not see warnings that the policy itself denies. It treats end dates of rules
    // and shapes of capabilities as comments.
    let is_ours = |code| {
        matches!(
            code,
            Code::InvalidDate
                | Code::MisplacedUntil
                | Code::Expired
                | Code::CapabilityDeclaration
                | Code::CapabilityShape
        )
    };
    let is_known = |code: Code| code.severity() == Severity::Error && !is_ours(code);
    let first = findings.iter().find(|finding| is_known(finding.code))?;
    let message = headscale_message(findings).map(Cow::Owned);
    message.or_else(|| tailscale_message(findings).map(Cow::Borrowed)).or(Some(Cow::Borrowed(&first.message)))
}

/// Checks the ends of questions about a policy.
pub struct QuestionChecker<'p>(Checker<'p>);

impl<'p> QuestionChecker<'p> {
    /// Indexes the names that the policy declares.
    pub fn new(policy: &'p Policy) -> Self {
        let names = Names::new(policy);
        QuestionChecker(Checker { policy, names, findings: Vec::new(), member_names: [Vec::new(), Vec::new()] })
    }

    /// Returns the reason that a selector cannot be an end of a question, in the same words as for
    /// a rule with the selector.
    pub fn refusal(&mut self, selector: &Selector, is_source: bool) -> Option<Diagnostic> {
        self.0.selector(if is_source { SelectorContext::Src } else { SelectorContext::GrantDst }, selector);
        let mut findings = std::mem::take(&mut self.0.findings).into_iter();
        findings.find(|finding| finding.code.severity() == Severity::Error)
    }
}

/// Warnings about known behaviour of Tailscale that do not apply to headscale.
const TAILSCALES: &[Code] = &[
    Code::UnknownKey,
    Code::OddUser,
    Code::LetterCase,
    Code::DoubtfulSelector,
    Code::OldForm,
    Code::PortlessProtocol,
    Code::DoubtfulDefaultRoute,
    Code::UnknownCapability,
    Code::UnusedCheckPeriod,
    Code::ShortCheckPeriod,
    Code::ExitRoute,
    Code::DoubtfulIpPool,
    Code::DoubtfulTest,
    Code::DoubtfulSetting,
];

/// A policy that is being checked, and the findings so far.
struct Checker<'p> {
    policy: &'p Policy,
    names: Names<'p>,
    findings: Vec<Diagnostic>,
    /// The uses of `autogroup:member`, and of its old name.
    member_names: [Vec<Origin>; 2],
}

impl Checker<'_> {
    /// Checks each section by Tailscale's rules.
    fn every_section(&mut self) {
        declaration::check(self);
        owner::check(self);
        ip_set::check(self);
        posture::check(self);
        rule::check(self);
        ssh::check(self);
        auto_approver::check(self);
        node_attr::check(self);
        declared_capability::check(self);
        test::check(self);
        fact::check(self);
        selector::check_member_names(self);
        effect::check(self);
    }

    /// Checks by headscale's rules. Of the checks by Tailscale's rules, those about the facts
    /// remain, and the warnings that do not depend on Tailscale's behaviour.
    fn as_headscale(&mut self) {
        let unreadable = std::mem::take(&mut self.findings);
        self.every_section();
        self.findings.retain(|finding| match finding.code.severity() {
            Severity::Error => finding.origin.file != FileId::Policy,
            Severity::Warning => !TAILSCALES.contains(&finding.code),
        });
        let reads = |finding: &Diagnostic| {
            finding.headscale.as_ref().is_none_or(|answer| answer.stage != HeadscaleStage::Reading)
        };
        if unreadable.iter().all(reads) {
            self.findings.extend(headscale::mistakes(self.policy));
            self.findings.extend(headscale::allocating_sources(self.policy));
        }
        self.findings.extend(unreadable);
    }

    fn report(&mut self, finding: Diagnostic) {
        self.findings.push(finding);
    }
}

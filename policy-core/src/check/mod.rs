//! Is the policy valid? One file for each family of rules.
//!
//! An error is what Tailscale refuses, or what contradicts the policy itself; a warning is what it takes, but
//! nobody wants. Rules that Tailscale's documentation has and no answer of its control plane has shown are
//! warnings, except where the policy could do nothing good without them.

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
mod place;
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

use names::Names;
use place::SelectorContext;

/// Returns why a policy is not valid, and its dubious parts, in the order of its text. [`Policy::check`] also runs its
/// tests.
///
/// [`Policy::unreadable`] is part of it. One mistake is one finding.
#[doc(hidden)]
pub fn check(policy: &Policy) -> Vec<Diagnostic> {
    let mut findings = policy.unreadable.clone();
    // A text that cannot be read declares nothing, and everything else would seem undefined. Invariants never do.
    let invariants = policy.facts.invariants_file.as_ref().map(InvariantsFile::origin);
    let declares = |finding: &Diagnostic| !invariants.is_some_and(|file| file.contains(finding.origin));
    if !findings.iter().any(|finding| finding.code == Code::Syntax && declares(finding)) {
        let mut checker =
            Checker { policy, names: Names::new(policy), findings, member_names: [Vec::new(), Vec::new()] };
        match policy.dialect {
            Dialect::Tailscale => checker.every_section(),
            Dialect::Headscale => checker.as_headscale(),
        }
        // What nothing uses or opens may be what a mistake was meant to use or to open.
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

/// Findings as they are reported: in the order of the text, each once, warnings as the policy's comments have them.
pub(crate) fn in_order(policy: &Policy, mut findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let levels = LintLevels::new(policy);
    findings.retain_mut(|finding| finding.is_error() || levelled(finding, &levels));
    findings.sort_by_key(|finding| (finding.origin, finding.code));
    findings.dedup_by(|a, b| a.origin == b.origin && a.code == b.code && a.message == b.message);
    findings
}

/// Makes a warning an error where it is denied, and tells whether it is to be reported at all.
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

/// Returns what headscale answers to a policy with these findings, a line for each mistake. What it cannot read, it reads
/// up to the first mistake only.
fn headscale_message(findings: &[Diagnostic]) -> Option<String> {
    let answers = || findings.iter().filter_map(|finding| finding.headscale.as_ref());
    // Of nested groups, it names the last by name.
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

/// Returns what Tailscale answers to a policy with these findings: it names one mistake only.
///
/// Tests run once all else is right, and of nested groups the last by name is named. `sshtest-user-wildcard`
/// `ssh-group-nested-cycle` In which order Tailscale looks for other mistakes is not known; this takes the first.
pub fn tailscale_message(findings: &[Diagnostic]) -> Option<&str> {
    let answer = |finding: &&Diagnostic| finding.tailscale.as_deref().is_some_and(|answer| answer != Target::FAILED);
    let first = findings.iter().find(answer).or_else(|| findings.iter().find(|finding| finding.tailscale.is_some()))?;
    if first.code != Code::NestedGroup {
        return first.tailscale.as_deref();
    }
    let nested = findings.iter().filter(|finding| finding.code == Code::NestedGroup);
    nested.filter_map(|finding| finding.tailscale.as_deref()).max()
}

/// Why the control server refuses a policy with these findings: in its own words, or in ours where those are not known.
/// `None` if it takes it.
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
    // A warning that the policy itself denies is none of Tailscale's business. It takes the ends of rules and the shapes of
    // capabilities for comments.
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

/// Why a selector cannot be one end of a question about a policy, in the words in which a rule with it is refused.
pub fn question(policy: &Policy, selector: &Selector, is_source: bool) -> Option<Diagnostic> {
    let names = Names::new(policy);
    let mut checker = Checker { policy, names, findings: Vec::new(), member_names: [Vec::new(), Vec::new()] };
    checker.selector(if is_source { SelectorContext::Src } else { SelectorContext::GrantDst }, selector);
    checker.findings.into_iter().find(|finding| finding.code.severity() == Severity::Error)
}

/// Warnings that say what Tailscale is known to do, and nothing of headscale.
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

/// A policy that is being checked, and what has been found so far.
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

    /// Checks by headscale's rules. Of Tailscale's, those remain that are about the facts, and the warnings that do not
    /// rest on what Tailscale is known to do.
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

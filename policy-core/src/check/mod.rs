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

use crate::diagnostic::{Code, Diagnostic, Note, Severity};
use crate::model::{InvariantsFile, LintLevels, Policy, Selector, Target};
use crate::source::Origin;

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
        declaration::check(&mut checker);
        owner::check(&mut checker);
        ip_set::check(&mut checker);
        posture::check(&mut checker);
        rule::check(&mut checker);
        ssh::check(&mut checker);
        auto_approver::check(&mut checker);
        node_attr::check(&mut checker);
        declared_capability::check(&mut checker);
        test::check(&mut checker);
        fact::check(&mut checker);
        selector::check_member_names(&mut checker);
        effect::check(&mut checker);
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

/// Why Tailscale refuses a policy with these findings: in its own words, or in ours where those are not known.
/// `None` if it takes it.
///
/// ```
/// use policy_core::{Policy, check};
/// let verdict = |text| check::rejection(&Policy::parse(text).check()).map(str::to_owned);
/// assert_eq!(verdict("{}"), None);
/// assert_eq!(
///     verdict(r#"{"grants": [{"src": ["tag:nas"], "dst": ["*"], "ip": ["*"]}]}"#).as_deref(),
///     Some("src=tag not found: \"tag:nas\""),
/// );
/// ```
pub fn rejection(findings: &[Diagnostic]) -> Option<&str> {
    // A warning that the policy itself denies is none of Tailscale's business. It knows the roles of its users, and takes
    // the ends of rules and the shapes of capabilities for comments.
    let is_ours = |code| {
        matches!(
            code,
            Code::MissingRole
                | Code::InvalidDate
                | Code::MisplacedUntil
                | Code::Expired
                | Code::CapabilityDeclaration
                | Code::CapabilityShape
        )
    };
    let is_known = |code: Code| code.severity() == Severity::Error && !is_ours(code);
    let first = findings.iter().find(|finding| is_known(finding.code))?;
    tailscale_message(findings).or(Some(&first.message))
}

/// Why a selector cannot be one end of a question about a policy, in the words in which a rule with it is refused.
pub fn question(policy: &Policy, selector: &Selector, is_source: bool) -> Option<Diagnostic> {
    let names = Names::new(policy);
    let mut checker = Checker { policy, names, findings: Vec::new(), member_names: [Vec::new(), Vec::new()] };
    checker.selector(if is_source { SelectorContext::Src } else { SelectorContext::GrantDst }, selector);
    checker.findings.into_iter().find(|finding| finding.code.severity() == Severity::Error)
}

/// A policy that is being checked, and what has been found so far.
struct Checker<'p> {
    policy: &'p Policy,
    names: Names<'p>,
    findings: Vec<Diagnostic>,
    /// The uses of `autogroup:member`, and of its old name.
    member_names: [Vec<Origin>; 2],
}

impl Checker<'_> {
    fn report(&mut self, finding: Diagnostic) {
        self.findings.push(finding);
    }
}

//! The findings that the macro reports about the body of a `policy!`.

use std::collections::HashSet;
use std::ops::Range;

use policy_core::{Code, Diagnostic, Policy, check};
use policy_syntax::{Source, SourceKind, TokenText, lower, read};

/// The day that all cases are checked for.
const TODAY: &str = "2027-03-31";

/// A finding about a range of the body.
pub(crate) type Reported = Diagnostic<Range<usize>>;

/// The report about a body.
pub(crate) struct Report {
    /// In the order of the words that they are about.
    pub(crate) findings: Vec<Reported>,
    /// True if Rust's own lexer refuses it, or if it uses fragments, which this test does not have.
    pub(crate) is_incomplete: bool,
}

/// Returns the report about a body.
pub(crate) fn reported(body: &str) -> Report {
    let tokens = TokenText::new(body);
    let source = Source { kind: SourceKind::Policy, positions: &tokens };
    let reading = read(&tokens.tokens, &source, Vec::new());
    let lowered = lower(&reading);
    let said = reading.findings.iter().chain(&lowered.findings).cloned();
    let mut findings: Vec<Reported> = said.map(|finding| finding.map_origins(|place| tokens.range(place))).collect();
    let is_read = !findings.iter().any(Diagnostic::is_error);
    let policy = Policy::with_facts(&lowered.policy, &lowered.facts).with_today(TODAY.parse().unwrap());
    let checked = if is_read { policy.check() } else { check::check(&policy) };
    for finding in checked {
        let undefined = [Code::UndefinedTag, Code::UndefinedGroup, Code::UndefinedHost, Code::UndefinedIpSet];
        let word = lowered.slice(finding.origin).unwrap_or_default().trim_matches('"');
        let is_recovered = undefined.contains(&finding.code) && reading.recovered.may_declare(word);
        if is_recovered || lowered.is_broken(finding.origin) {
            continue;
        }
        let place = lowered.place(finding.origin).map(|(place, _)| place);
        let range = |origin| lowered.place(origin).map_or(0..0, |(place, _)| tokens.range(place));
        let mut finding = lowered.with_fix_of_source(finding).map_origins(range);
        if let Some(place) = place {
            reading.find_variable(place, &mut finding);
        }
        findings.push(finding);
    }
    findings.sort_by_key(|finding| (finding.origin.start, finding.origin.end));
    // The compiler shows the same error at the same place once.
    let mut seen = HashSet::new();
    findings.retain(|finding| seen.insert((finding.origin.clone(), finding.message.clone())));
    let is_incomplete = !tokens.errors.is_empty() || !reading.uses.is_empty();
    Report { findings, is_incomplete }
}

/// Returns whether the macro shows a finding. Warnings wait until there are no errors, unless they
/// explain one.
pub(crate) fn is_shown(finding: &Reported, all: &[Reported]) -> bool {
    let contains = |rule: &Range<usize>, part: &Range<usize>| rule.start <= part.start && part.end <= rule.end;
    let mut errors = all.iter().filter(|finding| finding.is_error()).peekable();
    finding.is_error() || errors.peek().is_none() || errors.any(|error| error.is_explained_by(finding, contains))
}

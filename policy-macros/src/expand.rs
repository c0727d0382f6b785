use std::collections::HashSet;
use std::num::NonZeroU32;

use policy_core::diagnostic::{Note, group_by_cause};
use policy_core::model::{LintLevels, Policy};
use policy_core::source::Origin;
use policy_core::{Code, Diagnostic, check};
use policy_syntax::token::TokenKind;
use policy_syntax::{
    Hovers, Iteration, Lowered, RecoveredNames, Source, SourceKind, TokenRange, invariants_file, lower, read,
};
use proc_macro2::{Span, TokenStream};
use quote::quote;

use crate::analyse::{Analysed, analyse};
use crate::file::{File, Files};
use crate::fragment::{self, Fragment};
use crate::ide;
use crate::items::items;
use crate::report::report;
use crate::span_range::{Finding, SpanRange, file_and_line};
use crate::span_table::SpanTable;
use crate::today::{self, Today};

/// Expands `policy! { … }` to its findings and items. The items exist even if there are errors, so
/// that nothing else in the crate fails because of them.
pub(crate) fn policy(input: TokenStream) -> TokenStream {
    let fragments = fragment::used_paths(&input);
    if fragments.is_empty() {
        return whole_policy(input, Vec::new());
    }
    let WithoutFragments { items, findings, has_wrong_use } = without_fragments(input.clone());
    if has_wrong_use {
        let reports = report(findings, None);
        return quote! { #items #reports };
    }
    let fallback = fragment::fallback(&items);
    let chain = fragment::chain(&input, fragments);
    quote! { #fallback #chain }
}

/// A policy without its fragments, which are not expanded yet.
struct WithoutFragments {
    items: TokenStream,
    /// Findings about its grammar.
    findings: Vec<Finding>,
    /// True if the path of a fragment cannot be read.
    has_wrong_use: bool,
}

/// Reads a policy as if its fragments were empty, and checks nothing but the grammar.
fn without_fragments(input: TokenStream) -> WithoutFragments {
    let mut spans = SpanTable::default();
    let tokens = spans.add(input, Span::call_site());
    let fragments = tokens.iter().filter(|token| matches!(&token.kind, TokenKind::Ident(word) if word == "use"));
    let fragments = fragments.map(|_| policy_syntax::Fragment::default()).collect();
    let source = Source { kind: SourceKind::Policy, positions: &spans };
    let reading = read(&tokens, &source, fragments);
    let lowered = lower(&reading);
    let findings = reading.findings.into_iter().map(|finding| spans.finding(finding)).collect();
    let policy = Policy::with_facts(&lowered.policy, &lowered.facts);
    let place =
        |origin: Origin| lowered.place(origin).map_or_else(SpanRange::call_site, |(place, _)| spans.range(place));
    let line = |origin| file_and_line(place(origin).first);
    let (items, _) = items(&policy, &lowered.policy, &lowered.facts, &place, &line, None, &mut Vec::new());
    WithoutFragments { items, findings, has_wrong_use: reading.has_wrong_use }
}

/// Expands `policy! { use … }` after the fragments have been collected.
pub(crate) fn policy_of_fragments(input: TokenStream) -> TokenStream {
    let (policy, fragments) = fragment::gather(input);
    whole_policy(policy, fragments)
}

fn whole_policy(input: TokenStream, fragments: Vec<Fragment>) -> TokenStream {
    let (items, findings) = from_tokens(input, fragments);
    let reports = report(findings, None);
    quote! { #items #reports }
}

/// Expands `policy_fragment! { … }`.
pub(crate) fn policy_fragment(input: TokenStream) -> TokenStream {
    fragment::export(input).unwrap_or_else(|finding| report(vec![*finding], None))
}

/// Expands `policy_file!("…")`.
pub(crate) fn policy_file(input: TokenStream) -> TokenStream {
    let mut findings = Vec::new();
    let files = Files::read(input, &mut findings);
    let items = from_files(files.as_ref(), &mut findings);
    let reports = report(findings, files.as_ref());
    quote! { #items #reports }
}

/// Returns the findings about a policy.
#[cfg(test)]
pub(crate) fn findings(input: TokenStream) -> Vec<Finding> {
    from_tokens(input, Vec::new()).1
}

fn from_tokens(input: TokenStream, fragments: Vec<Fragment>) -> (TokenStream, Vec<Finding>) {
    let mut spans = SpanTable::default();
    let tokens = spans.add(input, Span::call_site());
    let add = |fragment: Fragment| spans.add_fragment(fragment.only, &fragment.block);
    let fragments = fragments.into_iter().map(add).collect();
    let source = Source { kind: SourceKind::Policy, positions: &spans };
    let mut reading = read(&tokens, &source, fragments);
    spans.resolve_fragments(&reading.uses);
    let mut lowered = lower(&reading);
    let mut said = std::mem::take(&mut reading.findings);
    said.append(&mut lowered.findings);
    let place_in_tokens = |origin: Origin| lowered.place(origin).map_or(TokenRange::NOWHERE, |(place, _)| place);
    let place = |origin: Origin| spans.range(place_in_tokens(origin));
    let mut findings = Vec::new();
    // The policy's tests may depend on a statement that could not be read.
    let is_read = !said.iter().any(Diagnostic::is_error);
    let judge = if is_read { Policy::check } else { check::check };
    let today = Today::read();
    let Analysed { policy, diagnostics, made } =
        analyse(&lowered.policy, &lowered.facts, None, today.date(), judge, |policy, hujson| {
            let hovers = ide::is_wanted().then(|| Hovers::new(policy).with_lets(&reading));
            let line = |origin| file_and_line(place(origin).first);
            let (items, names) = items(policy, hujson, &lowered.facts, &place, &line, hovers.as_ref(), &mut findings);
            let ide = hovers.map(|hovers| ide::module(&tokens, &spans, &names, &hovers, policy, &place_in_tokens));
            let tracked = today::track(policy);
            quote! { #ide #items #tracked }
        });
    for diagnostic in diagnostics {
        if is_recovered(&diagnostic, &lowered, &reading.recovered) || lowered.is_broken(diagnostic.origin) {
            continue;
        }
        let (tokens, used) = lowered.place(diagnostic.origin).unzip();
        let used = used.flatten();
        // An item of a `let` that is redundant here may be needed in another use of the `let`.
        if used.is_some() && diagnostic.code == Code::RedundantRule {
            continue;
        }
        let mut finding = diagnostic.map_origins(place_in_tokens);
        if let Some(tokens) = tokens {
            reading.find_variable(tokens, &mut finding);
        }
        said.push(match used {
            Some(used) => finding.note_at(format!("`{}` is used here", used.name), used.place),
            None => finding,
        });
    }
    let said = group_by_cause(in_order_of_source(said), |_| ());
    findings.extend(said.into_iter().map(|finding| spans.finding(finding)));
    findings.extend(today.report(&policy));
    apply_levels(&mut findings, &policy, &place);
    note_elements(&mut findings, &reading.iterations, &spans);
    (made, findings)
}

fn from_files(files: Option<&Files>, findings: &mut Vec<Finding>) -> TokenStream {
    let facts = files.and_then(|files| files.facts.as_ref());
    let text = files.map_or("{}", |files| &files.policy.text);
    let facts_text = facts.map_or("{}", |facts| &facts.text);
    let invariants = files.and_then(|files| files.invariants.as_ref());
    let invariants = invariants.map(|file| invariants_file::parse(&*file.name, &*file.text));
    let place = |origin: Origin| files.map_or_else(SpanRange::call_site, |files| files.place(origin));
    let today = Today::read();
    let Analysed { policy, diagnostics, made } =
        analyse(text, facts_text, invariants, today.date(), Policy::check, |policy, hujson| {
            let lines = files.map(Files::lines);
            let line = |origin| lines.as_ref()?.get(origin);
            let items = items(policy, hujson, facts_text, &place, &line, None, findings).0;
            let tracked = today::track(policy);
            quote! { #items #tracked }
        });
    let diagnostics = group_by_cause(diagnostics, |origin| origin.file);
    findings.extend(diagnostics.into_iter().map(|diagnostic| diagnostic.map_origins(&place)));
    findings.extend(today.report(&policy));
    apply_levels(findings, &policy, &place);
    let tracked = files.into_iter().flat_map(Files::all).map(track);
    quote! { #made #(#tracked)* }
}

/// Returns findings in the order of their tokens, without duplicates: a mistake in a `let` is found
/// at each of its uses.
fn in_order_of_source(mut findings: Vec<policy_syntax::Finding>) -> Vec<policy_syntax::Finding> {
    findings.sort_by_key(|finding| finding.origin.first);
    let mut seen = HashSet::new();
    findings.retain(|finding| {
        let TokenRange { first, last, .. } = finding.origin;
        seen.insert((finding.code, finding.message.clone(), first, last))
    });
    findings
}

/// Makes cargo build the crate again when the file changes. The path is the operator's own token,
/// so rustc also resolves it relative to that Rust file.
fn track(file: &File) -> TokenStream {
    let path = &file.path;
    quote! { const _: &str = ::core::include_str!(#path); }
}

/// Returns whether an undefined name may be declared in a statement that could not be read.
fn is_recovered(diagnostic: &Diagnostic, lowered: &Lowered, recovered: &RecoveredNames) -> bool {
    let undefined = matches!(
        diagnostic.code,
        Code::UndefinedTag | Code::UndefinedGroup | Code::UndefinedHost | Code::UndefinedIpSet | Code::UndefinedPosture
    );
    let name = lowered.slice(diagnostic.origin).filter(|_| undefined);
    name.is_some_and(|text| recovered.may_declare(text.trim_matches('"')))
}

/// Adds notes about the element of a loop to findings inside it.
fn note_elements(findings: &mut [Finding], iterations: &[Iteration], spans: &SpanTable) {
    let get = |number: Option<NonZeroU32>| iterations.get(usize::try_from(number?.get()).ok()?.checked_sub(1)?);
    for finding in findings {
        let mut next = get(finding.origin.iteration);
        while let Some(iteration) = next {
            let origin = Some(spans.range(iteration.place));
            finding.notes.push(Note { message: format!("for {}", iteration.what), origin });
            next = get(iteration.outer);
        }
    }
}

/// Applies the policy's lint levels to warnings that are not about the text.
fn apply_levels(findings: &mut Vec<Finding>, policy: &Policy, place: &dyn Fn(Origin) -> SpanRange) {
    let levels = LintLevels::new(policy);
    findings.retain_mut(|finding| {
        if finding.is_error() {
            return true;
        }
        if let Some(comment) = levels.denies(finding.code, policy.origin) {
            finding.denied = true;
            let message = format!("`{}` is denied here", finding.code);
            finding.notes.push(Note { message, origin: Some(place(comment)) });
        }
        !levels.allows(finding.code, policy.origin)
    });
}

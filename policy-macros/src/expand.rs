use std::num::NonZeroU32;

use policy_core::access::subtraction::Subtraction;
use policy_core::diagnostic::Diagnostic;
use policy_core::model::{Levels, Policy, Sidecar};
use policy_core::source::Origin;
use policy_core::{Code, check};
use proc_macro2::TokenStream;
use quote::quote;

use crate::file::{File, Files};
use crate::finding::Finding;
use crate::fragment::{self, Fragment};
use crate::ide::{self, Cards};
use crate::items::items;
use crate::meaning::{Meaning, meaning};
use crate::names::Names;
use crate::place::Place;
use crate::report::reported;
use crate::syntax::{self, Iteration, Lost};
use crate::write::{Written, declared, written};

/// All of `policy! { … }`: what is wrong with it, and the items, which are there even then, so that
/// nothing else in the crate fails because of it.
pub(crate) fn policy(input: TokenStream) -> TokenStream {
    let fragments = fragment::used(&input);
    if fragments.is_empty() { whole_policy(input, Vec::new()) } else { fragment::chain(&input, fragments) }
}

/// All of `policy! { use … }`, once the fragments are there.
pub(crate) fn policy_of_fragments(input: TokenStream) -> TokenStream {
    let (policy, fragments) = fragment::gathered(input);
    whole_policy(policy, fragments)
}

fn whole_policy(input: TokenStream, fragments: Vec<Fragment>) -> TokenStream {
    let (items, findings) = from_tokens(input, fragments);
    let reports = reported(findings, None);
    quote! { #items #reports }
}

/// All of `policy_fragment! { … }`.
pub(crate) fn policy_fragment(input: TokenStream) -> TokenStream {
    fragment::exported(input).unwrap_or_else(|finding| reported(vec![*finding], None))
}

/// All of `policy_file!("…")`, likewise.
pub(crate) fn policy_file(input: TokenStream) -> TokenStream {
    let mut findings = Vec::new();
    let files = Files::read(input, &mut findings);
    let items = from_files(files.as_ref(), &mut findings);
    let reports = reported(findings, files.as_ref());
    quote! { #items #reports }
}

/// What is wrong with a policy.
#[cfg(test)]
pub(crate) fn findings(input: TokenStream) -> Vec<Finding> {
    from_tokens(input, Vec::new()).1
}

fn from_tokens(input: TokenStream, fragments: Vec<Fragment>) -> (TokenStream, Vec<Finding>) {
    let reading = syntax::read_with(input, fragments);
    let mut findings = reading.findings;
    let mut names = Names::new(&reading.tree, &mut findings);
    let declared = reading.uses_except.then(|| declared(&reading.tree));
    let subtraction = declared.as_ref().map(Subtraction::new);
    names.subtraction = subtraction.as_ref();
    let written = written(&reading.tree, &mut names, &mut findings);
    Names::report_unused(&written.unused, &mut findings);
    let place = |origin: Origin| written.map.place(origin).map_or_else(Place::call_site, |(place, _)| place);
    // A statement that could not be read may be what the policy's tests rest on.
    let is_read = !findings.iter().any(Finding::is_error);
    let judge = if is_read { policy_core::findings } else { check::check };
    let Meaning { policy, diagnostics, made } =
        meaning(&written.policy, &written.facts, None, judge, |policy, hujson| {
            let cards = ide::is_wanted().then(|| Cards::new(policy, &reading.tree));
            let items = items(policy, hujson, &written.facts, &place, cards.as_ref(), &mut findings);
            let ide = cards.map(|cards| ide::module(&reading.tokens, &items, &cards));
            let items = items.tokens;
            quote! { #ide #items }
        });
    for diagnostic in diagnostics {
        if is_lost(&diagnostic, &written, &reading.lost) || written.is_broken(diagnostic.origin) {
            continue;
        }
        let used = written.map.place(diagnostic.origin).and_then(|(_, used)| used);
        // An item of a `let` that adds nothing here may be needed where else the `let` is used.
        if used.is_some() && diagnostic.code == Code::RedundantRule {
            continue;
        }
        let finding = brought_back(diagnostic, &place);
        findings.push(match used {
            Some(used) => finding.note_at(format!("`{}` is used here", used.name), used.place),
            None => finding,
        });
    }
    level(&mut findings, &policy, &place);
    tell_elements(&mut findings, &reading.iterations);
    (made, findings)
}

fn from_files(files: Option<&Files>, findings: &mut Vec<Finding>) -> TokenStream {
    let facts = files.and_then(|files| files.facts.as_ref());
    let text = files.map_or("{}", |files| &files.policy.text);
    let facts_text = facts.map_or("{}", |facts| &facts.text);
    let invariants = files.and_then(|files| files.invariants.as_ref());
    let invariants =
        invariants.map(|file| Sidecar { name: file.name.clone(), text: file.text.clone(), base: file.base });
    let place = |origin: Origin| files.map_or_else(Place::call_site, |files| files.place(origin));
    let Meaning { policy, diagnostics, made } =
        meaning(text, facts_text, invariants, policy_core::findings, |policy, hujson| {
            items(policy, hujson, facts_text, &place, None, findings).tokens
        });
    findings.extend(diagnostics.into_iter().map(|diagnostic| brought_back(diagnostic, &place)));
    level(findings, &policy, &place);
    let tracked = files.into_iter().flat_map(Files::all).map(tracked);
    quote! { #made #(#tracked)* }
}

/// Makes cargo build the crate anew when the file changes. The path is the operator's own token, so rustc
/// looks for it beside the same Rust file as we do.
fn tracked(file: &File) -> TokenStream {
    let path = &file.path;
    quote! { const _: &str = ::core::include_str!(#path); }
}

/// Whether a name is called undefined that may be declared in a statement that could not be read.
fn is_lost(diagnostic: &Diagnostic, written: &Written, lost: &Lost) -> bool {
    let undefined = matches!(
        diagnostic.code,
        Code::UndefinedTag | Code::UndefinedGroup | Code::UndefinedHost | Code::UndefinedIpSet | Code::UndefinedPosture
    );
    undefined && written.slice(diagnostic.origin).is_some_and(|text| lost.may_be(text.trim_matches('"')))
}

/// Says of what is found in a loop for which of its elements that is so.
fn tell_elements(findings: &mut [Finding], iterations: &[Iteration]) {
    let of = |number: Option<NonZeroU32>| iterations.get(usize::try_from(number?.get()).ok()?.checked_sub(1)?);
    for finding in findings {
        let mut next = of(finding.place.iteration);
        while let Some(iteration) = next {
            finding.notes.push((format!("for {}", iteration.what), Some(iteration.place)));
            next = of(iteration.outer);
        }
    }
}

/// Gives the warnings that are not about the text the level that they have in all of the policy.
fn level(findings: &mut Vec<Finding>, policy: &Policy, place: &dyn Fn(Origin) -> Place) {
    let levels = Levels::new(policy);
    findings.retain_mut(|finding| {
        if finding.is_error() {
            return true;
        }
        if let Some(comment) = levels.denies(finding.code, policy.origin) {
            finding.denied = true;
            finding.notes.push((format!("`{}` is denied here", finding.code), Some(place(comment))));
        }
        !levels.allows(finding.code, policy.origin)
    });
}

/// A finding about the text as one about where the text came from.
fn brought_back(diagnostic: Diagnostic, place: &dyn Fn(Origin) -> Place) -> Finding {
    let mut finding = Finding::new(diagnostic.code, place(diagnostic.origin), diagnostic.message);
    finding.notes = diagnostic.notes.into_iter().map(|note| (note.message, note.origin.map(place))).collect();
    finding.help = diagnostic.help;
    finding.denied = diagnostic.denied;
    finding
}

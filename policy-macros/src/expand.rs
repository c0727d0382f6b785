use policy_core::diagnostic::Diagnostic;
use policy_core::hujson::{self, Document};
use policy_core::model::{Facts, Origin, Policy};
use policy_core::{Code, check};
use proc_macro2::TokenStream;

use crate::finding::Finding;
use crate::items::items;
use crate::names::Names;
use crate::place::Place;
use crate::report::reported;
use crate::syntax;
use crate::write::{Written, written};

/// All of `policy! { … }`: what is wrong with it, and the items, which are there even then, so that
/// nothing else in the crate fails because of it.
pub(crate) fn policy(input: TokenStream) -> TokenStream {
    let (items, findings) = expanded(input);
    let reports = reported(findings);
    quote::quote! { #items #reports }
}

/// What is wrong with a policy.
#[cfg(test)]
pub(crate) fn findings(input: TokenStream) -> Vec<Finding> {
    expanded(input).1
}

fn expanded(input: TokenStream) -> (TokenStream, Vec<Finding>) {
    let reading = syntax::read(input);
    let mut findings = reading.findings;
    let mut names = Names::new(&reading.tree, &mut findings);
    let written = written(&reading.tree, &mut names, &mut findings);
    let (policy, formatted) = match read(&written) {
        Ok(read) => read,
        Err(error) => {
            findings.push(Finding::new(Code::Syntax, Place::call_site(), error));
            (Policy::default(), String::from("{}\n"))
        }
    };
    let place = |origin: Origin| written.map.place(origin).map_or_else(Place::call_site, |(place, _)| place);
    for diagnostic in check::check(&policy) {
        if !is_lost(&diagnostic, &written, &reading.lost) && !written.is_broken(diagnostic.origin) {
            findings.push(brought_back(diagnostic, &written, &place));
        }
    }
    let items = items(&policy, &formatted, &written.facts, &place, &mut findings);
    (items, findings)
}

/// The model of what was written, and its text as Tailscale formats it.
fn read(written: &Written) -> Result<(Policy, String), String> {
    let document = Document::parse(written.policy.as_str(), 0).map_err(|error| error.to_string())?;
    let mut policy = hujson::read(&document);
    let (facts, unreadable) = Facts::parse(&written.facts, written.facts_base);
    policy.facts = facts;
    policy.unreadable.extend(unreadable);
    Ok((policy, document.format()))
}

/// Whether a name is called undefined that may be declared in a statement that could not be read.
fn is_lost(diagnostic: &Diagnostic, written: &Written, lost: &std::collections::HashSet<String>) -> bool {
    let undefined = matches!(
        diagnostic.code,
        Code::UndefinedTag | Code::UndefinedGroup | Code::UndefinedHost | Code::UndefinedIpSet | Code::UndefinedPosture
    );
    undefined && written.slice(diagnostic.origin).is_some_and(|text| lost.contains(text.trim_matches('"')))
}

/// A finding about the text as one about the tokens.
fn brought_back(diagnostic: Diagnostic, written: &Written, place: &dyn Fn(Origin) -> Place) -> Finding {
    let mut finding = Finding::new(diagnostic.code, place(diagnostic.origin), diagnostic.message);
    for note in diagnostic.notes {
        finding.notes.push((note.message, note.origin.map(place)));
    }
    if let Some((_, Some(used))) = written.map.place(diagnostic.origin) {
        finding = finding.note_at(format!("`{}` is used here", used.name), used.place);
    }
    finding.help = diagnostic.help;
    finding
}

//! Reports findings through rustc: errors as `compile_error!`, warnings as uses of a deprecated
//! macro.

use std::collections::HashSet;

use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};

use crate::excerpt::Excerpt;
use crate::file::Files;
use crate::rust_files::RustFiles;
use crate::span_range::{Finding, SpanRange, knows_positions};

/// The maximum number of findings, more than anyone reads at once.
const SHOWN: usize = 100;

/// Returns items that make rustc show all findings. `files` are those that places may be in.
pub(crate) fn report(findings: Vec<Finding>, files: Option<&Files>) -> TokenStream {
    let (mut errors, mut warnings): (Vec<Finding>, Vec<Finding>) =
        in_order(findings).into_iter().partition(Finding::is_error);
    // As with rustc's lints, warnings wait until there are no errors, unless they explain why a
    // test fails.
    if !errors.is_empty() {
        warnings.retain(|warning| errors.iter().any(|error| error.is_explained_by(warning, SpanRange::contains)));
    }
    let more = errors.len().saturating_sub(SHOWN);
    errors.truncate(SHOWN);
    warnings.truncate(SHOWN);
    let mut sources = Sources { files, rust: RustFiles::default() };
    let mut tokens: TokenStream =
        errors.iter().map(|error| compile_error(error.origin, &sources.text(error))).collect();
    if more > 0 {
        tokens.extend(compile_error(SpanRange::call_site(), &format!("and {more} more errors like these")));
    }
    tokens.extend(warnings.iter().map(|finding| warning(finding, &sources.text(finding))));
    tokens
}

/// Sorts findings by place and removes duplicates. A mistake in a `let` is found at each of its
/// uses.
fn in_order(findings: Vec<Finding>) -> Vec<Finding> {
    let mut seen = HashSet::new();
    let mut findings: Vec<Finding> = findings
        .into_iter()
        // On stable Rust, only their texts distinguish two spans.
        .filter(|finding| {
            seen.insert((finding.message.clone(), format!("{:?}", finding.origin.first), finding.origin.in_file))
        })
        .collect();
    if knows_positions() {
        findings.sort_by_cached_key(|finding| {
            let span = finding.origin.first.unwrap();
            (span.file(), span.line(), span.column(), finding.origin.in_file)
        });
    }
    findings
}

/// Makes `::core::compile_error! { "…" }`, underlined from the first to the last token of `place`.
fn compile_error(place: SpanRange, message: &str) -> TokenStream {
    let mut text = Literal::string(message);
    text.set_span(place.last);
    let mut body = Group::new(Delimiter::Brace, TokenTree::from(text).into());
    body.set_span(place.last);
    let SpanRange { first, last, .. } = place;
    let colons = || [punct(':', Spacing::Joint, first), punct(':', Spacing::Alone, first)];
    let mut tokens = TokenStream::new();
    tokens.extend(colons());
    tokens.extend([TokenTree::from(Ident::new("core", first))]);
    tokens.extend(colons());
    tokens.extend([TokenTree::from(Ident::new("compile_error", last)), punct('!', Spacing::Alone, last), body.into()]);
    tokens
}

fn punct(char: char, spacing: Spacing, span: Span) -> TokenTree {
    let mut punct = Punct::new(char, spacing);
    punct.set_span(span);
    punct.into()
}

/// Makes a warning. On stable Rust, macros cannot give warnings. The use of a deprecated item is
/// the only lint with free text.
fn warning(finding: &Finding, message: &str) -> TokenStream {
    let SpanRange { first, last, .. } = finding.origin;
    let name = Ident::new(&finding.code.name().replace('-', "_"), last);
    let module = Ident::new("policy", first);
    let call = quote_spanned! { last => ::#name! {} };
    quote! {
        const _: () = {
            #[allow(deprecated, unused_imports)]
            mod policy {
                #[deprecated(note = #message)]
                macro_rules! #name { () => {} }
                pub(super) use #name;
            }
            #module #call
        };
    }
}

/// The source files that messages quote.
struct Sources<'f> {
    files: Option<&'f Files>,
    rust: RustFiles,
}

impl Sources<'_> {
    /// Returns the message with its notes, its help and its code, in the form that rustc indents.
    /// The code of a warning is the name of the item that rustc says is used.
    fn text(&mut self, finding: &Finding) -> String {
        let mut text = finding.message.clone();
        if finding.is_error() {
            text.push_str(&format!(" [{}]", finding.code));
        }
        // rustc shows the tokens itself.
        if finding.origin.in_file.is_some() {
            text.extend(self.excerpt(finding.origin, '^'));
        }
        for note in &finding.notes {
            text.push_str("\nnote: ");
            text.push_str(&note.message);
            text.extend(note.origin.and_then(|place| self.excerpt(place, '-')));
        }
        if let Some(help) = &finding.help {
            text.push_str("\nhelp: ");
            text.push_str(help);
        }
        text
    }

    fn excerpt(&mut self, place: SpanRange, underline: char) -> Option<String> {
        if let Some(part) = place.in_file {
            return Some(self.files?.excerpt(part).drawn(underline));
        }
        if !knows_positions() {
            return None;
        }
        let (first, last) = (place.first.unwrap(), place.last.unwrap());
        let source = self.rust.lines(first.local_file()?).get(first.line().checked_sub(1)?)?;
        let end = if last.end().line() == first.line() { last.end().column() } else { usize::MAX };
        let excerpt = Excerpt { path: &first.file(), line: first.line(), source, column: first.column(), end };
        Some(excerpt.drawn(underline))
    }
}

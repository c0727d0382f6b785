//! Failures of tests on headscale, in our words and in headscale's.

use crate::diagnostic::go_quote;
use crate::model::{Selector, SelectorKind};
use crate::testing::headscale::addresses::Unresolved;

/// A reason that a test fails on headscale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeadscaleFailure {
    /// The failure, in our words.
    pub message: String,
    /// The fix.
    pub help: String,
    /// The failure, in headscale's words.
    pub answer: String,
    /// True if it fails whatever devices exist.
    pub(super) is_certain: bool,
    /// The part of the test that is wrong.
    pub scope: FailureScope,
}

/// A part of a test that makes it fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureScope {
    /// Its source, whatever the destination.
    Source,
    /// A destination, whatever the account.
    Destination,
    /// A target, or an account on a destination.
    Target,
}

impl HeadscaleFailure {
    pub(super) fn of_source(source: &Selector, place: &str, unresolved: Unresolved) -> Self {
        let Unresolved { message, answer, help, is_certain } = unresolved;
        let answer = match answer.strip_prefix("user not found") {
            Some(_) => format!("resolving: {answer}"),
            None => answer,
        };
        let answer = format!("{place}: failed to resolve source {}: {answer}", go_quote(&source.text));
        HeadscaleFailure { message, help, answer, is_certain, scope: FailureScope::Source }
    }

    /// Returns a selector as in headscale's messages about SSH tests, which write addresses as
    /// prefixes.
    pub(super) fn label(selector: &Selector) -> String {
        match selector.kind {
            SelectorKind::Address(address) => format!("{address}/{}", if address.is_ipv4() { 32 } else { 128 }),
            SelectorKind::Prefix(prefix) => prefix.to_string(),
            _ => selector.text.to_string(),
        }
    }

    pub(super) fn of_empty_source(source: &Selector, place: &str) -> Self {
        let answer = format!("{place}: source {} resolved to no IP addresses", go_quote(&source.text));
        HeadscaleFailure { scope: FailureScope::Source, ..HeadscaleFailure::of_no_device(source, answer) }
    }

    pub(super) fn of_destination(destination: &Selector, place: &str, before: &str, unresolved: Unresolved) -> Self {
        let Unresolved { message, answer, help, is_certain } = unresolved;
        let answer = format!("{place}: {before}{}", answer.trim_start_matches("resolving: "));
        let message = format!("this test fails on `{}`: {message}", destination.text);
        HeadscaleFailure { message, help, answer, is_certain, scope: FailureScope::Destination }
    }

    pub(super) fn of_no_device(selector: &Selector, answer: String) -> Self {
        HeadscaleFailure {
            message: format!("headscale has no device that is `{}`, and tests only what is there", selector.text),
            help: "leave the test out until there is one".to_owned(),
            answer,
            is_certain: false,
            scope: FailureScope::Destination,
        }
    }
}

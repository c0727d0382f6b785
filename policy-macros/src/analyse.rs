//! Analysis of a policy's text. Formatting takes as long as checking, and rustc has nothing else to
//! do meanwhile, so each runs in its own thread.

use std::thread::{self, Scope};

use policy_core::diagnostic::Diagnostic;
use policy_core::hujson::Document;
use policy_core::model::{Date, InvariantsFile, Policy};

/// A policy, with its findings and the product of `make`.
pub(crate) struct Analysed<T> {
    /// The policy. It is empty if the text is not a policy.
    pub(crate) policy: Policy,
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) made: T,
}

/// Reads a policy with its facts and its file of invariants. `judge` returns the findings, while
/// `make` produces a value from the policy and its formatted text. End dates are compared with
/// `today`. Only `make` may call the compiler.
pub(crate) fn analyse<T>(
    text: &str,
    facts: &str,
    invariants: Option<InvariantsFile>,
    today: Option<Date>,
    judge: fn(&Policy) -> Vec<Diagnostic>,
    make: impl FnOnce(&Policy, &str) -> T,
) -> Analysed<T> {
    let document = Document::parse(text).ok();
    let document = document.as_ref();
    let format = || document.map_or_else(|| "{}\n".to_owned(), Document::format);
    thread::scope(|scope| {
        let formatted = start(scope, format);
        let policy =
            document.map_or_else(|| Policy::with_facts(text, facts), |document| Policy::of_document(document, facts));
        let policy = match invariants {
            Some(file) => policy.with_invariants(file),
            None => policy,
        };
        let policy = Policy { today, ..policy };
        let (diagnostics, made) = thread::scope(|scope| {
            let judged = start(scope, || judge(&policy));
            let made = make(&policy, &formatted());
            (judged(), made)
        });
        Analysed { policy, diagnostics, made }
    })
}

/// Starts some work, and returns a function that waits for it. If no thread can be started, that
/// function does the work.
fn start<'s, T: Send + 's>(
    scope: &'s Scope<'s, '_>,
    work: impl Fn() -> T + Copy + Send + 's,
) -> impl FnOnce() -> T + 's {
    let thread = thread::Builder::new().spawn_scoped(scope, work).ok();
    move || thread.and_then(|thread| thread.join().ok()).unwrap_or_else(work)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_not_a_policy_gives_an_empty_one() {
        let analysed = analyse("{", "{}", None, None, Policy::check, |policy, hujson| {
            assert!(policy.grants.is_none());
            hujson.to_owned()
        });
        assert_eq!((analysed.made.as_str(), analysed.diagnostics.len()), ("{}\n", 1));
    }
}

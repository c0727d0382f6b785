//! What the text of a policy means. To format it takes as long as to judge it, and rustc does nothing meanwhile, so
//! each has a thread.

use std::thread::{self, Scope};

use policy_core::diagnostic::Diagnostic;
use policy_core::hujson::Document;
use policy_core::model::{Policy, Sidecar};

/// What a text means.
pub(crate) struct Meaning<T> {
    /// An empty one if the text is none.
    pub(crate) policy: Policy,
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) made: T,
}

/// The policy that a text, its facts and the invariants beside it are, with what `judge` says of it, and what `make`
/// makes of it and of the text as Tailscale formats it. The compiler answers `make` alone.
pub(crate) fn meaning<T>(
    text: &str,
    facts: &str,
    invariants: Option<Sidecar>,
    judge: fn(&Policy) -> Vec<Diagnostic>,
    make: impl FnOnce(&Policy, &str) -> T,
) -> Meaning<T> {
    let document = Document::parse(text, 0).ok();
    let document = document.as_ref();
    let format = || document.map_or_else(|| "{}\n".to_owned(), Document::format);
    thread::scope(|scope| {
        let formatted = started(scope, format);
        let policy =
            document.map_or_else(|| Policy::with_facts(text, facts), |document| Policy::of_document(document, facts));
        let policy = match invariants {
            Some(invariants) => policy.with_invariants(invariants),
            None => policy,
        };
        let (diagnostics, made) = thread::scope(|scope| {
            let judged = started(scope, || judge(&policy));
            let made = make(&policy, &formatted());
            (judged(), made)
        });
        Meaning { policy, diagnostics, made }
    })
}

/// Starts some work, and gives what waits for it. Where there is no thread to have, the work is done then.
fn started<'s, T: Send + 's>(
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
    fn what_is_no_policy_means_an_empty_one() {
        let meaning = meaning("{", "{}", None, policy_core::findings, |policy, hujson| {
            assert!(policy.grants.is_none());
            hujson.to_owned()
        });
        assert_eq!((meaning.made.as_str(), meaning.diagnostics.len()), ("{}\n", 1));
    }
}

//! Warnings with one cause, reported once.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;

use crate::diagnostic::{Code, Diagnostic, Note, Severity};

/// The maximum number of other places that become notes.
const SHOWN: usize = 3;

/// The common properties of warnings with one cause.
///
/// The first word in backticks is the name that a message is about. Only this name may differ.
/// Warnings stay separate if their `help` or their second places differ.
#[derive(PartialEq, Eq, Hash)]
struct Cause<P, F> {
    file: F,
    code: Code,
    denied: bool,
    /// The message, the help and the notes, without that name.
    texts: Vec<String>,
    /// The places of the notes.
    places: Vec<Option<P>>,
}

impl<P: Copy, F> Cause<P, F> {
    fn new(finding: &Diagnostic<P>, file: F) -> Self {
        let name = finding.message.split('`').nth(1).map(|name| format!("`{name}`")).unwrap_or_default();
        let without_name = |text: &str| if name.is_empty() { text.to_owned() } else { text.replace(&name, "``") };
        let notes = finding.notes.iter().map(|note| note.message.as_str());
        let texts = std::iter::once(finding.message.as_str()).chain(finding.help.as_deref()).chain(notes);
        Cause {
            file,
            code: finding.code,
            denied: finding.denied,
            texts: texts.map(without_name).collect(),
            places: finding.notes.iter().map(|note| note.origin).collect(),
        }
    }
}

/// Reports warnings with one cause once, at the first place. The other places are in
/// [`Diagnostic::also`], and the first few are also notes. Errors stay separate, because each one
/// is a separate mistake.
///
/// Call this last, after allowed warnings have been removed. `file` returns the text that a place
/// is in. Warnings about different texts stay separate.
///
/// ```
/// use policy_core::Policy;
/// use policy_core::diagnostic::group_by_cause;
///
/// let policy = Policy::parse(r#"{"tagOwners": {"tag:a": [], "tag:b": [], "tag:c": []}, "grants": []}"#);
/// let findings = group_by_cause(policy.check(), |origin| origin.file);
/// assert_eq!(findings.len(), 1);
/// assert_eq!(findings[0].message, "nothing uses `tag:a` (and 2 more)");
/// assert_eq!(findings[0].also[1].message, "nothing uses `tag:c`");
/// ```
pub fn group_by_cause<P: Copy + Eq + Hash, F: Eq + Hash>(
    findings: Vec<Diagnostic<P>>,
    file: impl Fn(P) -> F,
) -> Vec<Diagnostic<P>> {
    let mut known: HashMap<Cause<P, F>, usize> = HashMap::new();
    let mut grouped: Vec<Diagnostic<P>> = Vec::with_capacity(findings.len());
    for finding in findings {
        if finding.code.severity() == Severity::Warning {
            match known.entry(Cause::new(&finding, file(finding.origin))) {
                Entry::Vacant(place) => drop(place.insert(grouped.len())),
                Entry::Occupied(place) => {
                    if let Some(first) = grouped.get_mut(*place.get()) {
                        first.also.push(Note { message: finding.message, origin: Some(finding.origin) });
                    }
                    continue;
                }
            }
        }
        grouped.push(finding);
    }
    grouped.iter_mut().filter(|finding| !finding.also.is_empty()).for_each(count_others);
    grouped
}

/// Adds the number of other places to the message, and adds notes for the first few.
fn count_others<P: Copy>(finding: &mut Diagnostic<P>) {
    let note = |other: &Note<P>| {
        let is_same = other.message == finding.message;
        let message = if is_same { "the same is true here".to_owned() } else { other.message.clone() };
        Note { message, origin: other.origin }
    };
    let mut notes: Vec<Note<P>> = finding.also.iter().take(SHOWN).map(note).collect();
    if let Some(more) = finding.also.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        notes.push(Note { message: format!("and {more} more"), origin: None });
    }
    finding.notes.extend(notes);
    finding.message = format!("{} (and {} more)", finding.message, finding.also.len());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Policy;
    use crate::source::Origin;

    /// A message, and the messages of its notes.
    type Said = (&'static str, &'static [&'static str]);

    /// Returns the messages of a policy's warnings, each with the messages of its notes.
    fn grouped(text: &str) -> Vec<(String, Vec<String>)> {
        let findings = group_by_cause(Policy::parse(text).check(), |origin| origin.file);
        let notes = |finding: &Diagnostic| finding.notes.iter().map(|note| note.message.clone()).collect();
        findings.iter().map(|finding| (finding.message.clone(), notes(finding))).collect()
    }

    #[test]
    fn one_cause_is_one_warning() {
        let cases: &[(&str, &[Said])] = &[
            // A single warning does not change.
            (r#"{"tagOwners": {"tag:a": []}, "grants": []}"#, &[("nothing uses `tag:a`", &[])]),
            (
                r#"{"tagOwners": {"tag:a": [], "tag:b": []}, "grants": []}"#,
                &[("nothing uses `tag:a` (and 1 more)", &["nothing uses `tag:b`"])],
            ),
            // Only the first few become notes.
            (
                r#"{"tagOwners": {"tag:a": [], "tag:b": [], "tag:c": [], "tag:d": [], "tag:e": [], "tag:f": []}, "grants": []}"#,
                &[(
                    "nothing uses `tag:a` (and 5 more)",
                    &["nothing uses `tag:b`", "nothing uses `tag:c`", "nothing uses `tag:d`", "and 2 more"],
                )],
            ),
            // Warnings with different codes stay separate.
            (
                r#"{"tagOwners": {"tag:a": []}, "groups": {"group:a": [], "group:b": []}, "grants": []}"#,
                &[("nothing uses `tag:a`", &[]), ("nothing uses `group:a` (and 1 more)", &["nothing uses `group:b`"])],
            ),
            // Allowed warnings are not counted.
            (
                "{\"tagOwners\": {\"tag:a\": [],\n// policy: allow(unused-tag) later\n\"tag:b\": [],\n\"tag:c\": []}, \"grants\": []}",
                &[("nothing uses `tag:a` (and 1 more)", &["nothing uses `tag:c`"])],
            ),
            // A denied warning is an error, but is also grouped.
            (
                "// policy: deny(unused-tag)\n{\"tagOwners\": {\"tag:a\": [], \"tag:b\": []}, \"grants\": []}",
                &[("nothing uses `tag:a` (and 1 more)", &["`unused-tag` is denied here", "nothing uses `tag:b`"])],
            ),
            // Several rules are covered by one that allows everything.
            (
                r#"{"tagOwners": {"tag:a": []}, "grants": [
                    {"src": ["*"], "dst": ["*"], "ip": ["*"]},
                    {"src": ["tag:a"], "dst": ["*"], "ip": ["22"]},
                    {"src": ["*"], "dst": ["tag:a"], "ip": ["80"]}]}"#,
                &[
                    ("this grant lets every device reach every other one, on all ports", &[]),
                    (
                        "this grant allows nothing that other rules do not (and 1 more)",
                        &["this rule allows all of it", "the same is true here"],
                    ),
                ],
            ),
            // One tag leads to several others.
            (
                r#"{"tagOwners": {"tag:ci": [], "tag:k8s": ["tag:ci"], "tag:a": ["tag:k8s"], "tag:b": ["tag:k8s"]}, "grants": [
                    {"src": ["tag:ci"], "dst": ["tag:a", "tag:b"], "ip": ["22"]}]}"#,
                &[(
                    "`tag:a` is not owned by `tag:ci`, which can take it by way of `tag:k8s` (and 1 more)",
                    &[
                        "`tag:ci` can take `tag:k8s`",
                        "`tag:b` is not owned by `tag:ci`, which can take it by way of `tag:k8s`",
                    ],
                )],
            ),
            // The two places need different help.
            (
                r#"{"hosts": {"a": "10.0.0.1/8", "b": "10.1.0.1/16"}, "grants": [{"src": ["a"], "dst": ["b"], "ip": ["22"]}]}"#,
                &[
                    ("`10.0.0.1/8` is all addresses from 10.0.0.0 to 10.255.255.255", &[]),
                    ("`10.1.0.1/16` is all addresses from 10.1.0.0 to 10.1.255.255", &[]),
                ],
            ),
            // Errors stay separate.
            (
                r#"{"grants": [{"src": ["tag:a"], "dst": ["tag:b"], "ip": ["22"]}]}"#,
                &[("undefined tag `tag:a`", &[]), ("undefined tag `tag:b`", &[])],
            ),
        ];
        for (text, expected) in cases {
            let found = grouped(text);
            let found: Vec<(&str, Vec<&str>)> = found
                .iter()
                .map(|(message, notes)| (message.as_str(), notes.iter().map(String::as_str).collect()))
                .collect();
            let expected: Vec<(&str, Vec<&str>)> =
                expected.iter().map(|(message, notes)| (*message, notes.to_vec())).collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn no_warning_is_about_two_texts() {
        let at = |origin: Origin| Diagnostic::new(Code::UnusedTag, origin, "nothing uses `x`");
        let other = Origin::new(0, 1).in_file(crate::source::FileId::Invariants);
        let found =
            group_by_cause(vec![at(Origin::new(0, 1)), at(Origin::new(2, 3)), at(other)], |origin: Origin| origin.file);
        assert_eq!(found.iter().map(|finding| finding.also.len()).collect::<Vec<_>>(), [1, 0]);
    }
}

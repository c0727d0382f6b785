//! The invariants of a file beside the policy. Their statements are those of `policy!`, so they are taken as they are.

use policy_core::model::{Facts, InvariantsFile, Origin};

use super::word::{is_bare, is_named, quoted};

/// The text of the file, with quotes around the names that Rust could not read.
pub(super) fn statements(facts: &Facts) -> Option<String> {
    let InvariantsFile { text, base, .. } = facts.invariants_file.as_ref()?;
    let at = |position: u32| usize::try_from(position.saturating_sub(*base)).unwrap_or(usize::MAX);
    let written = |origin: Origin| text.get(at(origin.start)..at(origin.end)).unwrap_or_default();
    let selectors = facts.invariants.iter().flat_map(|invariant| invariant.selectors());
    let mut names: Vec<_> = selectors
        .map(|selector| &selector.text)
        .filter(|name| !name.starts_with('*') && !written(name.origin).starts_with('"'))
        .filter(|name| !is_named(name) && !is_bare(name))
        .collect();
    names.sort_by_key(|name| name.origin);
    let (mut statements, mut done) = (String::with_capacity(text.len()), 0);
    for name in names {
        statements.push_str(text.get(done..at(name.origin.start)).unwrap_or_default());
        statements.push_str(&quoted(name));
        done = at(name.origin.end);
    }
    statements.push_str(text.get(done..).unwrap_or_default());
    Some(statements.trim_start_matches('\u{feff}').to_owned())
}

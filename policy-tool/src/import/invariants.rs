//! The invariants of a file beside the policy. Their syntax is that of `policy!`, so they are
//! copied.

use policy_core::model::{Facts, InvariantsFile};

use policy_cli::tool::text::{TextEdits, without_byte_order_mark};
use policy_cli::tool::words::{is_bare, is_named, quoted};

/// Returns the text of the file. Names that Rust cannot read get quotes.
pub(super) fn statements(facts: &Facts) -> Option<String> {
    let InvariantsFile { text, .. } = facts.invariants_file.as_ref()?;
    let mut edits = TextEdits::default();
    for selector in facts.invariants.iter().flat_map(|invariant| invariant.selectors()) {
        let name = &selector.text;
        let range = name.origin.range();
        let is_quoted = text.get(range.clone()).is_some_and(|source| source.starts_with('"'));
        if !name.starts_with('*') && !is_quoted && !is_named(name) && !is_bare(name) {
            edits.replace(range, &quoted(name));
        }
    }
    Some(without_byte_order_mark(&edits.apply(text)).to_owned())
}

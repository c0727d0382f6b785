//! Changes of a text.

use std::ops::Range;

use policy_core::Code;
use policy_core::hujson::Document;
use policy_syntax::{invariants_file, layout};

/// A change of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The bytes that it replaces.
    pub range: Range<usize>,
    /// The text in their place.
    pub text: String,
}

/// Returns the change that formats a policy file as Tailscale does. `None` if the text is formatted
/// already, or is not HuJSON.
///
/// ```
/// use policy_ide::format;
/// let edit = format("{\"grants\":[]}\n").unwrap();
/// assert_eq!((edit.range, edit.text.as_str()), (10..10, " "));
/// assert_eq!(format("{\"grants\": [}"), None);
/// ```
pub fn format(text: &str) -> Option<Edit> {
    difference(text, Document::parse(text).ok()?.try_format()?)
}

/// Returns the change that formats a file of invariants. `None` if the text is formatted already,
/// or has mistakes of syntax.
pub fn format_invariants(text: &str) -> Option<Edit> {
    let unreadable = invariants_file::parse("", text).unreadable;
    if unreadable.iter().any(|finding| finding.code == Code::Syntax) {
        return None;
    }
    difference(text, layout::format_invariants(text).ok()?)
}

/// Returns the change from one text to another, without the parts that are the same at both ends.
fn difference(old: &str, new: String) -> Option<Edit> {
    if old == new {
        return None;
    }
    let same = |pair: &(u8, u8)| pair.0 == pair.1;
    let mut start = old.bytes().zip(new.bytes()).take_while(same).count();
    while !old.is_char_boundary(start) || !new.is_char_boundary(start) {
        start -= 1;
    }
    let longest = old.len().min(new.len()) - start;
    let mut end = old.bytes().rev().zip(new.bytes().rev()).take(longest).take_while(same).count();
    while !old.is_char_boundary(old.len() - end) || !new.is_char_boundary(new.len() - end) {
        end -= 1;
    }
    let text = new.get(start..new.len() - end).unwrap_or_default().to_owned();
    Some(Edit { range: start..old.len() - end, text })
}

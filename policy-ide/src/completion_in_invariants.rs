//! The words that can be written at a place of a file of invariants.

use std::ops::Range;

use policy_core::model::SelectorContext;
use policy_core::vocabulary::invariants::DESCRIPTIONS;

use crate::completion::{Completion, CompletionKind, Writer};
use crate::cursor::{Cursor, CursorWord};
use crate::edit::Edit;
use crate::name::NameKind;
use crate::snapshot::Snapshot;

/// The words that begin a statement.
const STATEMENTS: [&str; 3] = ["never", "only", "isolated"];

/// The words and signs between operands.
const CONNECTORS: [&str; 4] = ["->", "on", "except", "and"];

/// Returns the words that can be written at a byte of a file of invariants. The names are those of its
/// policy.
///
/// ```
/// use policy_core::Policy;
/// use policy_ide::{Snapshot, completions_in_invariants};
/// let policy = Snapshot::new(r#"{"tagOwners": {"tag:web": []}}"#, Policy::parse);
/// let text = "never tag:w";
/// let found = completions_in_invariants(&policy, text, text.len());
/// let tag = found.iter().find(|found| found.label == "tag:web").unwrap();
/// assert_eq!((&text[tag.edit.range.clone()], &*tag.edit.text), ("tag:w", "tag:web"));
/// ```
pub fn completions_in_invariants(snapshot: &Snapshot, text: &str, at: usize) -> Vec<Completion> {
    let Some((before, after)) = text.split_at_checked(at) else { return Vec::new() };
    let Some(statement) = statement(before) else { return Vec::new() };
    let start = at - (before.len() - before.trim_end_matches(is_part_of_word).len());
    let end = at + (after.len() - after.trim_start_matches(is_part_of_word).len());
    let written = before.get(start..).unwrap_or_default();
    let earlier = statement.get(..statement.len() - written.len()).unwrap_or_default();
    let is_quoted = earlier.ends_with('"');
    let mut words = earlier.trim_end_matches('"').split_whitespace();
    let last = words.next_back();
    let plain = |words: &[&'static str]| words.iter().map(|word| plain(word, start..end)).collect();
    match last {
        None => plain(&STATEMENTS),
        Some(last) if last.ends_with(',') || STATEMENTS.contains(&last) || CONNECTORS.contains(&last) => {
            if last == "on" || is_in_ports(earlier) {
                return Vec::new();
            }
            let context = if earlier.contains("->") { SelectorContext::GrantDst } else { SelectorContext::Src };
            let word = CursorWord {
                range: start..end,
                before: written.to_owned(),
                is_quoted: true,
                is_closed: true,
                has_colon: true,
            };
            let cursor = Cursor { around: Vec::new(), is_name: false, word };
            let mut writer = Writer::new(&cursor, snapshot);
            writer.selectors(context, "");
            let mut found = writer.into_found();
            for item in &mut found {
                // A login has quotes. The other names are written as they are.
                if item.kind == CompletionKind::Name(NameKind::User) && !is_quoted {
                    item.edit.text = format!("\"{}\"", item.label);
                }
            }
            found.retain(|item| !is_quoted || item.kind == CompletionKind::Name(NameKind::User));
            found
        }
        Some(_) if is_quoted => Vec::new(),
        Some(_) => plain(&CONNECTORS),
    }
}

/// Returns the statement that a text ends in, without comments. `None` in a comment.
fn statement(before: &str) -> Option<String> {
    let line = before.rsplit('\n').next().unwrap_or_default();
    if line.contains("//") {
        return None;
    }
    let lines: Vec<&str> = before.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
    let mut text = lines.join("\n");
    if before.ends_with('\n') {
        text.push('\n');
    }
    let start = text.rfind([';', '{', '}']).map_or(0, |end| end + 1);
    Some(text.get(start..)?.trim_start().to_owned())
}

/// Returns whether the last list of a statement is one of ports.
fn is_in_ports(statement: &str) -> bool {
    let last = statement.split_whitespace().rfind(|word| CONNECTORS.contains(word));
    last == Some("on")
}

fn is_part_of_word(char: char) -> bool {
    char.is_alphanumeric() || matches!(char, ':' | '-' | '_' | '.' | '@' | '*' | '/')
}

fn plain(word: &'static str, range: Range<usize>) -> Completion {
    let description = DESCRIPTIONS.iter().find(|(name, _)| *name == word);
    Completion {
        label: word.to_owned(),
        kind: CompletionKind::Word,
        detail: None,
        doc: description.map(|(_, lines)| lines.concat().trim().to_owned()),
        edit: Edit { range, text: word.to_owned() },
    }
}

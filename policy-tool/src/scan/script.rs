//! Shell scripts and other files of lines, such as units, environments and Dockerfiles.

use std::ops::Range;

use crate::scan::keyed_list::keyed_lists;
use crate::scan::mention::Mention;
use crate::scan::template::without_actions;

/// Returns the mentions in a part of a text that is a script.
pub(super) fn mentions(text: &str, range: Range<usize>) -> Vec<Mention> {
    let part = without_actions(text.get(range.clone()).unwrap_or_default());
    let mut mentions = keyed_lists(&without_comments(&part));
    for mention in &mut mentions {
        mention.range = range.start + mention.range.start..range.start + mention.range.end;
    }
    mentions
}

/// Returns the text with its comments replaced by as many blanks. A `#` begins a comment if it is
/// first in a word.
fn without_comments(script: &str) -> String {
    let mut out = String::with_capacity(script.len());
    for line in script.split_inclusive('\n') {
        let comment = comment_start(line).unwrap_or(line.len());
        let (code, comment) = line.split_at(comment);
        out.push_str(code);
        out.extend(comment.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
    }
    out
}

/// Returns the start of the comment in a line.
fn comment_start(line: &str) -> Option<usize> {
    // Units and other settings also have comments of this form.
    if line.trim_start().starts_with(';') {
        return Some(0);
    }
    let mut quote = None;
    let mut begins_word = true;
    for (at, letter) in line.char_indices() {
        match (quote, letter) {
            (None, '#') if begins_word => return Some(at),
            (None, '"' | '\'') => quote = Some(letter),
            (Some(open), close) if open == close => quote = None,
            _ => {}
        }
        begins_word = letter.is_whitespace();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_left_out_and_places_kept() {
        let text = "#!/bin/sh\n# tailscale up --advertise-tags=tag:a\nx '# é' --advertise-tags=tag:b # --advertise-tags=tag:c\n; --advertise-tags=tag:d\n";
        let found = mentions(text, 0..text.len());
        assert_eq!(found.iter().map(|tag| text.get(tag.range.clone())).collect::<Vec<_>>(), [Some("tag:b")]);
        let from = text.find("x '").unwrap();
        assert_eq!(mentions(text, from..text.len()), found);
    }
}

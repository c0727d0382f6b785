//! Names in a piece of text: lists of tags, and texts that consist of one name.

use std::ops::Range;

use policy_core::model::name;

use crate::scan::mention::{Mention, MentionContext, MentionKind};

const TAG: &str = "tag:";

/// Returns the tags of the list that starts at a byte of the text, such as `tag:a,tag:b`. The list
/// ends at the first character that cannot be part of one. Items with variables are left out.
pub(super) fn tags_at(text: &str, start: usize, context: MentionContext) -> Vec<Mention> {
    let mut tags = Vec::new();
    let mut at = start;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let length = item_length(rest);
        let item = rest.get(..length).unwrap_or_default();
        if is_literal_tag(item) {
            let kind = MentionKind::Tag;
            tags.push(Mention { kind, name: item.to_owned(), range: at..at + length, context });
        }
        let rest = rest.get(length..).unwrap_or_default();
        let Some(next) = rest.strip_prefix(',') else { break };
        let next = next.trim_start_matches(' ');
        // Other text after a comma does not belong to the list.
        if !next.starts_with(TAG) && !next.starts_with(['$', '{']) {
            break;
        }
        at = text.len() - next.len();
    }
    tags
}

/// Returns the length of the first item of a list, with the variables in it, such as `${name}`.
fn item_length(list: &str) -> usize {
    let mut depth = 0_usize;
    for (at, letter) in list.char_indices() {
        match letter {
            '\n' => return at,
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            letter if depth == 0 && ends_item(letter) => return at,
            _ => {}
        }
    }
    list.len()
}

fn ends_item(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, ',' | '"' | '\'' | '`' | ')' | ']' | '}' | ';' | '&' | '|' | '\\')
}

/// Returns whether an item is a tag without variables and placeholders. Its name may be invalid.
fn is_literal_tag(item: &str) -> bool {
    let is_plain = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.');
    item.strip_prefix(TAG).is_some_and(|name| !name.is_empty() && name.chars().all(is_plain))
}

/// Returns the names that a text consists of: one name of any kind, or a list of tags.
pub(super) fn whole_names(text: &str, range: Range<usize>, context: MentionContext) -> Vec<Mention> {
    let source = text.get(range.clone()).unwrap_or_default();
    let start = range.start + (source.len() - source.trim_start().len());
    let content = source.trim();
    let one = |kind| vec![Mention { kind, name: content.to_owned(), range: start..start + content.len(), context }];
    if content.starts_with(TAG) {
        let is_list = content.split(',').all(|item| name::check_tag(item.trim()).is_ok());
        return if is_list { tags_at(text, start, context) } else { Vec::new() };
    }
    match () {
        () if content.starts_with("group:") && name::check_group(content).is_ok() => one(MentionKind::Group),
        () if content.starts_with("svc:") && name::check_service(content).is_ok() => one(MentionKind::Service),
        () if is_capability(content) => one(MentionKind::Capability),
        () => Vec::new(),
    }
}

/// Returns whether a text has the form that app capabilities usually have: `example.com/cap/sql`.
/// Tailscale's own are not names of a policy.
fn is_capability(content: &str) -> bool {
    let Some((domain, rest)) = content.split_once("/cap/") else { return false };
    let is_domain = domain.contains('.') && domain.chars().all(|c| c.is_ascii_alphanumeric() || "-.".contains(c));
    is_domain && domain != "tailscale.com" && !rest.is_empty() && name::check_capability(content).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_ends_where_the_tags_do() {
        for (text, names) in [
            ("tag:a", vec!["tag:a"]),
            ("tag:a,tag:b --ssh", vec!["tag:a", "tag:b"]),
            ("tag:a, tag:b\"", vec!["tag:a", "tag:b"]),
            ("tag:a,$MORE,tag:b", vec!["tag:a", "tag:b"]),
            ("tag:a-${var.b},tag:c", vec!["tag:c"]),
            ("tag:{{ a, b }},tag:c}", vec!["tag:c"]),
            ("tag:${NAME}", vec![]),
            ("tag:{{ name }}", vec![]),
            ("tag:<name>", vec![]),
            ("tag:a_b", vec!["tag:a_b"]),
            ("latest", vec![]),
            ("tag:a,other", vec!["tag:a"]),
        ] {
            let found = tags_at(text, 0, MentionContext::Reference);
            assert_eq!(found.iter().map(|tag| tag.name.as_str()).collect::<Vec<_>>(), names, "{text}");
            assert!(found.iter().all(|tag| text.get(tag.range.clone()) == Some(&tag.name)), "{text}: {found:?}");
        }
    }

    #[test]
    fn a_name_is_a_whole_text() {
        for (text, count) in [
            ("tag:web", 1),
            (" tag:web, tag:db ", 2),
            ("tag:web is for the web", 0),
            ("tag:v1.2", 0),
            ("tag:yaml.org,2002:str", 0),
            ("group:eng", 1),
            ("svc:web", 1),
            ("example.com/cap/sql", 1),
            ("https://example.com/cap/sql", 0),
            ("tailscale.com/cap/kubernetes", 0),
            ("/cap/sql", 0),
        ] {
            assert_eq!(whole_names(text, 0..text.len(), MentionContext::Reference).len(), count, "{text}");
        }
    }
}

//! Lists of tags after a word that shows their purpose, such as `--advertise-tags=tag:web`.
//!
//! These words are the same in every language, so a text needs no parser for them.

use crate::scan::mention::{Assigner, Mention, MentionContext};
use crate::scan::name_list::tags_at;

/// The option of `tailscale up` and `tailscale set`, which also appears in `TS_EXTRA_ARGS`.
const OPTION: &str = "advertise-tags";

const BY_OPERATOR: MentionContext = MentionContext::Assignment(Assigner::Operator);
const BY_CREDENTIAL: MentionContext = MentionContext::Assignment(Assigner::Credential);

/// Words whose value is a list of tags, each with the thing that gets the tags.
const KEYS: &[(&str, MentionContext)] = &[
    (OPTION, BY_CREDENTIAL),
    // In tsnet, in the settings of `tailscale`, and in modules of NixOS.
    ("AdvertiseTags", BY_CREDENTIAL),
    ("advertiseTags", BY_CREDENTIAL),
    ("TAILSCALE_TAGS", BY_CREDENTIAL),
    ("TS_TAGS", BY_CREDENTIAL),
    ("tailscale.com/tags", BY_OPERATOR),
    ("proxyConfig.defaultTags", BY_OPERATOR),
    ("PROXY_TAGS", BY_OPERATOR),
    ("operatorConfig.defaultTags", MentionContext::OperatorTag),
    ("OPERATOR_INITIAL_TAGS", MentionContext::OperatorTag),
];

/// Returns the context of the tags that a key, a variable or an option has as its value.
pub(super) fn context_of(key: &str) -> Option<MentionContext> {
    let option = key.strip_prefix("--").or_else(|| key.strip_prefix('-')).filter(|name| *name == OPTION);
    let is_key = |known: &str| match option {
        Some(_) => known == OPTION,
        None => known == key && known != OPTION,
    };
    let known = KEYS.iter().find(|(known, _)| is_key(known)).map(|(_, context)| *context);
    known.or_else(|| is_variable(key).then_some(BY_CREDENTIAL))
}

/// Returns whether a variable has a name like `tailscale_tags`, as in roles of Ansible and modules
/// of Terraform.
fn is_variable(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    key.strip_prefix("tailscale")
        .and_then(|rest| rest.strip_suffix("tags"))
        .is_some_and(|between| between.chars().all(|letter| letter.is_alphanumeric() || letter == '_'))
}

/// Returns the tags after each such word in a text.
pub(super) fn keyed_lists(text: &str) -> Vec<Mention> {
    let mut found = Vec::new();
    for (key, context) in KEYS {
        for (at, _) in text.match_indices(key) {
            let (before, after) = text.split_at(at);
            let after = after.get(key.len()..).unwrap_or_default();
            if begins_word(key, before)
                && !is_explanation(before)
                && let Some(value) = value_after(key, after)
            {
                found.extend(tags_at(text, text.len() - value.len(), *context));
            }
        }
    }
    found
}

/// Returns whether a key that follows this text is a separate word.
fn begins_word(key: &str, before: &str) -> bool {
    let previous = before.chars().next_back();
    if key == OPTION {
        let dashes = before.len() - before.trim_end_matches('-').len();
        let previous = before.trim_end_matches('-').chars().next_back();
        return (1..=2).contains(&dashes) && !previous.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
    }
    // The annotation is also the start of a URL, and other keys can be nested in a larger object.
    !previous.is_some_and(|letter| match letter {
        '.' => key.contains('/'),
        letter => letter.is_alphanumeric() || matches!(letter, '_' | '/' | '-'),
    })
}

/// The number of characters before a word that can explain it.
const EXPLANATION: usize = 200;

/// Returns whether the line explains the word instead of using it.
fn is_explanation(before: &str) -> bool {
    let start = before.char_indices().rev().take(EXPLANATION).take_while(|(_, letter)| *letter != '\n').last();
    let line = start.and_then(|(at, _)| before.get(at..)).unwrap_or_default().to_ascii_lowercase();
    ["usage:", "e.g.", "example:", "for example", "echo ", "printf ", "help="].iter().any(|word| line.contains(word))
}

/// Returns the text that starts with the value, after `=`, `:`, or the space after an option, and
/// after opening quotes and brackets.
fn value_after<'t>(key: &str, after: &'t str) -> Option<&'t str> {
    let after = match after.strip_prefix('[') {
        Some(index) => index.trim_start_matches(|letter: char| letter.is_ascii_digit()).strip_prefix(']')?,
        None => after,
    };
    let unquoted = after.trim_start_matches(['"', '\'']);
    let spaced = unquoted.trim_start_matches([' ', '\t']);
    let value = match spaced.strip_prefix(['=', ':']) {
        Some(value) => value,
        None if key == OPTION && spaced.len() < unquoted.len() => spaced,
        None => return None,
    };
    Some(value.trim_start_matches([' ', '\t']).trim_start_matches(['\\', '"', '\'', '{', '[', '(']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_follows_its_key() {
        for (text, names) in [
            ("tailscale up --advertise-tags=tag:a,tag:b --ssh", vec!["tag:a", "tag:b"]),
            ("tailscale up --advertise-tags tag:a", vec!["tag:a"]),
            ("tailscale up -advertise-tags='tag:a'", vec!["tag:a"]),
            ("--advertise-tags=\\\"tag:a\\\"", vec!["tag:a"]),
            ("TS_EXTRA_ARGS=--advertise-tags=tag:a", vec!["tag:a"]),
            ("PROXY_TAGS=tag:a", vec!["tag:a"]),
            ("MY_PROXY_TAGS=tag:a", vec![]),
            ("tailscale.com/tags: \"tag:a, tag:b\"", vec!["tag:a", "tag:b"]),
            ("\"tailscale.com/tags\" = \"tag:a\"", vec!["tag:a"]),
            ("kubectl annotate svc web tailscale.com/tags=tag:a", vec!["tag:a"]),
            ("helm --set operatorConfig.defaultTags={tag:a}", vec!["tag:a"]),
            ("helm --set operatorConfig.defaultTags[0]=tag:a", vec!["tag:a"]),
            ("see https://tailscale.com/tags: tag:a", vec![]),
            ("echo use --advertise-tags=tag:a", vec![]),
            ("usage: up --advertise-tags=tag:a", vec![]),
            ("--advertise-tags=$TAGS", vec![]),
            ("--advertise-tags-file tag:a", vec![]),
        ] {
            let found = keyed_lists(text);
            assert_eq!(found.iter().map(|tag| tag.name.as_str()).collect::<Vec<_>>(), names, "{text}");
            assert!(found.iter().all(|tag| text.get(tag.range.clone()) == Some(&tag.name)), "{text}: {found:?}");
        }
    }

    #[test]
    fn an_option_has_dashes() {
        assert!(context_of("--advertise-tags").is_some() && context_of("PROXY_TAGS").is_some());
        assert!(context_of("tailscale_default_tags").is_some() && context_of("tailscale.com/tags").is_some());
        assert!(context_of("tailscale/tags").is_none() && context_of("tags").is_none());
        assert!(context_of("advertise-tags").is_none() && context_of("--PROXY_TAGS").is_none());
    }
}

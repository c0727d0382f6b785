//! Properties of the formatter that are true of every document.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on should panic"
)]

mod document;

use document::{document, tokens, value};
use policy_core::Policy;
use policy_core::hujson::{Document, SyntaxError};
use proptest::prelude::*;
use proptest::sample::Index;

fn parsed(text: &str) -> Document {
    Document::parse(text).unwrap()
}

fn formatted(text: &str) -> String {
    parsed(text).format()
}

/// Returns whether the text has no comments and no trailing commas.
fn is_plain(text: &str) -> bool {
    let mut marks = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if first == '"' { document::string_length(rest) } else { first.len_utf8() };
        if !first.is_ascii_whitespace() {
            marks.push(first);
        }
        rest = &rest[length..];
    }
    !marks.contains('/') && !marks.contains(",]") && !marks.contains(",}")
}

/// Returns the document without spaces and tabs between its values and comments.
fn squeezed(text: &str) -> String {
    let mut squeezed = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => document::string_length(rest),
            '/' => document::comment_length(rest),
            ' ' | '\t' => {
                rest = &rest[1..];
                continue;
            }
            _ => first.len_utf8(),
        };
        squeezed.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    squeezed
}

/// Indents every line that is not empty by a tab.
fn indented(text: &str) -> String {
    text.lines().map(|line| if line.is_empty() { "\n".to_owned() } else { format!("\t{line}\n") }).collect()
}

/// Checks that the place of an error is in the text, and that its line and column are right.
fn assert_place(text: &[u8], error: &SyntaxError) {
    let std::ops::Range { start, end } = error.origin.range();
    assert!(start <= end && end <= text.len(), "{error:?} in {text:?}");
    let line_start = text[..start].iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    let line = text[..start].iter().filter(|byte| **byte == b'\n').count() + 1;
    assert_eq!((error.line, error.column), (line, start - line_start + 1), "{error:?} in {text:?}");
}

/// Checks the properties that are true of any bytes.
fn assert_answered(text: Vec<u8>) {
    match Document::from_bytes(text.clone()) {
        Err(error) => {
            assert_place(&text, &error);
            if let Ok(text) = str::from_utf8(&text) {
                assert_eq!(Document::parse(text).err(), Some(error), "a text is read as its bytes are");
            }
        }
        Ok(document) => {
            let once = document.format();
            assert_eq!(formatted(&once), once, "{text:?}");
            assert_eq!(tokens(&once), tokens(str::from_utf8(&text).unwrap()));
        }
    }
}

/// A change of some bytes.
#[derive(Clone, Debug)]
enum Edit {
    Remove(Index),
    Insert(Index, u8),
    Replace(Index, u8),
    Truncate(Index),
    /// Repeats a range of bytes.
    Repeat(Index, Index),
}

fn edit() -> impl Strategy<Value = Edit> {
    let byte = || prop_oneof![3 => proptest::sample::select(b"{}[],:\"\\/*\n\r \t0-.eu\xff\xc3\xa9".as_slice()), 1 => any::<u8>()];
    prop_oneof![
        3 => any::<Index>().prop_map(Edit::Remove),
        3 => (any::<Index>(), byte()).prop_map(|(at, byte)| Edit::Insert(at, byte)),
        3 => (any::<Index>(), byte()).prop_map(|(at, byte)| Edit::Replace(at, byte)),
        1 => any::<Index>().prop_map(Edit::Truncate),
        2 => any::<(Index, Index)>().prop_map(|(from, to)| Edit::Repeat(from, to)),
    ]
}

fn edited(mut text: Vec<u8>, edits: &[Edit]) -> Vec<u8> {
    for edit in edits {
        if text.is_empty() {
            break;
        }
        let place = |index: &Index| index.index(text.len());
        match edit {
            Edit::Remove(at) => drop(text.remove(place(at))),
            Edit::Insert(at, byte) => text.insert(place(at), *byte),
            Edit::Replace(at, byte) => {
                let at = place(at);
                text[at] = *byte;
            }
            Edit::Truncate(at) => text.truncate(place(at)),
            Edit::Repeat(from, to) => {
                let (from, to) = (place(from).min(place(to)), place(from).max(place(to)));
                let part = text[from..to].to_vec();
                text.splice(to..to, part);
            }
        }
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_024, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn formatting_twice_changes_nothing_more(text in document()) {
        let once = formatted(&text);
        prop_assert_eq!(&formatted(&once), &once);
    }

    /// Every value, member and comment stays as it is, between the same two neighbours.
    #[test]
    fn values_and_comments_stay(text in document()) {
        prop_assert_eq!(tokens(&formatted(&text)), tokens(&text));
    }

    #[test]
    fn plain_json_stays_plain(text in document::plain()) {
        let once = formatted(&text);
        prop_assert!(is_plain(&once), "{}", once);
        prop_assert_eq!(&formatted(&once), &once);
        prop_assert_eq!(tokens(&once), tokens(&text));
        // serde_json does not read numbers out of range or lone surrogates, which become U+FFFD.
        if let Ok(value) = serde_json::from_str::<serde_json::Value>(&text) {
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&once).unwrap(), value);
        }
    }

    #[test]
    fn the_document_alone_decides(text in document()) {
        let document = Document::parse(text.as_str()).unwrap();
        let once = document.format();
        prop_assert_eq!(&document.format(), &once);
        prop_assert_eq!(formatted(&text), once);
    }

    /// Spaces and tabs between values, and the kind of line ends, do not change the result. Those in and
    /// behind comments count towards the length of a line.
    #[test]
    fn blanks_and_kinds_of_line_ends_do_not_matter(text in document().prop_filter("comments", |text| !text.contains('/'))) {
        prop_assert_eq!(formatted(&squeezed(&text)), formatted(&text));
        let unix = text.replace('\r', "");
        prop_assert_eq!(formatted(&unix.replace('\n', "\r\n")), formatted(&unix));
        prop_assert_eq!(formatted(&unix.replace('\n', "\n\r")), formatted(&unix));
    }

    #[test]
    fn no_line_ends_in_a_blank(text in document()) {
        let once = formatted(&text);
        prop_assert!(once.ends_with('\n') && !once.ends_with("\n\n") && !once.starts_with(['\n', ' ', '\t']));
        prop_assert!(once.lines().all(|line| !line.ends_with([' ', '\t', '\r'])), "{}", once);
        prop_assert!(!once.contains("\n\n\n") || text.contains("/*"), "{}", once);
    }

    /// A value is formatted in the same way in every place. The comment makes both documents
    /// HuJSON.
    #[test]
    fn a_part_is_formatted_as_if_it_were_all(part in value()) {
        let part = format!("// part\n{part}");
        let part_formatted = formatted(&part);
        prop_assert_eq!(formatted(&format!("[\n{part}\n]")), format!("[\n{},\n]\n", indented(&part_formatted).trim_end()));
        let member = formatted(&format!("{{\n\"name\":{part}\n}}"));
        // Below its name, a value is a tab further right than the name.
        prop_assert_eq!(member, format!("{{\n\t\"name\": {},\n}}\n", indented(&indented(&part_formatted)).trim()));
    }

    #[test]
    fn edited_documents_are_answered(text in document(), edits in prop::collection::vec(edit(), 1..6)) {
        assert_answered(edited(text.into_bytes(), &edits));
    }

    #[test]
    fn any_bytes_are_answered(bytes: Vec<u8>) {
        assert_answered(bytes);
    }

    /// A policy keeps its text, and so also everything that the model does not know.
    #[test]
    fn a_policy_keeps_every_value(text in document()) {
        let policy = Policy::parse(text.as_str());
        prop_assert_eq!(&policy.text, &text);
        let once = formatted(&policy.text);
        prop_assert_eq!(tokens(&once), tokens(&text));
        let again = Policy::parse(once.as_str());
        let settings = |policy: &Policy| {
            let pair = |setting: &policy_core::model::Setting| (setting.key.as_str().to_owned(), setting.value.clone());
            policy.settings.iter().map(pair).collect::<Vec<_>>()
        };
        prop_assert_eq!(settings(&again), settings(&policy));
        let document = parsed(&text);
        prop_assert_eq!(settings(&policy).len(), document.members(document.root()).count(), "no name of chance is a section's");
    }
}

/// An array of scalars stays on one line up to 78 bytes. Each array in it that is not empty takes 2
/// of them.
#[test]
fn lines_are_as_long_as_they_may_be() {
    for (before, after, most) in [
        ("[", "]", 78),
        ("[[], ", "]", 78),
        ("{\"name\": ", "}", 78),
        ("[[", "]]", 76),
        ("[{\"name\": ", "}]", 76),
        ("{\"a\": [\"b\"], \"c\": [", "]}", 74),
        ("[/* c */ ", "]", 77),
    ] {
        let text =
            |length: usize| format!("{before}\"{}\"{after}", "é".repeat((length - before.len() - after.len() - 2) / 2));
        let (short, long) = (text(most), text(most + 2));
        assert!(!formatted(&short).trim_end().contains('\n'), "{short} has {} bytes", short.len());
        assert!(formatted(&long).trim_end().contains('\n'), "{long} has {} bytes", long.len());
    }
}

/// If an inner value is expanded, the line around it has its brackets, and a comment after the
/// first bracket.
#[test]
fn a_comment_behind_a_bracket_counts_for_its_line() {
    let is_line = |length: usize| {
        let once = formatted(&format!("{{\"n\": [ //{}\n1]}}", "x".repeat(length - 2)));
        assert_eq!(formatted(&once), once);
        once.starts_with("{\"n\": [ //")
    };
    assert!(is_line(72) && !is_line(73));
}

/// A comment in an empty array or object stays after the bracket, even if it is the reason for the
/// expansion.
#[test]
fn a_comment_in_an_empty_array_counts_for_the_line_of_its_bracket() {
    for length in 0..90 {
        let x = "x".repeat(length);
        for empty in [format!("[/*{x} */]"), format!("{{/*{x} */}}"), format!("[//{x}\n]"), format!("[\n/*{x} */]")] {
            for text in
                [format!("{{\"a\": // why\n{empty},}}"), format!("[0, {empty},]"), format!("{{\"a\": {empty},}}")]
            {
                let once = formatted(&text);
                assert_eq!(formatted(&once), once, "{text}");
            }
        }
    }
}

/// The text after a comment of several lines counts towards the length of its line, but the end of
/// the comment does not.
#[test]
fn comments_of_several_lines_count_once() {
    for comments in ["/*\n b*//* c */", "/* a\n b */ /* c */", "/*\n*/// c\n"] {
        for length in 50..80 {
            let text = format!("{{\"a\":{comments}\"{}\"}}", "x".repeat(length));
            let once = formatted(&text);
            assert_eq!(formatted(&once), once, "{text}");
        }
    }
    let is_line = |text: &str| formatted(text).starts_with("{\"a\": /*\n\t\tlast */ \"");
    let text = |length: usize| format!("{{\"a\": /*\n last */\"{}\"}}", "x".repeat(length - 2));
    assert!(is_line(&text(77)) && !is_line(&text(78)));
}

/// Formatting needs no stack, however deep the nesting.
#[test]
fn depth_does_not_matter() {
    let depth = 2_000;
    for text in [
        "[".repeat(depth) + &"]".repeat(depth),
        "[\n".repeat(depth) + "// c\n" + &"]".repeat(depth),
        "{\"a\":".repeat(depth) + "0" + &"}".repeat(depth),
        "{/**/\"a\"//\n:\n".repeat(depth) + "0" + &"}".repeat(depth),
    ] {
        let once = formatted(&text);
        assert!(formatted(&once) == once, "{}…", &text[..30]);
    }
}

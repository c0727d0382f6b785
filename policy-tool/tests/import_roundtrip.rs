//! Tests that `policy!` reads what `policy import` writes, with every value and every comment in
//! the order of the file.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "clippy takes only the functions marked as tests for tests, not their helpers"
)]

use std::fs;
use std::path::{Path, PathBuf};

use policy_core::hujson::{Document, Extra, NodeId, extras};
use policy_core::json::Value;
use policy_core::{Code, Policy, Severity};
use policy_syntax::token::TokenId;
use policy_syntax::{Lowered, Source, SourceKind, TokenText, lower, read};
use policy_tool::import::{Naming, import};
use proptest::prelude::*;

/// Lowers a Rust file with a policy, and returns the errors in it, too.
fn lowered(source: &str) -> (Lowered, Vec<String>) {
    let inside = source.split_once("policy! {").unwrap().1.rsplit_once('}').unwrap().0;
    let tokens = TokenText::new(inside);
    assert_eq!(tokens.errors, [], "{source}");
    let are_on_one_line = |first: TokenId, second: TokenId| tokens.are_on_one_line(first, second);
    let source = Source { kind: SourceKind::Policy, are_on_one_line: &are_on_one_line };
    let reading = read(&tokens.tokens, &source, Vec::new());
    let lowered = lower(&reading);
    let said = reading.findings.iter().chain(&lowered.findings);
    let wrong = said.filter(|finding| finding.is_error()).map(|finding| finding.message.clone()).collect();
    (lowered, wrong)
}

/// Returns the HuJSON that an import compiles to, and the errors in it.
fn emitted(source: &str) -> (String, Vec<String>) {
    let (Lowered { policy, .. }, wrong) = lowered(source);
    let document = Document::parse(policy.as_str()).unwrap_or_else(|error| panic!("{error}\n{policy}"));
    (document.format(), wrong)
}

/// Returns every comment of a text, line by line, without marks and spaces.
fn comments(text: &str) -> Vec<String> {
    parts(text)
        .iter()
        .flat_map(|comment| {
            let inside = match comment.strip_prefix("/*") {
                Some(block) => block.strip_suffix("*/").unwrap(),
                None => comment.trim_start_matches('/'),
            };
            inside.split('\n').map(|line| line.trim().trim_start_matches(['*', '/']).trim().replace('\r', " "))
        })
        .filter(|line| !line.is_empty())
        .collect()
}

/// Returns every comment of a text as it is, without trailing spaces. Four slashes above a value
/// would be an ordinary comment in Rust, so the importer adds a space there.
fn whole_comments(text: &str) -> Vec<String> {
    let whole = |comment: &String| {
        let comment = comment.trim_end().replace('\r', " ");
        comment.strip_prefix("///").map_or(comment.clone(), |rest| format!("// /{rest}"))
    };
    parts(text).iter().map(whole).collect()
}

/// Returns every comment of a text.
fn parts(text: &str) -> Vec<String> {
    let document = Document::parse(text).unwrap();
    let mut comments = Vec::new();
    let mut add = |extra: &str| {
        comments.extend(extras(extra).filter_map(|part| match part {
            Extra::Space(_) => None,
            Extra::LineComment(comment) | Extra::BlockComment(comment) => Some(comment.to_owned()),
        }));
    };
    /// Calls `add` with the text between the values, in order.
    fn walk(document: &Document, id: NodeId, add: &mut dyn FnMut(&str)) {
        let mut last = None;
        for (name, value) in document.members(id) {
            add(document.before(name));
            add(document.after(name));
            add(document.before(value));
            walk(document, value, add);
            add(document.after(value));
            last = Some(value);
        }
        for value in document.elements(id) {
            add(document.before(value));
            walk(document, value, add);
            add(document.after(value));
            last = Some(value);
        }
        let end = document.inside_end(id);
        // Without a trailing comma, this text was already passed after the last value.
        let seen = last.is_some_and(|last| document.origin(last).end + end.len() as u32 + 1 == document.origin(id).end);
        if !seen {
            add(end);
        }
    }
    add(document.before(document.root()));
    walk(&document, document.root(), &mut add);
    add(document.after(document.root()));
    comments
}

/// Returns the value of a policy.
fn value(text: &str) -> Value {
    let document = Document::parse(text).unwrap();
    document.value(document.root())
}

/// Checks that an import has the same values and comments as its file.
fn check(name: &str, text: &str, naming: Naming) {
    let import = import(text, naming).unwrap_or_else(|findings| panic!("{name}: {findings:?}"));
    let source = &import.source;
    let (emitted, wrong) = emitted(source);
    let refused = import.findings.iter().any(|finding| finding.severity() == Severity::Error);
    // A name that is declared twice in the file is declared twice in Rust.
    let wrong: Vec<&String> = wrong.iter().filter(|message| !refused || !message.contains("twice")).collect();
    assert!(wrong.is_empty(), "{name}: {wrong:?}\n{source}");
    let text = text.trim_start_matches('\u{feff}');
    let duplicates =
        import.findings.iter().any(|finding| finding.code == Code::DuplicateKey || finding.code == Code::DuplicateName);
    if !duplicates {
        let (from, to) = (value(&import.hujson), value(&emitted));
        assert!(from == to, "{name}: {from:#}\nbecame {to:#}\n{source}");
    }
    assert!(comments(&import.hujson) == comments(text), "{name}: {}", import.hujson);
    let (from, to) = (comments(text), comments(&emitted));
    assert!(from == to, "{name}: {from:#?}\nbecame {to:#?}\n{source}");
    if !text.contains("/*") {
        let (from, to) = (whole_comments(text), whole_comments(&emitted));
        assert!(from == to, "{name}: {from:#?}\nbecame {to:#?}\n{source}");
    }
    if !refused {
        let (lowered, _) = lowered(source);
        let findings = Policy::with_facts(&lowered.policy, &lowered.facts).check();
        let errors = findings.into_iter().filter(|finding| finding.is_error()).map(|finding| finding.message);
        let errors: Vec<String> = errors.collect();
        assert!(errors.is_empty(), "{name}: {errors:?}\n{source}");
        // The output is imported as the same source, so nothing is lost later either.
        let again = policy_tool::import::import(&emitted, naming).unwrap().source;
        let (twice, _) = self::emitted(&again);
        assert!(twice == emitted, "{name}: {emitted}\nbecame {twice}\n{again}");
    }
}

#[test]
fn only_names_of_keys_change_in_the_file() {
    for (from, to) in [
        (
            "{\"ACLs\": [{\"Action\": \"accept\", \"Users\": [\"*\"], \"Ports\": [\"*:*\"]}]}",
            "{\"acls\": [{\"action\": \"accept\", \"src\": [\"*\"], \"dst\": [\"*:*\"]}]}\n",
        ),
        (
            "{\"tests\": [{\"user\": \"a@b.c\", \"allow\": [\"x:1\"]}]}",
            "{\"tests\": [{\"src\": \"a@b.c\", \"accept\": [\"x:1\"]}]}\n",
        ),
        (
            "{\"AutoApprovers\": {\"ExitNode\": [\"tag:a\"], \"Routes\": {}}}",
            "{\"autoApprovers\": {\"exitNode\": [\"tag:a\"], \"routes\": {}}}\n",
        ),
        // A value that stays JSON keeps its keys.
        (
            "{\"Grants\": [{\"Src\": [\"*\"], \"x\": 1}], \"Groups\": null, \"X\": {\"Src\": 1}}",
            "{\"grants\": [{\"Src\": [\"*\"], \"x\": 1}], \"Groups\": null, \"X\": {\"Src\": 1}}\n",
        ),
    ] {
        assert_eq!(import(from, Naming::Lets).unwrap().hujson, to);
    }
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/import")
}

#[test]
fn what_is_reserved_is_quoted() {
    for word in policy_syntax::reserved::reserved_words() {
        let text = format!(
            "{{\"hosts\": {{\"{word}\": \"10.0.0.1\"}}, \"grants\": [{{\"src\": [\"*\"], \"dst\": [\"{word}\"], \"ip\": [\"22\"]}}]}}"
        );
        let source = import(&text, Naming::Plain).unwrap().source;
        assert_eq!(source.matches(&format!("\"{word}\"")).count(), 2, "{source}");
        assert_eq!(emitted(&source).1, [""; 0], "{source}");
    }
}

#[test]
fn every_value_and_every_comment_comes_back() {
    let mut count = 0;
    for file in fs::read_dir(fixtures()).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "hujson") {
            let text = fs::read_to_string(&path).unwrap();
            let name = path.file_stem().unwrap().to_str().unwrap();
            check(name, &text, Naming::Lets);
            check(name, &text, Naming::Plain);
            count += 1;
        }
    }
    assert!(count >= 40, "{count} fixtures");
}

/// Returns a text with comments at some of the possible places.
fn commented(text: &str, places: &[(usize, bool, bool)]) -> String {
    // Between two tokens, a text has white space or a punctuation mark.
    let mut gaps = Vec::new();
    let mut rest = text.char_indices().peekable();
    while let Some((at, char)) = rest.next() {
        match char {
            '"' => {
                while let Some((_, char)) = rest.next() {
                    match char {
                        '\\' => drop(rest.next()),
                        '"' => break,
                        _ => {}
                    }
                }
            }
            '/' => {
                let comment = text.get(at..).unwrap();
                let end = if comment.starts_with("//") { "\n" } else { "*/" };
                let length = comment.find(end).unwrap() + end.len();
                while rest.next_if(|(next, _)| *next < at + length).is_some() {}
            }
            '{' | '}' | '[' | ']' | ',' | ':' => gaps.extend([at, at + 1]),
            _ => {}
        }
    }
    let mut places: Vec<(usize, bool, bool)> =
        places.iter().map(|(place, is_block, own_line)| (gaps[place % gaps.len()], *is_block, *own_line)).collect();
    places.sort_unstable();
    let mut out = String::new();
    let mut done = 0;
    for (number, (at, is_block, own_line)) in places.into_iter().enumerate() {
        out.push_str(text.get(done..at).unwrap());
        done = at;
        out.push_str(if own_line { "\n" } else { " " });
        out.push_str(&if is_block { format!("/* remark {number} */ ") } else { format!("// remark {number}\n") });
        if own_line && number % 3 == 0 {
            out.push_str("\n\n");
        }
    }
    out.push_str(text.get(done..).unwrap());
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn comments_come_back_from_wherever_they_stand(
        file in 0_usize..1000,
        places in prop::collection::vec((0_usize..10_000, prop::bool::ANY, prop::bool::ANY), 1..12),
    ) {
        let files = [
            "homelab", "company", "tests", "ssh", "app_capabilities", "ipsets", "services", "node_attributes", "derp_map", "postures",
            "legacy_names", "empty_sections", "odd_values", "minimal", "empty", "four_via_six", "via", "people", "wrong_shapes",
        ];
        let path = fixtures().join(files[file % files.len()]).with_extension("hujson");
        let text = fs::read_to_string(path).unwrap();
        check("a commented policy", &commented(&text, &places), if file < 500 { Naming::Lets } else { Naming::Plain });
    }
}

#[test]
fn captured_policies_come_back() {
    let given = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/conformance/given");
    let Ok(files) = fs::read_dir(given) else { return };
    for file in files {
        let cases: Vec<serde_json::Value> =
            serde_json::from_str(&fs::read_to_string(file.unwrap().path()).unwrap()).unwrap();
        for case in cases {
            let import = import(&case["policy"].to_string(), Naming::Lets).unwrap();
            let errors = import.findings.iter().filter(|finding| finding.severity() == Severity::Error);
            let errors: Vec<_> = errors.collect();
            assert!(case["status"] == "reject" || errors.is_empty(), "{}: {errors:?}", case["id"]);
            check(case["id"].as_str().unwrap(), &case["policy"].to_string(), Naming::Lets);
        }
    }
}

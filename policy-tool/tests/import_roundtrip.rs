//! Tests that `policy!` reads what `policy import` writes, with every value and every comment in
//! the order of the file.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "clippy takes only the functions marked as tests for tests, not their helpers"
)]

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use policy_core::hujson::{Document, Extra, Kind, NodeId, extras};
use policy_core::json::Value;
use policy_core::{Code, Diagnostic, Policy, Severity};
use policy_syntax::{Lowered, Source, SourceKind, TokenText, lower, read};
use policy_tool::import::{Naming, import};
use proptest::prelude::*;

/// Lowers a Rust file with a policy, and returns the errors in it, too.
fn lowered(source: &str) -> (Lowered, Vec<String>) {
    let inside = source.split_once("policy! {").unwrap().1.rsplit_once('}').unwrap().0;
    let tokens = TokenText::new(inside);
    assert_eq!(tokens.errors, [], "{source}");
    let source = Source { kind: SourceKind::Policy, positions: &tokens };
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
                Some(block) => {
                    let inside = block.strip_suffix("*/").unwrap();
                    // A second star belongs to the mark.
                    inside.strip_suffix(" *").unwrap_or(inside)
                }
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
    let errors = |findings: &[Diagnostic]| -> Vec<Code> {
        findings.iter().filter(|finding| finding.is_error()).map(|finding| finding.code).collect()
    };
    let (checked, imported) =
        (errors(&Policy::parse(text.trim_start_matches('\u{feff}')).check()), errors(&import.findings));
    assert!(checked == imported, "{name}: the errors of `check` are {checked:?}, those of `import` {imported:?}");
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

/// The text before an entry.
#[derive(Clone, Copy)]
struct Before {
    /// Where the entry starts, in bytes.
    start: usize,
    empty_line: bool,
    comment: bool,
}

/// Returns the entries of the sections of a policy, in the order of the text, each with the text
/// before it.
fn entries(text: &str) -> Vec<(String, Before)> {
    fn walk(document: &Document, id: NodeId, path: &str, depth: usize, found: &mut Vec<(String, Before)>) {
        let name = |name: NodeId| document.string(name).unwrap().to_ascii_lowercase();
        let members = document.members(id).map(|(key, value)| (name(key), key, value));
        let elements = document.elements(id).enumerate().map(|(index, value)| (index.to_string(), value, value));
        for (index, (name, start, value)) in members.chain(elements).enumerate() {
            let path = format!("{path}/{name}");
            if index > 0 {
                let before = document.before(start);
                let empty_line = before.replace(['\t', '\r', ' '], "").contains("\n\n");
                found.push((
                    path.clone(),
                    Before { start: document.origin(start).range().start, empty_line, comment: before.contains('/') },
                ));
            }
            // In a statement, what it says is on one line if it fits there.
            let is_statement = depth > 0 && document.kind(id) == Kind::Array;
            let is_list = depth > 0 && document.kind(value) == Kind::Array;
            if depth < 6 && !is_statement && !is_list {
                walk(document, value, &path, depth + 1, found);
            }
        }
    }
    let document = Document::parse(text).unwrap();
    let mut found = Vec::new();
    walk(&document, document.root(), "", 0, &mut found);
    found
}

/// Compares the empty lines before entries in a file and in what its import is emitted as: how many are kept, which are
/// lost, and which are new. A section has one in any case, and so has a comment that is about nothing below it.
fn empty_lines(text: &str) -> (usize, Vec<String>, Vec<String>) {
    let import = import(text, Naming::Lets).unwrap();
    let (emitted, _) = emitted(&import.source);
    let emitted: HashMap<String, Before> = entries(&emitted).into_iter().collect();
    let (mut kept, mut lost, mut new) = (0, Vec::new(), Vec::new());
    for (path, before) in entries(&Document::parse(text.trim_start_matches('\u{feff}')).unwrap().format()) {
        let after = emitted.get(&path).copied();
        let is_kept = after.is_some_and(|after| after.empty_line);
        let is_of_comment = after.is_some_and(|after| after.comment);
        match (before.empty_line, is_kept) {
            (true, true) => kept += 1,
            (true, false) => lost.push(path),
            (false, true) if path.matches('/').count() > 1 && !is_of_comment => new.push(path),
            (false, _) => {}
        }
    }
    (kept, lost, new)
}

#[test]
fn empty_lines_between_entries_come_back() {
    let (mut kept, mut files) = (0, 0);
    let seed = fixtures().join("../../../shared/seed/policy.hujson");
    let paths = fs::read_dir(fixtures()).unwrap().map(|file| file.unwrap().path());
    for path in paths.chain(Some(seed).filter(|seed| seed.exists())) {
        let (count, lost, new) = empty_lines(&fs::read_to_string(&path).unwrap());
        assert!(lost.is_empty() && new.is_empty(), "{}: lost {lost:?}, new {new:?}", path.display());
        kept += count;
        files += usize::from(count > 0);
    }
    println!("{kept} empty lines in {files} files");
    assert!(kept >= 25 && files >= 9, "{kept} empty lines in {files} files");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn empty_lines_come_back_from_wherever_they_are(file in 0_usize..1000, places in prop::collection::vec(0_usize..1000, 1..8)) {
        let mut paths: Vec<PathBuf> = fs::read_dir(fixtures()).unwrap().map(|file| file.unwrap().path()).collect();
        paths.sort();
        let text = fs::read_to_string(&paths[file % paths.len()]).unwrap();
        let mut text = Document::parse(text.trim_start_matches('\u{feff}')).unwrap().format();
        // Between a comment and an entry, an empty line would change what the comment is about.
        let mut starts: Vec<usize> =
            entries(&text).into_iter().filter(|(_, before)| !before.comment).map(|(_, before)| before.start).collect();
        starts.sort_unstable();
        let mut chosen: Vec<usize> =
            places.iter().filter_map(|place| starts.get(place % starts.len().max(1)).copied()).collect();
        chosen.sort_unstable();
        chosen.dedup();
        for start in chosen.into_iter().rev() {
            text.insert_str(start, "\n\n");
        }
        let (_, lost, new) = empty_lines(&text);
        prop_assert!(lost.is_empty() && new.is_empty(), "{}: lost {:?}, new {:?}\n{}", paths[file % paths.len()].display(), lost, new, text);
    }
}

#[test]
fn an_owner_would_have_written_it_so() {
    for (hujson, rust) in [
        // Empty lines.
        (
            "{\"tagOwners\": {\n\"tag:a\": [],\n\"tag:b\": [],\n\n\"tag:c\": [],\n}}",
            "    tagOwners {\n        tag:a;\n        tag:b;\n\n        tag:c;\n    }\n",
        ),
        (
            "{\"randomizeClientPort\": true,\n\n\"disableIPv4\": false}",
            "    randomizeClientPort = true;\n\n    disableIPv4 = false;\n",
        ),
        (
            "{\"autoApprovers\": {\"routes\": {\n\"10.0.0.0/8\": [\"tag:a\"],\n\n\"172.16.0.0/12\": [\"tag:a\"]},\n\n\"exitNode\": [\"tag:a\"]}, \"tagOwners\": {\"tag:a\": []}}",
            "    autoApprovers {\n        routes {\n            \"10.0.0.0/8\" = tag:a;\n\n            \"172.16.0.0/12\" = tag:a;\n        }\n\n        exitNode = tag:a;\n    }\n",
        ),
        // Short tests.
        (
            "{\"tests\": [{\"src\": \"*\", \"accept\": [\"10.0.0.1:22\"], \"deny\": [\"10.0.0.1:23\"]}]}",
            "        * { accept \"10.0.0.1:22\"; deny \"10.0.0.1:23\"; }\n",
        ),
        (
            "{\"tests\": [{\"src\": \"*\", \"accept\": [\"10.0.0.1:22\"],\n\n\"deny\": [\"10.0.0.1:23\"]}]}",
            "        * {\n            accept \"10.0.0.1:22\";\n\n            deny \"10.0.0.1:23\";\n        }\n",
        ),
        (
            "{\"tests\": [{\"src\": \"*\", // why\n\"accept\": [\"10.0.0.1:22\"],\n// this\n\"deny\": [\"10.0.0.1:23\"]}]}",
            "        /// why\n        * {\n            accept \"10.0.0.1:22\";\n            /// this\n            deny \"10.0.0.1:23\";\n        }\n",
        ),
        (
            "{\"tests\": [{\"src\": \"*\", \"accept\": [\"10.0.0.1:22\", \"10.0.0.2:22\", \"10.0.0.3:22\"], \"deny\": [\"10.0.0.1:23\", \"10.0.0.2:23\", \"10.0.0.3:23\"]}]}",
            "        * {\n            accept \"10.0.0.1:22\", \"10.0.0.2:22\", \"10.0.0.3:22\";\n            deny \"10.0.0.1:23\", \"10.0.0.2:23\", \"10.0.0.3:23\";\n        }\n",
        ),
        // Comments.
        ("{\n/** The hosts. */\n\"hosts\": {\"a\": \"10.0.0.1\"}}", "    /// The hosts.\n    hosts {"),
        ("{\"hosts\": {/** The NAS */ \"a\": \"10.0.0.1\"}}", "        /// The NAS\n        a ="),
    ] {
        let source = import(hujson, Naming::Lets).unwrap().source;
        assert!(source.contains(rust), "{hujson}\nbecame {source}\nand not {rust}");
    }
}

#[test]
fn ports_get_names_where_these_are_easier_to_read() {
    for (lists, lets, rules) in [
        // Often enough, and known by name.
        ([&["tcp:443"][..], &["tcp:443"], &["tcp:443"]], "let https = tcp:443;", ["https", "https", "https"]),
        ([&["443"], &["443"], &["443", "22"]], "", ["443", "443", "443, 22"]),
        // `let http-alt = 8080` says less than the number.
        ([&["8080"], &["8080"], &["8080"]], "", ["8080", "8080", "8080"]),
        ([&["2375"], &["2375"], &["2375"]], "", ["2375", "2375", "2375"]),
        // Names and numbers are not mixed.
        (
            [&["443", "22"], &["443", "22"], &["22", "443"]],
            "let https = 443; let ssh = 22;",
            ["https, ssh", "https, ssh", "ssh, https"],
        ),
        ([&["443", "9000"], &["443", "9000"], &["443", "9000"]], "", ["443, 9000", "443, 9000", "443, 9000"]),
        ([&["443", "80-90"], &["443"], &["443"]], "", ["443, 80-90", "443", "443"]),
        ([&["*"], &["*"], &["*"]], "", ["*", "*", "*"]),
    ] {
        let grant = |list: &[&str]| format!("{{\"src\": [\"*\"], \"dst\": [\"10.0.0.1\"], \"ip\": {list:?}}}");
        let text = format!("{{\"grants\": [{}]}}", lists.map(grant).join(", "));
        let source = import(&text, Naming::Lets).unwrap().source;
        let lines = || source.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
        let named: Vec<String> = lines().filter(|line| line.starts_with("let ")).collect();
        assert_eq!(named.join(" "), lets, "{source}");
        let written: Vec<String> = lines().filter_map(|line| Some(line.split_once(" on ")?.1.to_owned())).collect();
        assert_eq!(written, rules.map(|rule| format!("{rule};")), "{source}");
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

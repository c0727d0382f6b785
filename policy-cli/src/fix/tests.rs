use std::path::Path;

use policy_core::Policy;
use policy_core::source::FileId;

use super::fixer::{Fixed, apply};
use super::sources::Sources;

fn fixed(sources: &Sources, unsafe_too: bool) -> Fixed {
    apply(sources.texts.clone(), unsafe_too, &|texts| sources.examine(texts)).unwrap()
}

fn file(text: &str) -> Sources {
    Sources::of_file(Path::new("policy.hujson"), &Policy::parse(text), None)
}

/// Returns the fixed text, followed by the reasons why other fixes were not applied.
fn result(sources: &Sources, unsafe_too: bool) -> String {
    let fixed = fixed(sources, unsafe_too);
    let refused = fixed.refused.iter().map(|refused| format!("\n{}: {}", refused.message, refused.reason));
    fixed.texts.concat() + &refused.collect::<String>()
}

const TAGS: &str = r#""tagOwners": {"tag:web": [], "tag:db": []}"#;

#[test]
fn certain_fixes_are_applied_and_the_others_on_request() {
    for (title, before, certain, all) in [
        (
            "old names of an acl's fields",
            r#""acls": [{"action": "accept", "users": ["tag:web"], "ports": ["tag:db:5432"]}]"#,
            r#""acls": [{"action": "accept", "src": ["tag:web"], "dst": ["tag:db:5432"]}]"#,
            "",
        ),
        (
            "one name is near",
            r#""grants": [{"src": ["tag:web"], "dst": ["tag:bd", "tag:db"], "ip": ["5432"]}]"#,
            "",
            r#""grants": [{"src": ["tag:web"], "dst": ["tag:db"], "ip": ["5432"]}]"#,
        ),
        (
            "a redundant rule and a redundant port",
            r#""grants": [
                {"src": ["tag:web"], "dst": ["tag:db"], "ip": ["5432", "5400-5440"]},
                {"src": ["tag:web"], "dst": ["tag:db"], "ip": ["5430"]},
            ]"#,
            r#""grants": [
                {"src": ["tag:web"], "dst": ["tag:db"], "ip": ["5400-5440"]},
            ]"#,
            "",
        ),
        (
            "a rule goes with its comment, if a person confirms that",
            r#""grants": [
                {"src": ["tag:web"], "dst": ["tag:db"], "ip": ["*"]},
                // For the pool.
                {"src": ["tag:web"], "dst": ["tag:db"], "ip": ["5430"]},
            ]"#,
            "",
            r#""grants": [
                {"src": ["tag:web"], "dst": ["tag:db"], "ip": ["*"]},
            ]"#,
        ),
        (
            "of two equal rules, one stays",
            r#""grants": [
                // One.
                {"src": ["tag:web"], "dst": ["tag:db"], "ip": ["5430"]},
                // Two.
                {"src": ["tag:web"], "dst": ["tag:db"], "ip": ["5430"]},
            ]"#,
            "",
            r#""grants": [
                // One.
                {"src": ["tag:web"], "dst": ["tag:db"], "ip": ["5430"]},
            ]"#,
        ),
        (
            "a source beside `*`",
            r#""grants": [{"src": ["*", "tag:db"], "dst": ["tag:web", "tag:db"], "ip": ["5432"]}]"#,
            "",
            r#""grants": [{"src": ["*"], "dst": ["tag:web", "tag:db"], "ip": ["5432"]}]"#,
        ),
    ] {
        let text = |section: &str| if section.is_empty() { text(before) } else { text(section) };
        assert_eq!(result(&file(&text(before)), false), text(certain), "{title}");
        let all = if all.is_empty() { certain } else { all };
        assert_eq!(result(&file(&text(before)), true), text(all), "{title}");
    }
    fn text(section: &str) -> String {
        format!("{{{TAGS}, {section}}}")
    }
}

#[test]
fn an_unused_declaration_is_removed_on_request() {
    let text = "{\n\t\"hosts\": {\n\t\t\"nas\": \"10.0.0.1\",\n\t\t\"web\": \"10.0.0.2\"\n\t},\n\t\"grants\": \
                [{\"src\": [\"*\"], \"dst\": [\"nas\"], \"ip\": [\"443\"]}]\n}\n";
    assert_eq!(result(&file(text), false), text);
    assert_eq!(fixed(&file(text), false).unconfirmed, 1);
    assert_eq!(result(&file(text), true), text.replace(",\n\t\t\"web\": \"10.0.0.2\"", ""));
}

#[test]
fn a_fix_that_does_harm_is_undone() {
    // The tag is misspelt in a test that then fails.
    let text = r#"{"tagOwners": {"tag:web": []}, "grants": [{"src": ["tag:wb"], "dst": ["*"], "ip": ["*"]}],
        "tests": [{"src": "tag:web", "deny": ["10.0.0.1:22"]}]}"#;
    // Tests run only if everything else is valid, so the failure is not counted as a new finding.
    assert_eq!(result(&file(text), true), text.replace("tag:wb", "tag:web"));
    // It is not known whether the first form names the host, so the fix may give access.
    let text = r#"{"hosts": {"nas": "10.0.0.1"}, "grants": [{"src": ["autogroup:member"], "dst": ["host:nas"], "ip": ["22"]}]}"#;
    let certain = fixed(&file(text), false);
    assert_eq!(certain.texts, [text]);
    let reason = "it would change who can reach what: autogroup:member -> nas 22";
    assert_eq!(certain.refused.iter().map(|refused| refused.reason.as_str()).collect::<Vec<_>>(), [reason]);
    assert_eq!(fixed(&file(text), true).texts, [text.replace("host:nas", "nas")]);
}

#[test]
fn a_policy_in_rust_keeps_its_comments() {
    let text = "// Ours.\npolicy! {
    tagOwners { tag:web; tag:db; tag:old; }
    grants {
        // The pool.
        tag:web -> tag:db on 5432, 5400-5440;
        tag:web -> tag:db on 5410;
    }
}
";
    let sources = Sources::of_rust(text, None, None);
    let certain = text.replace("5432, ", "").replace("        tag:web -> tag:db on 5410;\n", "");
    assert_eq!(result(&sources, false), certain);
    assert_eq!(result(&sources, true), certain.replace(" tag:old;", ""));
}

#[test]
fn a_policy_in_rust_is_fixed_with_the_facts_of_files() {
    let text = "policy! {
    tagOwners { tag:web; }
    grants { \"amy@exmaple.com\" -> tag:web on 443; }
}
";
    let facts = r#"{"users": [{"loginName": "amy@example.com"}]}"#;
    let (facts, unreadable) = crate::facts::read_text(facts, FileId::Facts(1));
    assert_eq!((facts.users.len(), unreadable.len()), (1, 0));
    assert_eq!(result(&Sources::of_rust(text, None, None), true), text);
    assert_eq!(result(&Sources::of_rust(text, Some(facts), None), true), text.replace("exmaple", "example"));
}

#[test]
fn a_let_that_several_rules_use_keeps_its_items() {
    let text = "policy! {
    tagOwners { tag:web; tag:db; }
    let both = tag:web, tag:db;
    grants {
        tag:web -> * on 443;
        both -> * on 443;
        both -> * on 80;
    }
}
";
    let fixed = fixed(&Sources::of_rust(text, None, None), true);
    assert_eq!(fixed.texts, [text]);
    assert!(fixed.refused.iter().all(|refused| refused.reason.starts_with("it would")), "{:?}", fixed.refused);
}

#[test]
fn a_file_of_invariants_is_fixed_too() {
    let policy =
        Policy::parse(format!(r#"{{{TAGS}, "grants": [{{"src": ["tag:web"], "dst": ["tag:db"], "ip": ["5432"]}}]}}"#));
    let file = policy_syntax::invariants_file::parse("policy.invariants", "// Ours.\nnever tag:db -> tag:wbe;\n");
    let sources = Sources::of_file(Path::new("policy.hujson"), &policy.with_invariants(file), None);
    assert_eq!(fixed(&sources, false).texts, sources.texts);
    assert_eq!(fixed(&sources, true).texts[1], "// Ours.\nnever tag:db -> tag:web;\n");
}

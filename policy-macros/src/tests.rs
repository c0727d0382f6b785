//! Tests of the macro's pipeline on tokens made outside the compiler.

mod expansion;
mod front_ends;
mod parity;

use policy_core::Code;
use proc_macro2::TokenStream;
use proptest::prelude::*;

use crate::expand::findings;
use crate::span_range::Finding;

fn tokens(text: &str) -> TokenStream {
    text.parse().unwrap()
}

#[test]
fn an_except_says_for_which_element_of_a_loop_it_is_wrong() {
    let policy = "groups { group:eng = \"a@example.com\", \"b@example.com\"; group:ops = \"c@example.com\"; }
        tagOwners { tag:x; }
        for name in [eng, ops] { grants { group:$name except \"c@example.com\" -> tag:x on 22; } }";
    let said = findings(tokens(policy)).into_iter().map(|finding| {
        let notes: Vec<String> = finding.notes.into_iter().map(|note| note.message).collect();
        (finding.code, notes.join("; "))
    });
    let expected = [(Code::NeedlessExcept, "for `name` = `eng`"), (Code::EmptyExcept, "for `name` = `ops`")];
    assert_eq!(said.collect::<Vec<_>>(), expected.map(|(code, note)| (code, note.to_owned())));
}

#[test]
fn one_mistake_is_one_error() {
    // A statement that cannot be read may declare what others use.
    let text = "
        tagOwners { tag:a = !; tag:b; }
        hosts { web =; }
        let ops = ;
        grants { tag:a, ops, web -> tag:b on 443; }
    ";
    assert_eq!(findings(tokens(text)).iter().filter(|finding| finding.is_error()).count(), 3);
}

#[test]
fn lists_of_lists_end() {
    let mut text = String::from("let a0 = tag:x, tag:y;");
    for level in 1..60 {
        text.push_str(&format!("let a{level} = a{0}, a{0};", level - 1));
    }
    text.push_str("grants { a59 -> * on *; } tagOwners { tag:x; tag:y; }");
    assert!(!findings(tokens(&text)).is_empty());
}

/// Every policy on the page about the language compiles without a warning.
#[test]
fn the_policies_of_the_language_page_are_right() {
    let page = std::fs::read_to_string(format!("{}/../docs/language.md", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let examples = page.split("```rust\npolicy! {").skip(1).map(|rest| rest.split_once("\n}\n```").unwrap().0);
    let examples: Vec<&str> = examples.collect();
    assert_eq!(examples.len(), 2);
    for example in examples {
        let said: Vec<String> = findings(tokens(example)).iter().map(ToString::to_string).collect();
        assert!(said.is_empty(), "{said:?}\n{example}");
    }
}

/// The parts of policies on that page use names that they do not declare, and have no other
/// mistake.
#[test]
fn the_parts_of_policies_on_the_language_page_are_right() {
    let page = std::fs::read_to_string(format!("{}/../docs/language.md", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let blocks = page.split("```rust\n").skip(1).map(|rest| rest.split_once("\n```").unwrap().0);
    let mut parts = 0;
    for block in blocks.filter(|block| !block.starts_with("policy")) {
        // The file of invariants has statements only.
        let is_statement =
            ["never ", "only ", "isolated "].iter().any(|word| block.lines().any(|line| line.starts_with(word)));
        let people = "users { alice = \"alice@example.com\", owner; bob = \"bob@example.com\", member; carol = \"carol@example.com\"; }";
        let part = if is_statement { format!("invariants {{\n{block}\n}}") } else { block.to_owned() };
        let said = findings(tokens(&format!("{people} {part}"))).into_iter().filter(|finding| {
            let code = finding.code.name();
            !code.starts_with("undefined-") && !code.starts_with("unused-")
        });
        let said: Vec<String> = said.map(|finding| finding.to_string()).collect();
        assert!(said.is_empty(), "{said:?}\n{part}");
        parts += 1;
    }
    assert_eq!(parts, 6);
}

#[test]
fn the_help_for_capabilities_of_one_name_works() {
    let mut text = String::from(
        r#"users { olga = "olga@example.com", owner; } capabilities {
        "example.com/cap/sql" { role: "a"; } "example.org/cap/sql" { role: "a"; } "example.com/db/sql" { role: "a"; }
        "42.net/cap/sql" { role: "a"; } "a.example/cap/example-sql" { role: "a"; } "a.example/cap/other" as SQL {}
        "b.example/cap/other" as OTHER {}
    } grants { olga -> autogroup:self app { "#,
    );
    let names = [
        "example.com/cap/sql",
        "example.org/cap/sql",
        "example.com/db/sql",
        "42.net/cap/sql",
        "a.example/cap/example-sql",
    ];
    names.iter().for_each(|name| text += &format!("\"{name}\": [{{ role: \"a\" }}], "));
    text += "\"a.example/cap/other\": [{}], \"b.example/cap/other\": [{}] }; }";
    for round in 0.. {
        let found = findings(tokens(&text));
        let Some(help) = found.iter().find_map(|finding| finding.help.as_deref()) else { break };
        assert!(round < 10, "{text}");
        assert!(found.iter().all(|finding| finding.code == Code::AmbiguousCapability), "{found:?}");
        let declaration = help.split('`').nth(1).unwrap().strip_suffix("{ … }").unwrap();
        let name = declaration.split(" as ").next().unwrap();
        let old = text.split_once(&format!("{name} ")).unwrap().1.split('{').next().unwrap();
        text = text.replacen(&format!("{name} {old}{{"), &format!("{declaration}{{"), 1);
    }
    assert!(text.contains(" as "), "{text}");
}

/// Keywords and other words.
fn word() -> impl Strategy<Value = String> {
    let words = "groups hosts ipsets postures tagOwners grants acls ssh autoApprovers nodeAttrs tests sshTests users devices \
        invariants routes exitNode services let on and as remove add via srcPosture app recorder enforceRecorder checkPeriod until \"2027-03-31\" \
        acceptEnv attr ipPool accept check deny proto srcPostureAttrs only never isolated except tag group autogroup ipset svc posture host user \
        lints allow deny for in $ x $x for x in localpart alice member admin true null x - - -> => = = : : : ; ; ; , , , * . / @ # ! #! $ 443 80 1e5 2x4 12h 1.5 \
        0443 99999999999999999999 \"\" \"alice@example.com\" \"10.0.0.0/8\" \"tag:x\" \"${x}\" \"é\\u{1}\\n\" 'c' b\"x\" r#on é";
    prop::sample::select(words.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
}

/// Any tokens, with balanced brackets.
pub(crate) fn soup() -> impl Strategy<Value = String> {
    let leaf = prop::collection::vec(word(), 0..12).prop_map(|words| words.join(" "));
    leaf.prop_recursive(5, 64, 6, |inner| {
        (prop::collection::vec((word(), inner), 0..6), prop::sample::select(vec!["{}", "[]", "()", "#[]", "#![]"]))
            .prop_map(|(parts, brackets)| {
                let (open, close) = brackets.split_at(brackets.len() - 1);
                parts.into_iter().map(|(word, inner)| format!("{word} {open} {inner} {close} ")).collect()
            })
    })
}

/// A section with random tokens in it, which gets further than tokens alone.
pub(crate) fn section() -> impl Strategy<Value = String> {
    let kinds = "groups hosts ipsets postures tagOwners grants acls ssh autoApprovers nodeAttrs tests sshTests users devices invariants lints capabilities";
    let kinds: Vec<&str> = kinds.split(' ').collect();
    (prop::sample::select(kinds), prop::collection::vec(soup(), 0..4))
        .prop_map(|(kind, statements)| format!("{kind} {{ {} }}", statements.join(" ; ")))
}

fn has_place(finding: &Finding) -> bool {
    finding.origin.first.start().line > 0 && finding.origin.last.end().line > 0
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn any_tokens_are_answered_at_a_place(text in prop_oneof![soup(), prop::collection::vec(section(), 1..4).prop_map(|all| all.join("\n"))]) {
        // Text that is not Rust tokens never reaches a macro.
        let Ok(tokens) = text.parse::<TokenStream>() else { return Ok(()) };
        for finding in findings(tokens) {
            prop_assert!(has_place(&finding), "{} in {text}", finding.message);
        }
    }
}

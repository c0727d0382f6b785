//! Tests that a file of invariants means the same as the same statements in `policy!`.

use policy_core::model::{Facts, Invariant, InvariantTarget, List, Selector};
use policy_core::{Code, Diagnostic, Policy};
use proptest::prelude::*;

use super::lowered;
use crate::SourceKind;
use crate::invariants_file::parse;

/// The result of reading, and the findings.
type Said = (Vec<String>, Vec<(Code, String, Option<String>)>);

fn in_policy(statements: &str) -> Said {
    let (lowered, findings) = lowered(&format!("invariants {{ {statements}\n}}"), SourceKind::Policy);
    let policy = Policy::with_facts(&lowered.policy, &lowered.facts);
    let said = findings
        .into_iter()
        // Quotes are a mistake only where editors could look up a name.
        .filter(|finding| finding.code != Code::QuotedName)
        .map(|finding| (finding.code, finding.message, finding.help.map(|help| without_lets(help.to_string()))));
    let unreadable = policy
        .unreadable
        .into_iter()
        .map(|finding| (finding.code, finding.message, finding.help.map(|help| help.to_string())));
    let invariants = policy.facts.invariants.iter().map(|invariant| described(invariant, &policy.facts)).collect();
    (invariants, said.chain(unreadable).collect())
}

fn in_file(statements: &str) -> Said {
    let policy = Policy::default().with_invariants(parse("policy.invariants", statements));
    let said = policy.unreadable.iter().map(|finding| {
        assert_eq!(finding.tailscale, None);
        let message = finding.message.replace("the end of the file", "the end of the block");
        (finding.code, message, finding.help.as_ref().map(ToString::to_string))
    });
    let invariants = policy.facts.invariants.iter().map(|invariant| described(invariant, &policy.facts)).collect();
    (invariants, said.collect())
}

/// Returns a `help:` for a place without `let`s.
fn without_lets(help: String) -> String {
    help.split_once("`, or write")
        .filter(|_| help.starts_with("name some"))
        .map_or(help.clone(), |(_, rest)| format!("write{rest}"))
}

/// Returns the content of an invariant, with the warnings allowed above it.
fn described(invariant: &Invariant, facts: &Facts) -> String {
    let names = |list: &List<Selector>| list.iter().map(|name| format!("{name} ({:?})", name.kind)).collect::<Vec<_>>();
    let targets = |targets: &[InvariantTarget]| {
        let target = |target: &InvariantTarget| {
            let ports: Vec<_> = target.ip.iter().map(ToString::to_string).collect();
            format!("{:?} on {ports:?}", names(&target.dst))
        };
        targets.iter().map(target).collect::<Vec<_>>()
    };
    let lints = facts.lints.iter().filter(|lint| lint.scope == Some(invariant.origin));
    let allowed: Vec<_> = lints.map(|lint| format!("{:?} {:?} {}", lint.level, lint.codes, lint.reason)).collect();
    format!(
        "{:?} {:?} except {:?} -> {:?} except {:?}, {:?}, {allowed:?}",
        invariant.kind,
        names(&invariant.src),
        names(&invariant.src_except),
        targets(&invariant.targets),
        targets(&invariant.except),
        invariant.doc
    )
}

/// Single valid statements.
const VALID: &[&str] = &[
    "never autogroup:member -> tag:db;",
    "never autogroup:member, \"alice@example.com\" except autogroup:admin -> tag:db, printer on tcp:5432, 80-90;",
    "only tag:proxy -> tag:target on 443 and tag:dns on udp:53 except printer;",
    "isolated tag:iot except tag:hub on 443, and \"10.0.0.0/8\" on *;",
    "isolated tag:k8s-api, tag:2x4, on-prem,;",
    "/// Why it is so,\n/// in two lines\nnever * -> \"user:*@example.com\" on icmp:*, 47:*, *:53;",
    "/** Why\n * it is so\n */\nnever * -> tag:db;",
    "//! About nothing\n// private\n/* private, /* too */ */ never * -> tag:db; /**/ /***/ //// not published",
    "#[allow(reachable_device, reason = \"the two\\n belong together\")] never tag:a -> tag:b;",
    "/// About it\n#[allow(reachable-device, unused_tag, reason = \"why\",)]\nnever tag:a -> tag:b;",
    "never\n/// about the one\ntag:a,\n/// about the other\ntag:b -> tag:c on\n/// the port\n443;",
    "never \"group:eng@example.com\", \"tag:a-\", \"caf\\u{e9}\", \"a\\x41\\\"\" -> *;",
    "never tag : a , tag:b - c -> tag:d on tcp : 1 - 2;",
    "never tag:a--b -> tag:tag on ipv6-icmp:*; only autogroup:only -> tag:never; isolated except-us;",
    "",
];

/// Single statements with at least one mistake.
const BROKEN: &[&str] = &[
    "never autogroup:member -> tag:db",
    "never tag:a -> tag:b never tag:b -> tag:c;",
    "never tag:a -> tag:b tag:c -> tag:d; never tag:x -> tag:y;",
    "nevr tag:a -> tag:b;",
    "tag:a -> tag:b;",
    "never;",
    "never -> tag:b;",
    "never tag:a;",
    "never tag:a tag:b;",
    "never tag:a => tag:b;",
    "never tag:a - tag:b;",
    "never tag:a ->;",
    "never tag:a -> on 443;",
    "never tag:a -> tag:b on;",
    "never tag:a -> tag:b:443;",
    "never tag:a -> tag:b on \"443\";",
    "never tag:a -> tag:b on [443, 80];",
    "never tag:a -> tag:b on https;",
    "never tag:a -> tag:b on tcp;",
    "never tag:a -> tag:b on 70000;",
    "never tag:a -> tag:b on tpc:443;",
    "never tag:a -> tag:b on tcp:https, 5-, 99999-1;",
    "never tag:a -> tag:b on 443-80;",
    "never tag:a -> tag:b on 0;",
    "never tag:a -> tag:b on tcp:;",
    "never tag:a except -> tag:b;",
    "never tag:a -> tag:b except;",
    "never tag:a -> tag:b except tag:c and;",
    "never [tag:a, tag:b] -> tag:c;",
    "never [] -> tag:c;",
    "never host:web -> tag:c;",
    "never user:alice -> tag:c;",
    "never localpart:alice -> tag:c;",
    "never tag -> tag:c;",
    "never via -> tag:c;",
    "never on -> tag:c;",
    "never tag: -> tag:c;",
    "never tag:\"a b\" -> tag:c;",
    "never tag:a- -> tag:c;",
    "never a- -> tag:c;",
    "never 10.0.0.1 -> tag:c;",
    "never tag:c -> 10.0.0.0/8 on 443;",
    "never ::1 -> tag:c;",
    "never fd7a:115c::9 -> tag:c;",
    "never alice@example.com -> tag:c;",
    "never group:eng@example.com -> tag:c;",
    "never db.prod -> tag:c;",
    "never größe -> tag:c;",
    "isolated tag:iot -> tag:hub;",
    "isolated tag:iot on 443;",
    "isolated;",
    "{ \"kind\": \"never\" };",
    "/// about nothing",
    "never tag:a -> tag:b; /// about the next\nnever tag:b -> tag:c;",
    "never tag:a -> tag:b; /// about nothing",
    "#[allow(unused_tag, reason = \"why\")]",
    "#[allow(unused_tag)] never tag:a -> tag:b;",
    "#[allow(reason = \"why\")] never tag:a -> tag:b;",
    "#[allow(unused_tga, reason = \"why\")] never tag:a -> tag:b;",
    "#[allow(undefined-tag, reason = \"why\")] never tag:a -> tag:b;",
    "#[allow(unused_tag reason = \"why\")] never tag:a -> tag:b;",
    "#[allow] never tag:a -> tag:b;",
    "#[deny(unused_tag)] never tag:a -> tag:b;",
    "never #[allow(unused_tag, reason = \"why\")] tag:a -> tag:b;",
    "never tag:a -> tag:b; ; only tag:a -> tag:b;",
    "never tag:a -> tag:b = tag:c; only tag:a -> tag:b;",
    "never tag:a -> tag:b, only tag:b -> tag:c;",
    "never tag:a -> tag:b via tag:c;",
];

fn sorted((invariants, mut wrong): Said) -> Said {
    wrong.sort();
    (invariants, wrong)
}

#[test]
fn what_is_right_is_read_the_same() {
    for statements in VALID {
        let (in_policy, in_file) = (in_policy(statements), in_file(statements));
        assert_eq!(in_policy.1, [], "{statements}");
        assert_eq!(in_policy, in_file, "{statements}");
    }
}

#[test]
fn what_is_wrong_is_reported_the_same() {
    let mut failures = String::new();
    for statements in BROKEN {
        let (in_policy, in_file) = (sorted(in_policy(statements)), sorted(in_file(statements)));
        if in_policy.1.is_empty() || in_policy != in_file {
            failures += &format!("{statements}\n  policy: {in_policy:?}\n  file:   {in_file:?}\n");
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

fn beside(policy: &str, text: &str) -> Policy {
    let policy = Policy::parse(policy);
    let file = parse("policy.invariants", text);
    policy.with_invariants(file)
}

/// Returns the findings about a text, each with the words that it is about.
fn said(text: &str) -> Vec<(String, String)> {
    let policy = Policy::default().with_invariants(parse("policy.invariants", text));
    let about = |finding: &Diagnostic| text.get(finding.origin.range()).unwrap().to_owned();
    policy.unreadable.iter().map(|finding| (about(finding), finding.message.clone())).collect()
}

#[test]
fn a_mistake_is_shown_at_its_words() {
    let cases = [
        ("never tag:a -> \"tag:b;\nonly", "\"", "this string has no end"),
        ("never tag:a /* -> /* */ tag:b;", "/*", "this comment has no end"),
        ("never tag:a -> [tag:b, (;", "(", "this `(` has no end"),
        ("never tag:a -> tag:b;)", ")", "nothing opens this `)`"),
        ("never \"a\\qb\" -> tag:b;", "\\q", "`\\q` stands for no character"),
        ("never b\"tag:a\" -> tag:b;", "b\"tag:a\"", "`b\"tag:a\"` is not a plain string"),
        ("let web = tag:web;", "let", "a file of invariants has no `let`"),
        ("for a in [b] { never tag:$a -> tag:c; }", "for", "a file of invariants has no `for`"),
        ("invariants { never tag:a -> tag:b; }", "invariants", "this file is all invariants, and has no `invariants`"),
        ("never tag:a -> tag:b\n", "b", "expected `;` after this"),
        ("never tag:a ->", ">", "expected a destination, found the end of the file"),
        ("never tag:a -> 10.0.0.0/8 on 22;", "10.0.0.0/8", "an address is written in quotes: `10.0.0.0/8`"),
        ("never tag:a -> tag:b on tcp:70000;", "70000", "port `70000` is out of range: the highest is 65535"),
        ("never tag:a -> tag:b on tcp : 70000;", "70000", "port `70000` is out of range: the highest is 65535"),
        ("never tag:a -> tag:b on https;", "https", "undefined port list `https`"),
    ];
    for (text, words, message) in cases {
        let said = said(text);
        assert!(said.contains(&(words.to_owned(), message.to_owned())), "{text}: {said:?}");
    }
}

#[test]
fn names_are_shown_at_their_words() {
    let text = "never tag:a, \"tag:b\" -> caf - e, \"caf\\u{e9}\";";
    let policy = beside("{}", text);
    let at = |selector: &Selector| {
        let range = selector.text.origin.range();
        text.get(range).unwrap().to_owned()
    };
    let invariant = &policy.facts.invariants[0];
    assert_eq!(invariant.selectors().map(at).collect::<Vec<_>>(), ["tag:a", "\"tag:b\"", "caf - e", "\"caf\\u{e9}\""]);
    assert_eq!(invariant.src[0].text.part(4..5).start, 10);
    assert_eq!(invariant.src[1].text.part(4..5).start, 18);
}

#[test]
fn what_rust_cannot_read_needs_no_quotes() {
    let policy = beside("{}", "never tag:lab-1e, tag:0b2 -> tag:12ea;");
    assert_eq!(policy.unreadable, []);
    assert_eq!(policy.facts.invariants[0].src[0].text.as_str(), "tag:lab-1e");
}

#[test]
fn a_mistake_among_invariants_hides_none_of_the_policy() {
    let policy = r#"{"grants": [{"src": ["tag:web"], "dst": ["*"], "ip": ["*"]}]}"#;
    let findings = beside(policy, "never tag:a => tag:b;").check();
    let messages: Vec<_> = findings.iter().map(|finding| finding.message.as_str()).collect();
    let expected =
        ["undefined tag `tag:web`", "undefined tag `tag:a`", "expected `->`, found `=>`", "undefined tag `tag:b`"];
    assert_eq!(messages, expected);
}

#[test]
fn warnings_are_allowed_above_an_invariant() {
    let text = "#[allow(reachable_device, reason = \"on purpose\")]\nnever tag:a -> tag:b;";
    let policy = beside("{}", text);
    let [lint] = policy.facts.lints.as_slice() else { panic!("{:?}", policy.facts.lints) };
    assert_eq!((lint.reason.as_str(), lint.scope), ("on purpose", Some(policy.facts.invariants[0].origin)));
    assert!(lint.scope.unwrap().range().len() == "never tag:a -> tag:b;".len());
}

#[test]
fn deep_and_long_texts_are_read() {
    for text in ["never [", "never (", "never tag:a -", "/*", "\"", "never tag:a, ", "#[allow(", "never ", ";", "///"] {
        let file = parse("policy.invariants", text.repeat(100_000));
        assert!(!file.unreadable.is_empty() || text == "///", "{text}");
    }
}

proptest! {
    #[test]
    fn no_text_is_a_reason_to_panic(text in "([a-z0-9:;,>\\[\\](){}\"\\\\/*#!\n -]|never |only |é|-> |on |\u{feff}){0,60}") {
        for (words, message) in said(&text) {
            prop_assert!(!message.is_empty() && words.len() <= text.len());
        }
    }
}

/// Words and signs in random order, often in one that makes sense.
fn statements() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec![
        "tag:a",
        "tag:b-c",
        "printer",
        "on-prem",
        "autogroup:member",
        "\"10.0.0.1\"",
        "*",
        "\"alice@example.com\"",
        "tag:2x",
    ]);
    let port = prop::sample::select(vec!["443", "80-90", "tcp:22", "*", "udp:53", "47:*", "70000", "tcp", "https"]);
    let sign = prop::sample::select(vec![
        "->",
        ",",
        ";",
        "on",
        "and",
        "except",
        "never",
        "only",
        "isolated",
        ":",
        "-",
        "=",
        "tag",
        "via",
        "host:x",
        "[tag:a]",
        "{ x }",
        "/// doc\n",
        "//! note\n",
        "#[allow(unused_tag, reason = \"why\")]",
        "(",
        "@",
        ".",
    ]);
    let statement = (prop::sample::select(vec!["never", "only"]), name.clone(), name.clone(), port.clone())
        .prop_map(|(kind, src, dst, port)| format!("{kind} {src} -> {dst} on {port} ;"));
    let piece = prop_oneof![
        3 => statement,
        4 => name.prop_map(str::to_owned),
        2 => port.prop_map(str::to_owned),
        6 => sign.prop_map(|sign| if sign == "(" { "( x )" } else { sign }.to_owned()),
    ];
    prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn whatever_is_written_is_read_the_same(statements in statements()) {
        prop_assert_eq!(sorted(in_policy(&statements)), sorted(in_file(&statements)), "{}", statements);
    }
}

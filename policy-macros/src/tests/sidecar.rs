//! The reader of `policy.invariants` and the macro read the same statements as the same invariants, and refuse the
//! same ones in the same words.

use policy_core::model::{Facts, Invariant, InvariantTarget, List, Selector};
use policy_core::{Code, Policy};
use proptest::prelude::*;

use super::tokens;
use crate::names::Names;
use crate::syntax;
use crate::write::written;

/// What was read, and what is wrong with it.
type Said = (Vec<String>, Vec<(Code, String, Option<String>)>);

fn of_macro(statements: &str) -> Said {
    let reading = syntax::read(tokens(&format!("invariants {{ {statements}\n}}")));
    let mut findings = reading.findings;
    let mut names = Names::new(&reading.tree, &mut findings);
    let written = written(&reading.tree, &mut names, &mut findings);
    let policy = Policy::with_facts(&written.policy, &written.facts);
    let said = findings
        .into_iter()
        // There is no editor to find a name in a file of invariants, so quotes cost nothing there.
        .filter(|finding| finding.code != Code::QuotedName)
        .map(|finding| (finding.code, finding.message, finding.help.map(without_lets)));
    let unreadable = policy.unreadable.into_iter().map(|finding| (finding.code, finding.message, finding.help));
    let invariants = policy.facts.invariants.iter().map(|invariant| described(invariant, &policy.facts)).collect();
    (invariants, said.chain(unreadable).collect())
}

fn of_sidecar(statements: &str) -> Said {
    let (facts, unreadable) = Facts::parse_invariants(statements, 0);
    let said = unreadable.into_iter().map(|finding| {
        assert_eq!(finding.tailscale, None);
        (finding.code, finding.message.replace("the end of the file", "the end of the block"), finding.help)
    });
    (facts.invariants.iter().map(|invariant| described(invariant, &facts)).collect(), said.collect())
}

/// A `help:` where there is no `let`.
fn without_lets(help: String) -> String {
    help.split_once("`, or write")
        .filter(|_| help.starts_with("name some"))
        .map_or(help.clone(), |(_, rest)| format!("write{rest}"))
}

/// All that an invariant says, and what is allowed above it.
fn described(invariant: &Invariant, facts: &Facts) -> String {
    let names = |list: &List<Selector>| list.iter().map(|name| format!("{name} ({:?})", name.kind)).collect::<Vec<_>>();
    let targets = |targets: &[InvariantTarget]| {
        let target = |target: &InvariantTarget| {
            let ports: Vec<_> = target.ip.iter().map(ToString::to_string).collect();
            format!("{:?} on {ports:?}", names(&target.dst))
        };
        targets.iter().map(target).collect::<Vec<_>>()
    };
    let lints = facts.lints.iter().filter(|lint| lint.scope == invariant.origin);
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

/// Each alone, and nothing wrong with it.
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
    "never\n/// about the one\ntag:a, /// about the other\ntag:b -> tag:c on /// the port\n443;",
    "never \"group:eng@example.com\", \"tag:a-\", \"caf\\u{e9}\", \"a\\x41\\\"\" -> *;",
    "never tag : a , tag:b - c -> tag:d on tcp : 1 - 2;",
    "never tag:a--b -> tag:tag on ipv6-icmp:*; only autogroup:only -> tag:never; isolated except-us;",
    "",
];

/// Each with a mistake or more.
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
        let (of_macro, of_sidecar) = (of_macro(statements), of_sidecar(statements));
        assert_eq!(of_macro.1, [], "{statements}");
        assert_eq!(of_macro, of_sidecar, "{statements}");
    }
}

#[test]
fn what_is_wrong_is_called_the_same() {
    let mut failures = String::new();
    for statements in BROKEN {
        let (of_macro, of_sidecar) = (sorted(of_macro(statements)), sorted(of_sidecar(statements)));
        if of_macro.1.is_empty() || of_macro != of_sidecar {
            failures += &format!("{statements}\n  macro:   {of_macro:?}\n  sidecar: {of_sidecar:?}\n");
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

/// Words and signs in any order, though rather in one that makes sense.
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
        prop_assert_eq!(sorted(of_macro(&statements)), sorted(of_sidecar(&statements)), "{}", statements);
    }
}

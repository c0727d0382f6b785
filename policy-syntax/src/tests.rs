//! Tests of the grammar and the lowering, on text.

mod invariants_file;

use crate::text::TokenText;
use crate::{Finding, Lowered, Reading, Source, SourceKind, lower, read};

/// Reads and lowers a text, and returns the findings of both.
pub(crate) fn lowered(text: &str, kind: SourceKind) -> (Lowered, Vec<Finding>) {
    let reading = reading(text, kind);
    let mut lowered = lower(&reading);
    let mut findings = reading.findings;
    findings.append(&mut lowered.findings);
    (lowered, findings)
}

pub(crate) fn reading(text: &str, kind: SourceKind) -> Reading {
    let tokens = TokenText::new(text);
    read(&tokens.tokens, &Source { kind, positions: &tokens }, Vec::new())
}

/// Returns the findings about the grammar of `text`.
fn syntax_errors(text: &str) -> Vec<String> {
    let (_, findings) = lowered(text, SourceKind::Policy);
    findings.into_iter().map(|finding| finding.message).collect()
}

/// The HuJSON of `text`, before it is formatted.
fn hujson(text: &str) -> String {
    let (lowered, findings) = lowered(text, SourceKind::Policy);
    assert!(findings.is_empty(), "{:?}", findings.iter().map(|finding| &finding.message).collect::<Vec<_>>());
    lowered.policy.split_whitespace().collect::<Vec<_>>().join(" ").replace(", ]", "]").replace(", }", "}")
}

/// The HuJSON of `text` as it is formatted.
fn formatted(text: &str) -> String {
    let (lowered, findings) = lowered(text, SourceKind::Policy);
    assert!(findings.is_empty(), "{findings:?}");
    policy_core::hujson::Document::parse(lowered.policy.as_str()).unwrap().format()
}

#[test]
fn an_empty_line_between_statements_is_one_in_the_policy_file() {
    for (text, hujson) in [
        (
            "tagOwners {\n\ntag:a;\ntag:b;\n\n\ntag:c;\n\n}",
            "{\n\t\"tagOwners\": {\n\t\t\"tag:a\": [],\n\t\t\"tag:b\": [],\n\n\t\t\"tag:c\": [],\n\t},\n}\n",
        ),
        // Private comments are not empty lines, and there may be one before them.
        (
            "tagOwners {\ntag:a;\n// Later.\ntag:b;\n\n// More.\n// Yet more.\ntag:c;\n}",
            "{\n\t\"tagOwners\": {\n\t\t\"tag:a\": [],\n\t\t\"tag:b\": [],\n\n\t\t\"tag:c\": [],\n\t},\n}\n",
        ),
        (
            "tagOwners {\ntag:a;\n\n/// The database\ntag:b;\n}",
            "{\n\t\"tagOwners\": {\n\t\t\"tag:a\": [],\n\n\t\t// The database\n\t\t\"tag:b\": [],\n\t},\n}\n",
        ),
        // The statements of an expanded loop take its place.
        (
            "tagOwners {\ntag:a;\n\nfor name in [b, c] {\n\ntag:$name;\n\ntag:$name-x;\n}\n}",
            "{\n\t\"tagOwners\": {\n\t\t\"tag:a\": [],\n\n\t\t\"tag:b\": [],\n\n\t\t\"tag:b-x\": [],\n\t\t\"tag:c\":   [],\n\n\t\t\"tag:c-x\": [],\n\t},\n}\n",
        ),
        (
            "randomizeClientPort = true;\ndisableIPv4 = false;\n\nOneCGNATRoute = \"\";",
            "{\n\t\"randomizeClientPort\": true,\n\t\"disableIPv4\":         false,\n\n\t\"OneCGNATRoute\": \"\",\n}\n",
        ),
        (
            "x = { \"a\": 1,\n\n\"b\": [1,\n\n2] };",
            "{\n\t\"x\": {\n\t\t\"a\": 1,\n\n\t\t\"b\": [\n\t\t\t1,\n\n\t\t\t2,\n\t\t],\n\t},\n}\n",
        ),
    ] {
        assert_eq!(formatted(text), hujson, "{text}");
    }
}

#[test]
fn each_form_is_written_as_the_policy_file_has_it() {
    let cases = [
        (
            "groups { group:a = u; group:b; } users { u = \"u@example.com\"; }",
            r#"{ "groups": { "group:a": ["u@example.com"], "group:b": []}, }"#,
        ),
        (
            "tagOwners { tag:a, tag:b-2 = autogroup:admin; }",
            r#"{ "tagOwners": { "tag:a": ["autogroup:admin"], "tag:b-2": ["autogroup:admin"]}, }"#,
        ),
        (
            "hosts { on-prem = \"10.0.0.1\"; \"on\" = \"10.0.0.2\"; }",
            r#"{ "hosts": { "on-prem": "10.0.0.1", "on": "10.0.0.2"}, }"#,
        ),
        (
            "ipsets { ipset:a = \"192.0.2.0/24\", web, ipset:b, remove \"192.0.2.9\"; } hosts { web = \"192.0.2.1\"; }",
            r#"{ "ipsets": { "ipset:a": ["add 192.0.2.0/24", "add host:web", "add ipset:b", "remove 192.0.2.9"]}, "hosts": { "web": "192.0.2.1"}, }"#,
        ),
        (
            "grants { * -> tag:a on 443, tcp:80-90, icmp:*, 47:*; }",
            r#"{ "grants": [ { "src": ["*"], "dst": ["tag:a"], "ip": ["443", "tcp:80-90", "icmp:*", "47:*"]}], }"#,
        ),
        (
            "grants { * -> tag:a app { \"x/y\": [{}] } via tag:r; }",
            r#"{ "grants": [ { "src": ["*"], "dst": ["tag:a"], "via": ["tag:r"], "app": {"x/y": [{}]}}], }"#,
        ),
        (
            "grants { * -> tag:a app { \"x/y\": [{ role: \"a\", read-only: true, \"in\": { type: [1] } }] }; }",
            r#"{ "grants": [ { "src": ["*"], "dst": ["tag:a"], "app": {"x/y": [{"role": "a", "read-only": true, "in": {"type": [1]}}]}}], }"#,
        ),
        (
            "acls { * -> tag:a on 22 and \"2001:db8::1\", \"2001:db8::/32\" on 80, 443; }",
            r#"{ "acls": [ { "action": "accept", "src": ["*"], "dst": ["tag:a:22", "[2001:db8::1]:80,443", "2001:db8::/32:80,443"]}], }"#,
        ),
        (
            "acls { * -> tag:a on udp:53 and tag:b on udp:54; }",
            r#"{ "acls": [ { "action": "accept", "src": ["*"], "dst": ["tag:a:53", "tag:b:54"], "proto": "udp"}], }"#,
        ),
        (
            "ssh { check tag:a -> tag:b as \"root\" recorder tag:r enforceRecorder checkPeriod 1h30m; }",
            r#"{ "ssh": [ { "action": "check", "src": ["tag:a"], "dst": ["tag:b"], "users": ["root"], "checkPeriod": "1h30m", "recorder": ["tag:r"], "enforceRecorder": true}], }"#,
        ),
        (
            "autoApprovers { exitNode = tag:a; routes { \"10.0.0.0/8\" = tag:a; } exitNode = tag:b; }",
            r#"{ "autoApprovers": { "exitNode": ["tag:a", "tag:b"], "routes": { "10.0.0.0/8": ["tag:a"]}}, }"#,
        ),
        (
            "nodeAttrs { * attr \"funnel\" ipPool \"100.81.0.0/16\"; }",
            r#"{ "nodeAttrs": [ { "target": ["*"], "attr": ["funnel"], "ipPool": ["100.81.0.0/16"]}], }"#,
        ),
        (
            "tests { tag:a { deny tag:b:22; accept web-2:80; proto udp; accept \"[::1]:1\"; } }",
            r#"{ "tests": [ { "src": "tag:a", "proto": "udp", "accept": ["web-2:80", "[::1]:1"], "deny": ["tag:b:22"]}], }"#,
        ),
        (
            "sshTests { tag:a -> tag:b { accept \"root\"; } }",
            r#"{ "sshTests": [ { "src": "tag:a", "dst": ["tag:b"], "accept": ["root"]}], }"#,
        ),
        (
            "defaultSrcPosture = posture:a, posture:b; OneCGNATRoute = \"mac-always\";",
            r#"{ "defaultSrcPosture": ["posture:a", "posture:b"], "OneCGNATRoute": "mac-always", }"#,
        ),
        (
            "grants { {\"src\": [\"*\"], \"new\": -1.5e3, \"x\": null}; }",
            r#"{ "grants": [ { "src": ["*"], "new": -1.5e3, "x": null}], }"#,
        ),
        (
            "let p = 443, tcp:8443; let q = udp:53; tests { tag:a { accept tag:b:p, tag:b:22; } tag:c { proto udp; deny tag:b:q; } }",
            r#"{ "tests": [ { "src": "tag:a", "accept": ["tag:b:443", "tag:b:8443", "tag:b:22"]}, { "src": "tag:c", "proto": "udp", "deny": ["tag:b:53"]}], }"#,
        ),
        (
            "let a = tag:x, tag:y; let b = a, tag:z; let p = 1, 2-3; grants { b -> * on p, tcp:4; }",
            r#"{ "grants": [ { "src": ["tag:x", "tag:y", "tag:z"], "dst": ["*"], "ip": ["1", "2-3", "tcp:4"]}], }"#,
        ),
        (
            "tagOwners { tag:a; } groups { group:g; } tagOwners { tag:b; }",
            r#"{ "tagOwners": { "tag:a": [], "tag:b": []}, "groups": { "group:g": []}, }"#,
        ),
        (
            "tagOwners { tag:2x4, tag:lab-1e-1, tag:type, tag:x--y; }",
            r#"{ "tagOwners": { "tag:2x4": [], "tag:lab-1e-1": [], "tag:type": [], "tag:x--y": []}, }"#,
        ),
        (
            "for s in [a, b-2] { tagOwners { tag:$s; } grants { * -> tag:$s on 1; } }",
            r#"{ "tagOwners": { "tag:a": [], "tag:b-2": []}, "grants": [ { "src": ["*"], "dst": ["tag:a"], "ip": ["1"]}, { "src": ["*"], "dst": ["tag:b-2"], "ip": ["1"]}], }"#,
        ),
        (
            "hosts { for (s, n) in [(a, 1), (\"b.c\", 2),] { \"x.${s}\" = \"10.0.0.${n}\"; } for x in [\"d.e\"] { $x = \"10.0.0.3\"; } }",
            r#"{ "hosts": { "x.a": "10.0.0.1", "x.b.c": "10.0.0.2", "d.e": "10.0.0.3"}, }"#,
        ),
        (
            "grants { for t in [tag:a, on-prem] { for p in [80, 443] { $t -> svc:x-$p-y on tcp:$p, $p-500; } } }",
            r#"{ "grants": [
                { "src": ["tag:a"], "dst": ["svc:x-80-y"], "ip": ["tcp:80", "80-500"]},
                { "src": ["tag:a"], "dst": ["svc:x-443-y"], "ip": ["tcp:443", "443-500"]},
                { "src": ["on-prem"], "dst": ["svc:x-80-y"], "ip": ["tcp:80", "80-500"]},
                { "src": ["on-prem"], "dst": ["svc:x-443-y"], "ip": ["tcp:443", "443-500"]}], }"#,
        ),
        (
            r#"grants { #[allow(idle_rule, until = "2027-04-01", reason = "soon")]
                /// why
                tag:a -> tag:b on 1 until "2027-03-31"; {"src": []} until "2027-03-31"; }"#,
            r#"{ "grants": [ // why // policy: allow(idle-rule, until 2027-04-01) soon // policy: until 2027-03-31
                { "src": ["tag:a"], "dst": ["tag:b"], "ip": ["1"]}, // policy: until 2027-03-31 { "src": []}], }"#,
        ),
        (
            r#"tests { tag:a { accept tag:b:22;
                /// the contract
                until "2027-03-31";
                //! a note
                deny tag:b:23; } }"#,
            r#"{ "tests": [ // the contract // policy: until 2027-03-31
                { "src": "tag:a", "accept": ["tag:b:22"], // a note "deny": ["tag:b:23"]}], }"#,
        ),
        (
            r#"sshTests { tag:a -> tag:b { until "2027-03-31"; deny "root"; } }"#,
            r#"{ "sshTests": [ // policy: until 2027-03-31 { "src": "tag:a", "dst": ["tag:b"], "deny": ["root"]}], }"#,
        ),
        (
            r#"lints { unused-tag = allow "they come" until "2027-03-31"; }"#,
            "// policy: allow(unused-tag, until 2027-03-31) they come {}",
        ),
        (
            "tests { tag:a { for s in [b, c] { accept tag:$s:22; deny tag:$s:23; } } }",
            r#"{ "tests": [ { "src": "tag:a", "accept": ["tag:b:22", "tag:c:22"], "deny": ["tag:b:23", "tag:c:23"]}], }"#,
        ),
        (
            "for s in [a] { let $s-web = tag:$s; } hosts { for = \"10.0.0.1\"; } grants { a-web, for -> for on 1; } nodeAttrs { for attr \"${x}\"; }",
            r#"{ "hosts": { "for": "10.0.0.1"}, "grants": [ { "src": ["tag:a", "for"], "dst": ["for"], "ip": ["1"]}], "nodeAttrs": [ { "target": ["for"], "attr": ["${x}"]}], }"#,
        ),
        (
            "ipsets { ipset:a = \"192.0.2.0/24\", web, ipset:b; ipset:c = \"add 192.0.2.1\"; } hosts { web = \"192.0.2.1\"; }",
            r#"{ "ipsets": { "ipset:a": ["192.0.2.0/24", "host:web", "ipset:b"], "ipset:c": ["add 192.0.2.1"]}, "hosts": { "web": "192.0.2.1"}, }"#,
        ),
        ("\"my-key\" = 1; \"let\" = [];", r#"{ "my-key": 1, "let": [], }"#),
        ("grants {} ssh {}", r#"{ "grants": [], "ssh": [], }"#),
        ("", "{}"),
    ];
    for (policy, expected) in cases {
        let normal = |text: &str| text.replace([' ', ',', '\n'], "");
        assert_eq!(normal(&hujson(policy)), normal(expected), "{policy}");
    }
}

#[test]
fn comments_are_published_where_they_stand() {
    let text = "
        //! The header.
        /// The tags.
        tagOwners {
            //! Alone.
            /// Of a.
            tag:a =
                /// Of the owner.
                tag:b;
            #[allow(quoted_name, reason = \"kept for now\")]
            tag:b;
            //! The end.
        }
        //! Between.
        groups { group:g; }
        /** Again
         * tags
         */
        tagOwners { tag:c; }
        //! The last.
    ";
    let expected = "// The header. { // The tags. \"tagOwners\": { // Alone. // Of a. \"tag:a\": [ // Of the owner. \"tag:b\",], \
        // policy: allow(quoted-name) kept for now \"tag:b\": [], // The end. // Again // tags \"tag:c\": [],}, \
        // Between. \"groups\": { \"group:g\": [],}, // The last. }";
    let normal = |text: &str| text.replace([' ', ','], "");
    assert_eq!(normal(&hujson(text)), normal(expected));
}

#[test]
fn a_declared_capability_becomes_a_comment() {
    let text = r#"
        //! The header.
        lints { unused-tag = deny; }
        capabilities {
            "example.com/cap/a" { role :"reader"|"writer" ; t:[ string ];limit ? : int }
            //! Apart.
            /// Who may query.
            #[allow(unused_capability, reason = "soon")]
            "example.com/cap/b" {
                /// Who one is.
                read-only: bool;
                type?: { "a b": [{ x: number; }]; };
            }
            for name in [c, d] { "example.com/cap/${name}" {} }
            "other.com/cap/a" as   OtherA { role: string; }
        }
        randomizeClientPort = true;
    "#;
    let expected = "// The header.\n\n// policy: deny(unused-tag)\n\n\
        // policy: capability \"example.com/cap/a\" { role: \"reader\" | \"writer\"; t: [string]; limit?: int }\n\n\
        // Apart.\n\n// Who may query.\n// policy: allow(unused-capability) soon\n\
        // policy: capability \"example.com/cap/b\" {\n//     // Who one is.\n//     read-only: bool;\n\
        //     type?: { \"a b\": [{ x: number; }]; };\n// }\n\n\
        // policy: capability \"example.com/cap/c\" {}\n\n// policy: capability \"example.com/cap/d\" {}\n\n\
        // policy: capability \"other.com/cap/a\" as OtherA { role: string; }\n{\n";
    let lowered = lowered(text, SourceKind::Policy).0.policy;
    assert_eq!(lowered.get(..expected.len()), Some(expected), "{lowered}");
    assert_eq!(syntax_errors(text), [""; 0]);
}

#[test]
fn what_the_grammar_refuses() {
    let cases = [
        ("tagOwners { tag:a => tag:b; }", "expected `=`, found `=>`"),
        ("groups { group:a: x; }", "expected `=`, found `:`"),
        ("grants { a b -> c on 1; }", "expected `,` after this"),
        ("grants { tag:a -> tag:b on 1 }", "expected `;` after this"),
        ("grants { tag:a -> tag:b on 1; } ;", "no `;` after the block of `grants`"),
        ("; ;", "nothing ends here"),
        ("grants { tag:a -> tag:b on 1.5; }", "`1.5` is not a valid port"),
        ("grants { tag:a -> svc:\"x\" on 1; }", "the quotes belong around the whole `svc:x`"),
        ("tagOwners { /// nothing follows\n }", "`///` with nothing after it to belong to"),
        ("/// nothing follows", "`///` with nothing after it to belong to"),
        ("tagOwners { #[allow(nonsense, reason = \"x\")] tag:a; }", "unknown warning `nonsense`"),
        (
            "tagOwners { #[allow(undefined_tag, reason = \"x\")] tag:a; }",
            "`undefined-tag` is an error, and cannot be allowed",
        ),
        ("tagOwners { #[allow(quoted_name)] tag:a; }", "an `allow` requires a reason"),
        ("tagOwners { #[cfg(x)] tag:a; }", "no attribute `cfg` here"),
        ("derpMap = { \"a\": 0x10 };", "`0x10` is not a JSON number"),
        ("derpMap = { \"a\": 1_000 };", "`1_000` is not a JSON number"),
        ("\"derpMap\" = {};", "a key that is a word has no quotes"),
        ("capabilities { example.com/cap/a { b: int; } }", "the name of a capability is in quotes"),
        ("capabilities { \"example.com/cap/a\"; }", "expected `{` and the fields, found `;`"),
        ("capabilities { \"a.b/c\" = { b: int; } }", "a capability has its fields in braces, and no sign before them"),
        ("capabilities { \"a.b/c\" { b: int; }; }", "no `;` after the block of a capability"),
        ("capabilities { \"a.b/c\" { b: int; /// nothing follows\n } }", "`///` with no field after it"),
        ("capabilities { \"a.b/c\" { //! alone\n b: int; } }", "no `//!` in a shape"),
        ("capabilities { \"a.b/c\" { b: 'c'; } }", "`'c'` is not a string"),
        ("derpMap = { a: 1 };", "the name `a` is missing its quotes"),
        ("grants { a -> b app { c.d/e: [] }; }", "the name `c.d/e` is missing its quotes"),
        ("grants { a -> b app { \"c/d\": [{ e 1 }] }; }", "expected `:` after `e`, found `1`"),
        ("grants { a -> b app { \"c/d\": [{ 1: 1 }] }; }", "expected a name in quotes, found `1`"),
    ];
    for (policy, expected) in cases {
        assert!(
            syntax_errors(policy).iter().any(|message| message == expected),
            "{policy}: {:?}",
            syntax_errors(policy)
        );
    }
}

#[test]
fn lets_that_double_stop_at_the_limit_before_they_are_spliced_in() {
    for (first, rest) in [("tag:a, tag:b", "l49 -> tag:a on 22"), ("443, udp:53", "tag:a -> tag:b on l49")] {
        let lets: String = (1..50).map(|level| format!("let l{level} = l{0}, l{0};\n", level - 1)).collect();
        let text = format!("let l0 = {first};\n{lets}grants {{ {rest}; }} tagOwners {{ tag:a; tag:b; }}");
        let start = std::time::Instant::now();
        // One finding, at the first `let` that is too long.
        assert_eq!(syntax_errors(&text), ["with other `let`s inserted, `l12` has more than 10000 items"]);
        assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
    }
    let users: String = (0..20_000).map(|user| format!("\"u{user}@example.com\", ")).collect();
    let written_out = format!("let all = {users}; grants {{ all -> autogroup:self on 22; }}");
    assert_eq!(syntax_errors(&written_out), [""; 0]);
}

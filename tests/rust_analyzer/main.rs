//! Tests with a real rust-analyzer, which gets the requests of an operator's editor.
//!
//! It is the one that `POLICY_RUST_ANALYZER` names, or the first in `PATH` that runs. `.ci/install`
//! installs one.

mod client;

use std::fmt::Write as _;
use std::path::Path;
use std::sync::{LazyLock, Mutex};
use std::time::Instant;

use client::Editor;
use policy_test_support::require;

const FILE: &str = r#"pub mod tailnet {
    policy_macros::policy! {
        users {
            /// Runs it all
            alice = "alice@example.com", owner;
            bob = "bob@example.com", member;
        }
        devices {
            indri = tag:homelab, "100.64.0.7";
        }
        let https = tcp:443;
        /// Who may assign tags
        let ops = alice, autogroup:admin;

        groups { group:eng-team = alice, bob; }
        hosts { printer = "192.168.1.20"; on-prem = "10.0.0.0/8"; }
        ipsets { ipset:prod = "192.0.2.0/24", printer; }
        postures { posture:managed = "node:os == 'macos'"; }

        tagOwners {
            /// Server infrastructure
            tag:homelab = ops;
            tag:k8s-api = ops;
            tag:k8s-web, tag:web-2 = ops;
        }
        grants {
            group:eng-team -> tag:homelab, printer on https, tcp:22;
            bob -> tag:k8s-web, tag:web-2 on https;
            tag:homelab -> tag:k8s-api on tcp:6443 srcPosture posture:managed;
            ops -> ipset:prod, on-prem on ipv6-icmp:*;
            autogroup:member -> autogroup:internet on *;
        }
        ssh { check group:eng-team -> tag:homelab as autogroup:nonroot checkPeriod 12h; }
        tests { bob { accept tag:homelab:443; deny tag:k8s-api:6443; } }
    }
}
pub fn tags() -> [&'static str; 2] {
    [tailnet::tag::homelab.as_str(), tailnet::tag::k8s_api.as_str()]
}
"#;

/// One editor for all tests, because it takes long to start.
static EDITOR: LazyLock<Option<Mutex<Editor>>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("editor");
    Some(Mutex::new(Editor::open(&require::rust_analyzer()?, &folder, FILE)))
});

/// Opens a file with that text, if there is a rust-analyzer.
fn with_editor(text: &str, test: impl FnOnce(&mut Editor)) {
    let Some(editor) = EDITOR.as_ref() else { return };
    // After a failing test the editor is still usable, because each test writes its own text.
    let mut editor = editor.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    editor.write(text);
    test(&mut editor);
}

/// Returns [`FILE`] with one more statement in its `grants`.
fn with_grant(grant: &str) -> String {
    FILE.replace("        grants {\n", &format!("        grants {{\n            {grant}\n"))
}

#[test]
fn a_name_leads_to_its_declaration() {
    with_editor(FILE, |editor| {
        for (place, declaration) in [
            ("-> tag:home|lab,", "tag:«homelab» = ops;"),
            ("tag:home|lab:443", "tag:«homelab» = ops;"),
            ("-> tag:k8s-a|pi on", "tag:k8s-«api» = ops;"),
            ("-> tag:k8|s-api on", "tag:«k8s»-api = ops;"),
            ("-> tag:k8s-web, tag:web-|2", "tag:k8s-web, tag:web-«2» = ops;"),
            ("group:eng-te|am ->", "groups { group:eng-«team» = alice, bob; }"),
            ("prin|ter on https", "hosts { «printer» = \"192.168.1.20\"; on-prem = \"10.0.0.0/8\"; }"),
            ("on-pr|em on", "hosts { printer = \"192.168.1.20\"; on-«prem» = \"10.0.0.0/8\"; }"),
            ("bo|b ->", "«bob» = \"bob@example.com\", member;"),
            ("op|s ->", "let «ops» = alice, autogroup:admin;"),
            ("on htt|ps,", "let «https» = tcp:443;"),
            ("ipset:pr|od, on-prem", "ipsets { ipset:«prod» = \"192.0.2.0/24\", printer; }"),
            ("posture:man|aged;", "postures { posture:«managed» = \"node:os == 'macos'\"; }"),
            ("ind|ri =", "«indri» = tag:homelab, \"100.64.0.7\";"),
            ("tailnet::tag::home|lab", "tag:«homelab» = ops;"),
            ("tailnet::tag::k8s|_api", "«tag»:k8s-api = ops;"),
        ] {
            assert_eq!(editor.definition(place), [declaration], "{place}");
        }
        for (place, file) in
            [("autogroup:int|ernet", "autogroup.rs"), ("tc|p:22", "protocol.rs"), ("gra|nts {", "section.rs")]
        {
            assert_eq!(editor.definition(place), [file], "{place}");
        }
    });
}

#[test]
fn a_name_knows_where_it_is_used() {
    with_editor(FILE, |editor| {
        assert_eq!(
            editor.references("tag:home|lab = ops"),
            [
                "indri = tag:«homelab», \"100.64.0.7\";",
                "tag:«homelab» = ops;",
                "group:eng-team -> tag:«homelab», printer on https, tcp:22;",
                "tag:«homelab» -> tag:k8s-api on tcp:6443 srcPosture posture:managed;",
                "ssh { check group:eng-team -> tag:«homelab» as autogroup:nonroot checkPeriod 12h; }",
                "tests { bob { accept tag:«homelab»:443; deny tag:k8s-api:6443; } }",
                "[tailnet::tag::«homelab».as_str(), tailnet::tag::k8s_api.as_str()]",
            ]
        );
        assert_eq!(
            editor.references("tag:k8s-w|eb, tag:web-2 = ops"),
            ["tag:k8s-«web», tag:web-2 = ops;", "bob -> tag:k8s-«web», tag:web-2 on https;"]
        );
        assert_eq!(
            editor.references("let htt|ps"),
            [
                "let «https» = tcp:443;",
                "group:eng-team -> tag:homelab, printer on «https», tcp:22;",
                "bob -> tag:k8s-web, tag:web-2 on «https»;",
            ]
        );
        assert_eq!(editor.references("bo|b =").len(), 4);
        assert_eq!(editor.references("prin|ter =").len(), 3);
        assert_eq!(editor.references("group:eng-te|am =").len(), 3);
    });
}

#[test]
fn a_new_name_is_written_everywhere() {
    with_editor(FILE, |editor| {
        for (place, new, renamed) in [
            ("-> tag:home|lab,", "server", FILE.replace("homelab", "server")),
            ("-> tag:k8s-a|pi on", "gate", FILE.replace("k8s-api", "k8s-gate")),
            ("-> tag:k8|s-api on", "kube", FILE.replace("k8s-", "kube-")),
            ("group:eng-te|am ->", "crew", FILE.replace("eng-team", "eng-crew")),
            ("prin|ter on https", "laser", FILE.replace("printer", "laser")),
            ("on-pr|em on", "site", FILE.replace("on-prem", "on-site")),
            ("on htt|ps,", "web", FILE.replace("https", "web")),
            ("op|s ->", "staff", FILE.replace("ops", "staff")),
            ("bo|b ->", "robert", FILE.replace("bob", "robert").replace("robert@", "bob@")),
        ] {
            assert_eq!(editor.renamed(place, new), renamed, "{place}");
        }
    });
}

#[test]
fn a_name_says_what_the_policy_makes_of_it() {
    with_editor(FILE, |editor| {
        let card = editor.hover("-> tag:home|lab,");
        for part in [
            "`tag:homelab`: Server infrastructure",
            "Owners: `alice@example.com`, `autogroup:admin`",
            "Devices: `indri`",
            "Reached by:\n\n* `group:eng-team` on `tcp:443`, `tcp:22`",
        ] {
            assert!(card.contains(part), "{part}\n{card}");
        }
        for (place, part) in [
            ("-> tag:k8s-a|pi on", "Reached by:\n\n* `tag:homelab` on `tcp:6443`"),
            ("group:eng-te|am ->", "Members: `alice@example.com`, `bob@example.com`"),
            ("prin|ter on https", "Address: `192.168.1.20`"),
            ("ali|ce, bob", "`alice`: Runs it all"),
            ("bo|b ->", "Groups: `group:eng-team`"),
            ("op|s ->", "`ops`: Who may assign tags\n\nStands for: `alice`, `autogroup:admin`"),
            ("on htt|ps,", "Stands for: `tcp:443`"),
            ("posture:man|aged;", "All of: `node:os == 'macos'`"),
            ("ind|ri =", "Tags: `tag:homelab`"),
        ] {
            let card = editor.hover(place);
            assert!(card.contains(part), "{place}\n{card}");
        }
    });
}

/// Each keyword in a place where it is allowed.
const WORDS: &str = r#"policy_macros::policy! {
    let web = 443;
    users {
        a = "a@example.com", owner; b = "b@example.com", admin; c = "c@example.com", it-admin;
        d = "d@example.com", network-admin; e = "e@example.com", billing-admin; f = "f@example.com", auditor;
        g = "g@example.com", member;
    }
    devices { nas = tag:t; }
    groups { group:eng = a, b except b; }
    let others = group:eng except a;
    hosts { h = "10.0.0.1"; }
    ipsets { ipset:s = "10.0.0.0/8", remove "10.0.0.1", autogroup:internet; }
    postures { posture:p = "node:os == 'macos'"; }
    defaultSrcPosture = posture:p;
    randomizeClientPort = true;
    disableIPv4 = false;
    OneCGNATRoute = "mac-always";
    tagOwners { tag:t; }
    grants {
        autogroup:member, autogroup:owner, autogroup:admin, autogroup:it-admin, autogroup:network-admin,
            autogroup:billing-admin, autogroup:auditor, autogroup:tagged, autogroup:shared, autogroup:danger-all
            -> h on tcp:22, udp:53, sctp:80-443, icmp:*, icmpv4:*, icmpv6:*, ipv6-icmp:*, igmp:*, ipv4:*, egp:*, igp:*, dccp:*,
            gre:*, esp:*, ah:* via tag:t srcPosture posture:p;
        a -> tag:t app { "example.com/a": [{ read-only: true }], "tailscale.com/cap/drive": [{ shares: ["*"] }] };
        a -> autogroup:self on 22;
        a -> svc:web on web until "2999-12-31";
        group:eng except a -> tag:t on 22;
    }
    acls { a -> tag:t on 53 and tag:t on 443 srcPosture posture:p until "2999-12-31"; }
    ssh {
        check a -> tag:t as autogroup:nonroot checkPeriod always acceptEnv "A" recorder tag:t enforceRecorder;
        accept a, b except b -> tag:t as "root" srcPosture posture:p until "2999-12-31";
    }
    autoApprovers { routes { "10.0.0.0/8" = tag:t; } exitNode = tag:t; services { svc:web = tag:t; } }
    nodeAttrs { tag:t, a except a attr "funnel" app { "tailscale.com/app-connectors": [{ name: "a", connectors: ["*"] }] } ipPool "100.81.0.0/16"; }
    acls { a, tag:t except a -> tag:t on 22; }
    tests { a { accept tag:t:web; until "2999-12-31"; } }
    tests { a { proto udp; srcPostureAttrs { "node:os": "macos" }; accept tag:t:443; deny tag:t:22; } }
    sshTests { a -> tag:t { accept "root"; check "a"; deny "b"; srcPostureAttrs { "node:os": "macos" }; until "2999-12-31"; } }
    capabilities { "example.com/a" as Other { read-only: bool; a?: [string]; b: { c: int; d: number; }; } }
    lints { unused-tag = allow "why" until "2999-12-31"; unused-let = warn; unused-host = deny; }
    invariants { only a -> tag:t on 443 and tag:t on 22; never a except b -> tag:t; isolated tag:t except a on web; }
}
"#;

#[test]
fn every_word_of_the_language_is_explained() {
    with_editor(WORDS, |editor| {
        let explained = |editor: &mut Editor, at: usize| editor.hover_at(at).contains("---");
        let silent: Vec<&str> = words(WORDS).filter(|(at, _)| !explained(editor, *at)).map(|(_, word)| word).collect();
        // Words of JSON and names of warnings are not keywords. `read` is the start of `read-only`
        // where that is declared.
        assert_eq!(silent, ["true", "false", "true", "read", "unused", "tag", "unused", "let", "unused", "host"]);
    });
}

/// Capabilities: two of Tailscale's own, and one that the policy declares.
const CAPABILITIES: &str = r#"pub mod tailnet {
    policy_macros::policy! {
        capabilities {
            /// Who may query.
            "example.com/cap/sql" as Query {
                /// The tables.
                tables: [string];
                options?: { limit: int; };
            }
        }
        tagOwners { tag:k8s; }
        grants {
            autogroup:admin -> tag:k8s on 443 app {
                "tailscale.com/cap/kubernetes": [{ impersonate: { groups: ["system:masters"] }, recorder: ["tag:k8s"] }],
                "example.com/cap/sql": [{ tables: ["a"], options: { limit: 1 } }, { "tables": [], "options": { "limit": 2 } }]
            };
        }
        nodeAttrs {
            * app { "tailscale.com/app-connectors": [{ "name": "a", connectors: ["tag:k8s"], domains: ["example.com"] }] };
        }
    }
}
pub fn tables(query: &tailnet::capability::Query) -> bool {
    query.options.is_some()
}
"#;

#[test]
fn a_field_of_a_capability_is_explained_and_offered() {
    with_editor(CAPABILITIES, |editor| {
        assert_eq!(editor.diagnostics(), [""; 0]);
        for (place, part) in [
            ("imper|sonate: {", "`impersonate`: The identity that the proxy uses for calls to the Kubernetes API."),
            ("imper|sonate: {", "Shape: `impersonate?: { groups?: [string]; }`"),
            ("gro|ups: [", "`groups`: The Kubernetes groups"),
            ("reco|rder: [", "Shape: `recorder?: [string]`"),
            ("conne|ctors: [", "Shape: `connectors: [string]`"),
            ("{ tab|les: [\"a\"]", "`tables`: The tables."),
            ("options: { lim|it: 1 }", "Shape: `limit: int`"),
            // Names in quotes are explained, too.
            ("\"tailscale.com/cap/kuber|netes\"", "Access to the Kubernetes API"),
            ("\"example.com/cap/s|ql\": [", "`example.com/cap/sql`: Who may query."),
            ("\"na|me\": \"a\"", "`name`: The name in the admin console."),
            ("{ \"tab|les\": []", "`tables`: The tables."),
            ("\"options\": { \"lim|it\": 2 }", "Shape: `limit: int`"),
        ] {
            let card = editor.hover(place);
            assert!(card.contains(part), "{place}\n{card}");
        }
        for (place, declaration) in [
            ("{ tab|les: [\"a\"]", "«tables»: [string];"),
            ("{ \"tab|les\": []", "«tables»: [string];"),
            ("options: { lim|it: 1 }", "options?: { «limit»: int; };"),
            ("capability::Que|ry", "\"example.com/cap/sql\" as «Query» {"),
        ] {
            assert_eq!(editor.definition(place), [declaration], "{place}");
        }
        let kubernetes = &["enableEvents", "enforceRecorder", "impersonate", "recorder"][..];
        let cases = [
            ("\"tailscale.com/cap/kubernetes\": [{ en| }]", kubernetes),
            ("\"tailscale.com/cap/kubernetes\": [{ en|: true }]", kubernetes),
            ("\"tailscale.com/cap/kubernetes\": [{ recorder: [\"tag:k8s\"], en| }]", kubernetes),
            ("\"tailscale.com/cap/kubernetes\": [{ impersonate: { g| } }]", &["groups"]),
            ("\"example.com/cap/sql\": [{ tables: [], op| }]", &["options", "tables"]),
            ("\"example.com/cap/sql\": [{ tables: [], options: { l| } }]", &["limit"]),
        ];
        for (body, offered) in cases {
            let grant = format!("autogroup:admin -> tag:k8s app {{ {body} }};");
            let text = CAPABILITIES.replace("        grants {\n", &format!("        grants {{\n            {grant}\n"));
            editor.write(&text.replacen(body, &body.replace('|', ""), 1));
            assert_eq!(editor.completion(body), offered, "{body}");
        }
        // A string is one token, and rust-analyzer offers nothing in it.
        let body = "[{ \"im|personate\": {} }]";
        editor.write(&CAPABILITIES.replace(
            "[{ impersonate: { groups: [\"system:masters\"] }, ",
            &body.replace('|', "").replace(" }]", ", "),
        ));
        assert_eq!(editor.completion(&body.replace(" }]", "")), [""; 0]);
    });
}

/// Loops, and a fragment in another module.
const LOOPS: &str = r#"pub mod forge {
    policy_macros::policy_fragment! {
        /// The forge
        pub forge { tagOwners { tag:forge = autogroup:admin; } }
    }
}
pub mod tailnet {
    policy_macros::policy! {
        use crate::forge::forge;
        for svc in [kiwix, feed] {
            tagOwners { tag:$svc = autogroup:admin; tag:$svc-db; }
            for (number, reach) in [(443, tag:forge), (80, tag:forge)] {
                grants { tag:$svc -> $reach on $number; }
            }
        }
        hosts { for svc in [printer] { $svc = "192.168.1.20"; } }
        grants { autogroup:admin -> printer on 9100; }
    }
}
"#;

#[test]
fn a_loop_has_names_of_its_own() {
    with_editor(LOOPS, |editor| {
        let first = "for «svc» in [kiwix, feed] {";
        for (place, declaration) in [
            ("tag:$sv|c = autogroup", first),
            ("tag:$s|vc-db;", first),
            ("grants { tag:$sv|c ->", first),
            ("$rea|ch on", "for (number, «reach») in [(443, tag:forge), (80, tag:forge)] {"),
            ("on $numb|er", "for («number», reach) in [(443, tag:forge), (80, tag:forge)] {"),
            ("{ $sv|c = \"192", "hosts { for «svc» in [printer] { $svc = \"192.168.1.20\"; } }"),
        ] {
            assert_eq!(editor.definition(place), [declaration], "{place}");
        }
        assert_eq!(editor.references("for sv|c in [kiwix").len(), 4);
        assert!(editor.hover("tag:$sv|c = autogroup").contains("`svc`: one after the other `kiwix`, `feed`"));
        assert!(editor.hover("on $numb|er").contains("`number`: one after the other `443`, `80`"));
        let renamed = LOOPS.replacen("svc", "service", 4);
        assert_eq!(editor.renamed("tag:$sv|c = autogroup", "service"), renamed);
        for (statement, offered) in [
            ("grants { tag:$sv| -> tag:forge on 1; }", &["number", "reach", "svc"][..]),
            ("grants { tag:$| -> tag:forge on 1; }", &["number", "reach", "svc"]),
        ] {
            editor.write(&LOOPS.replace(
                "                grants {",
                &format!("                {}\n                grants {{", statement.replace('|', "")),
            ));
            assert_eq!(editor.completion(statement), offered, "{statement}");
        }
    });
}

#[test]
fn a_fragment_is_found_by_its_path() {
    with_editor(LOOPS, |editor| {
        assert_eq!(editor.definition("use crate::for|ge::forge;"), ["pub mod «forge» {"]);
        let fragment = editor.definition("use crate::forge::for|ge;");
        assert_eq!(
            fragment.first().map(String::as_str),
            Some("pub «forge» { tagOwners { tag:forge = autogroup:admin; } }")
        );
        assert!(editor.hover("use crate::forge::for|ge;").contains("The forge"));
        for (path, offered) in [("use crate::forge::fo|;", "forge"), ("use crate::fo|;", "forge")] {
            editor.write(&LOOPS.replace("use crate::forge::forge;", &path.replace('|', "")));
            let names = editor.completion(path);
            assert!(names.iter().any(|name| name.starts_with(offered)), "{path}: {names:?}");
        }
    });
}

/// Returns the words of a text outside quotes, and their places.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let unquoted = text.split('"').enumerate().scan(0, |at, (index, part)| {
        let start = *at;
        *at += part.len() + 1;
        Some((index % 2 == 0).then_some((start, part)))
    });
    unquoted.flatten().flat_map(|(start, part)| {
        let is_word = |char: char| char.is_ascii_alphanumeric() || char == '_';
        let words = part.split(move |char| !is_word(char)).filter(|word| !word.is_empty());
        words.map(move |word| (start + word.as_ptr().addr() - part.as_ptr().addr(), word))
    })
}

#[test]
fn names_and_words_are_offered_where_they_may_stand() {
    let names = ["alice", "autogroup", "bob", "group", "ipset", "on", "ops", "posture", "printer", "svc", "tag"];
    let protocols = [
        "ah", "dccp", "egp", "esp", "gre", "https", "icmp", "icmpv4", "icmpv6", "igmp", "igp", "ipv4", "ipv6", "sctp",
        "tcp", "udp",
    ];
    let roles = ["admin", "auditor", "billing", "it", "member", "network", "owner"];
    let cases: &[(&str, &[&str])] = &[
        ("bob -> tag:ho| on 443;", &["homelab", "k8s", "web"]),
        ("bob -> tag:k8s-| on 443;", &["api", "web"]),
        ("bob -> tag:k8s-|;", &["api", "web"]),
        ("bob -> tag:k8s-|", &["api", "web"]),
        ("bob -> tag:k8s-w|", &["api", "web"]),
        ("bob -> tag:homelab on 443 srcPosture posture:ma|;", &["managed"]),
        ("group:e| -> tag:homelab on 443;", &["eng"]),
        ("group:eng-| -> tag:homelab on 443;", &["team"]),
        ("bob -> autogroup:danger-| on 443;", &["all"]),
        ("bob -> pri| on 443;", &names),
        ("al| -> tag:homelab on 443;", &names),
        ("zed|", &names),
        ("bob -> on-| on 443;", &["prem"]),
        ("bob -> tag:homelab on ht|;", &protocols),
        ("bob -> tag:homelab on 443 sr|;", &["app", "except", "on", "srcPosture", "until", "via"]),
        (
            "} ssh { ch| } grants {",
            &[
                "accept",
                "acceptEnv",
                "always",
                "check",
                "checkPeriod",
                "enforceRecorder",
                "except",
                "recorder",
                "srcPosture",
                "until",
            ],
        ),
        ("} tests { bob { ac| } } grants {", &["accept", "deny", "proto", "srcPostureAttrs", "until"]),
        (
            "} sshTests { bob -> tag:homelab { ch| } } grants {",
            &["accept", "check", "deny", "srcPostureAttrs", "until"],
        ),
        ("} autoApprovers { ro| } grants {", &["except", "exitNode", "routes", "services"]),
        ("} users { zoe = \"zoe@example.com\", ad|; } grants {", &roles),
        ("} nodeAttrs { tag:homelab at| } grants {", &["app", "attr", "except", "ipPool"]),
        ("} groups { group:x = group:eng-team ex| } grants {", &["except"]),
        ("group:eng-team except bo| -> tag:homelab on 443;", &names),
        ("} tests { bob { accept tag:homelab:ht| } } grants {", &protocols),
        ("} lints { unused-tag = al|; } grants {", &["allow", "deny", "until", "warn"]),
    ];
    with_editor(FILE, |editor| {
        for (statement, offered) in cases {
            editor.write(&with_grant(&statement.replace('|', "")));
            assert_eq!(editor.completion(statement), *offered, "{statement}");
        }
        editor.write(&with_grant("} autoA| grants {").replace('|', ""));
        let sections = editor.completion("} autoA|");
        for section in ["autoApprovers", "grants", "tagOwners", "invariants", "randomizeClientPort"] {
            assert!(sections.contains(&section.to_owned()), "{section} {sections:?}");
        }
    });
}

#[test]
fn a_rule_says_who_reaches_what() {
    with_editor(FILE, |editor| {
        for (place, lines) in [
            (
                "printer o|n https, tcp:22;",
                &[
                    "The ports that the grant allows",
                    "From: `group:eng-team` (`alice@example.com`, `bob@example.com`)",
                    "To: `tag:homelab` (`indri`), `printer` (`192.168.1.20`)",
                    "On: `tcp:443`, `tcp:22`",
                ][..],
            ),
            ("tag:k8s-api o|n tcp:6443", &["From: `tag:homelab` (`indri`)", "To: `tag:k8s-api`", "On: `tcp:6443`"]),
            ("ssh { che|ck", &["To: `tag:homelab` (`indri`)", "As: `autogroup:nonroot`"]),
        ] {
            let card = editor.hover(place);
            for line in lines {
                assert!(card.contains(line), "{place}: no {line} in\n{card}");
            }
        }
        // The other rules are not meant.
        assert!(!editor.hover("tag:k8s-api o|n tcp:6443").contains("printer"));
    });
    with_editor(LOOPS, |editor| {
        let card = editor.hover("$reach o|n $number;");
        for line in ["From: `tag:kiwix`", "From: `tag:feed`", "On: `80`"] {
            assert!(card.contains(line), "{card}");
        }
    });
}

#[test]
fn mistakes_are_underlined_as_they_are_typed() {
    with_editor(FILE, |editor| {
        assert_eq!(editor.diagnostics(), [""; 0]);
        for (grant, mistake) in [
            ("bob -> tag:homelap on 443;", "undefined tag `tag:homelap` [undefined-tag]: bob -> tag:«homelap» on 443;"),
            (
                "bob -> tag:k8s-api2 on 443;",
                "undefined tag `tag:k8s-api2` [undefined-tag]: bob -> tag:k8s-«api2» on 443;",
            ),
            ("group:ops -> * on *;", "undefined group `group:ops` [undefined-group]: group:«ops» -> * on *;"),
            ("bob -> prnter on *;", "undefined name `prnter` [undefined-host]: bob -> «prnter» on *;"),
            ("bbo -> printer on *;", "undefined name `bbo` [undefined-host]: «bbo» -> printer on *;"),
            ("bob -> printer on htps;", "undefined port list `htps` [undefined-let]: bob -> printer on «htps»;"),
            ("bob -> printer on tpc:22;", "unknown protocol `tpc` [invalid-protocol]: bob -> printer on «tpc»:22;"),
            (
                "bob -> printer on 99999;",
                "port `99999` is out of range: the highest is 65535 [invalid-ports]: bob -> printer on «99999»;",
            ),
        ] {
            editor.write(&with_grant(grant));
            assert_eq!(editor.diagnostics(), [mistake]);
            // A mistake in one statement does not affect the names in others.
            assert_eq!(editor.definition("deny tag:k8s-a|pi:6443"), ["tag:k8s-«api» = ops;"]);
        }
        editor.write(FILE);
        assert_eq!(editor.diagnostics(), [""; 0]);
    });
}

#[test]
fn a_large_policy_answers_at_once() {
    let tag = |number: usize| format!("tag:service{number}");
    let policy = |last: &str| {
        let mut text = String::from("policy_macros::policy! {\n    tagOwners {\n");
        (0..100).for_each(|number| writeln!(text, "        {} = autogroup:admin;", tag(number)).unwrap());
        text.push_str("    }\n    grants {\n");
        for rule in 0..1_000 {
            let (src, dst) = (tag(rule % 100), tag((rule * 7 + rule / 100 + 1) % 100));
            writeln!(text, "        {src} -> {dst} on tcp:443, tcp:{};", 8_000 + rule).unwrap();
        }
        writeln!(text, "        {last}\n    }}\n}}").unwrap();
        text
    };
    with_editor(&policy("tag:service1 -> tag:service2 on 22;"), |editor| {
        assert_eq!(editor.diagnostics(), [""; 0]);
        let mut times = Vec::new();
        for round in 0..3 {
            let typed = format!("tag:service1 -> tag:serv on 2{round};");
            let start = Instant::now();
            editor.write(&policy(&typed));
            assert_eq!(editor.completion("tag:serv| on").len(), 100);
            let offered = start.elapsed();
            let mistake = editor.diagnostics();
            assert!(mistake[0].starts_with("undefined tag `tag:serv` [undefined-tag]"), "{mistake:?}");
            times.push((offered, start.elapsed()));
        }
        println!("1000 rules: after an edit, names are offered and the mistake is underlined in {times:.0?}");
    });
}

use crate::text::TokenText;

use super::{Scope, occurrences};

/// Returns the occurrences in a policy, each as its scope and name, with `=` for a declaration.
fn found(policy: &str) -> Vec<String> {
    occurrences(&TokenText::new(policy).tokens)
        .iter()
        .map(|occurrence| {
            let scope = match occurrence.scope {
                Scope::Word(module) => module.to_owned(),
                Scope::Variable(_) => "Variable".to_owned(),
                scope => format!("{scope:?}"),
            };
            let declared = occurrence.declared_as.map_or_else(String::new, |module| format!(" = {module}"));
            let missing = if occurrence.is_unfinished { "…" } else { "" };
            let name = if occurrence.path.is_empty() { occurrence.text() } else { occurrence.path.join(".") };
            format!("{scope} {name}{missing}{declared}")
        })
        .collect()
}

#[test]
fn names_and_words_are_found_by_their_shape() {
    for (policy, expected) in [
        (
            "tagOwners { tag:web, tag:k8s-2 = ops, group:eng; tag:spare; }",
            &[
                "section tagOwners",
                "Kind tag:web = tag",
                "Kind tag:k8s-2 = tag",
                "Bare ops",
                "Kind group:eng",
                "Kind tag:spare = tag",
            ][..],
        ),
        (
            "grants { a -> tag:x, on-prem, on https, tcp:22, ipv6-icmp:*, 80-443 via tag:r app { \"b\": [tag] }; }",
            &[
                "section grants",
                "Bare a",
                "Kind tag:x",
                "Bare on-prem",
                "grants on",
                "Ports https",
                "Protocol tcp",
                "Port 22",
                "Protocol ipv6-icmp",
                "Port 80",
                "Port 443",
                "grants via",
                "Kind tag:r",
                "grants app",
                "Capability b",
            ],
        ),
        (
            "nodeAttrs { a app { \"b/c\": [{ \"d\": 1, e-f: { g: [true], h } }, i], \"j\": {k: null} } attr \"l\"; }",
            &[
                "section nodeAttrs",
                "Bare a",
                "node_attrs app",
                "Capability b/c",
                "Field b/c.d",
                "Field b/c.e-f",
                "Field b/c.e-f.g",
                "Field b/c.e-f.h",
                "Capability j",
                "Field j.k",
                "node_attrs attr",
            ],
        ),
        (
            "capabilities { \"b/c\" as Other { d: string; e?: [{ f: int }]; g: \"h\" } \"i\" {} }",
            &["section capabilities", "capabilities as", "shapes string", "shapes int"],
        ),
        ("let p = tcp:443;", &["section let", "Ports p = let", "Protocol tcp", "Port 443"]),
        ("let p = alice, tag:x;", &["section let", "Bare p = let", "Bare alice", "Kind tag:x"]),
        (
            "users { al = \"al@example.com\", it-admin; } devices { nas = tag:nas, al; }",
            &[
                "section users",
                "Bare al = user",
                "users it-admin",
                "section devices",
                "Device nas = device",
                "Kind tag:nas",
                "Bare al",
            ],
        ),
        (
            "ssh { check al -> tag:x as \"root\" checkPeriod always; }",
            &["section ssh", "ssh check", "Bare al", "Kind tag:x", "ssh as", "ssh checkPeriod", "ssh always"],
        ),
        (
            "tests { al { proto udp; accept web:53, tag:x:dns; } {\"src\": \"al\"}; }",
            &[
                "section tests",
                "Bare al",
                "tests proto",
                "Ports udp",
                "tests accept",
                "Bare web",
                "Port 53",
                "Kind tag:x",
                "Ports dns",
            ],
        ),
        (
            "autoApprovers { routes { \"10.0.0.0/8\" = tag:r; } exitNode = al; }",
            &["section autoApprovers", "auto_approvers routes", "Kind tag:r", "auto_approvers exitNode", "Bare al"],
        ),
        (
            "for n in [web, tag:db] { grants { for p in [1, 2] { $n -> tag:x, tag:$n-y, a-$n on $p; } b -> c; } }",
            &[
                "Variable n = variable",
                "Kind tag:db",
                "section grants",
                "Variable p = variable",
                "Variable n",
                "Kind tag:x",
                "Kind tag:…",
                "Variable n",
                "Bare a…",
                "Variable n",
                "grants on",
                "Variable p",
                "Bare b",
                "Bare c",
            ],
        ),
        (
            "groups { group:a = al, group:b except al; } let x = tag:a except tag:b;",
            &[
                "section groups",
                "Kind group:a = group",
                "Bare al",
                "Kind group:b",
                "lists except",
                "Bare al",
                "section let",
                "Bare x = let",
                "Kind tag:a",
                "lists except",
                "Kind tag:b",
            ],
        ),
        ("lints { unused-tag = allow \"why\"; }", &["section lints", "lints allow"]),
        (
            "defaultSrcPosture = posture:p; derpMap = { a: b };",
            &["section defaultSrcPosture", "Kind posture:p", "section derpMap"],
        ),
    ] {
        assert_eq!(found(policy), expected, "{policy}");
    }
}

#[test]
fn an_unfinished_statement_takes_nothing_from_the_others() {
    for (policy, expected) in [
        (
            "grants { a -> tag:k8s-; b -> c on 1; }",
            &["section grants", "Bare a", "Kind tag:k8s…", "Bare b", "Bare c", "grants on", "Port 1"][..],
        ),
        (
            "grants { a -> tag:; b -> c on 1; }",
            &["section grants", "Bare a", "Kind tag:…", "Bare b", "Bare c", "grants on", "Port 1"],
        ),
        (
            "tagOwners { tag:a = al tag:b = al; }",
            &["section tagOwners", "Kind tag:a = tag", "Bare al", "Kind tag:b = tag", "Bare al"],
        ),
        ("grants { a -> b on 1 sr; }", &["section grants", "Bare a", "Bare b", "grants on", "Port 1", "grants sr"]),
        (
            "grants { a -> b app { \"c/d\": [{ e: \"f\" g }] }; h -> i on 1; }",
            &[
                "section grants",
                "Bare a",
                "Bare b",
                "grants app",
                "Capability c/d",
                "Field c/d.e",
                "Field c/d.g",
                "Bare h",
                "Bare i",
                "grants on",
                "Port 1",
            ],
        ),
        ("gra hosts { a = \"10.0.0.1\"; }", &["section gra", "section hosts", "Bare a = host"]),
        ("grnts { a -> b on 1; }", &["section grnts", "Bare a", "Bare b", "grants on", "Port 1"]),
    ] {
        assert_eq!(found(policy), expected, "{policy}");
    }
}

#[test]
fn a_variable_says_what_it_stands_for() {
    let said = |policy: &str| -> Vec<String> {
        let occurrences = occurrences(&TokenText::new(policy).tokens);
        occurrences.into_iter().filter_map(|occurrence| occurrence.doc).collect()
    };
    assert_eq!(
        said("for (name, last) in [(printer, 20), (tag:k8s-api, \"21\")] { hosts { $name = \"10.0.0.${last}\"; } }"),
        ["`name`: one after the other `printer`, `tag:k8s-api`", "`last`: one after the other `20`, `\"21\"`"]
    );
    let many: Vec<String> = (0..20).map(|number| format!("n{number}")).collect();
    let [doc] = said(&format!("for n in [{}] {{ tagOwners {{ tag:$n; }} }}", many.join(", "))).try_into().unwrap();
    assert!(doc.ends_with("`n11`, …"), "{doc}");
}

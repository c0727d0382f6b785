//! Tests of proofs: invariants that hold, are broken, or depend on an unknown fact.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "clippy takes only the functions marked as tests for tests, not their helpers"
)]

use policy_core::{Code, Policy};

const TAGS: &str = r#""tagOwners": {"tag:a": [], "tag:b": [], "tag:c": [], "tag:r": []},
    "groups": {"group:g": ["alice@example.com"], "group:mixed": ["Zed@Example.com"]},
    "hosts": {"nas": "100.64.0.9", "lab": "10.0.0.1"},
    "ipsets": {
        "ipset:half": ["100.64.0.0/11"],
        "ipset:halves": ["100.64.0.0/11", "100.96.0.0/11"],
        "ipset:all": ["100.64.0.0/10", "fd7a:115c:a1e0::/48"],
        "ipset:lab": ["10.0.0.0/30"]
    }"#;

/// Returns a list of words as JSON.
fn list(words: &str) -> String {
    let quoted: Vec<String> = words.split(", ").map(|word| format!("\"{word}\"")).collect();
    format!("[{}]", quoted.join(", "))
}

/// Converts `SOURCES -> DESTINATIONS on PORTS` to a grant.
fn grant(rule: &str) -> String {
    let (ends, ports) = rule.split_once(" on ").unwrap_or((rule, "*"));
    let (src, dst) = ends.split_once(" -> ").unwrap();
    format!(r#"{{"src": {}, "dst": {}, "ip": {}}}"#, list(src), list(dst), list(ports))
}

/// Converts `KIND SOURCES [except …] [-> TARGETS [on PORTS] [except …]]` to an invariant.
fn invariant(text: &str) -> String {
    let (kind, rest) = text.split_once(' ').unwrap();
    let target = |text: &str| match text.split_once(" on ") {
        Some((dst, ports)) => format!(r#"{{"dst": {}, "ip": {}}}"#, list(dst), list(ports)),
        None => format!(r#"{{"dst": {}}}"#, list(text)),
    };
    let except = |text: &str| -> (String, Option<String>) {
        text.split_once(" except ").map_or((text.to_owned(), None), |(all, out)| (all.to_owned(), Some(out.to_owned())))
    };
    let (src, to) = rest.split_once(" -> ").map_or((rest, None), |(src, to)| (src, Some(to)));
    let (src, mut src_except) = except(src);
    let (targets, mut out) = to.map_or((None, None), |to| {
        let (to, out) = except(to);
        (Some(target(&to)), out)
    });
    if kind == "isolated" {
        out = src_except.take();
    }
    let mut parts = vec![format!(r#""kind": "{kind}", "src": {}"#, list(&src))];
    parts.extend(targets.map(|target| format!(r#""targets": [{target}]"#)));
    parts.extend(src_except.map(|words| format!(r#""src_except": {}"#, list(&words))));
    parts.extend(out.map(|words| format!(r#""except": [{}]"#, target(&words))));
    format!("{{{}}}", parts.join(", "))
}

/// Returns a policy with grants and facts, the members of a JSON object.
fn policy(rules: &[&str], facts: &str) -> Policy {
    let grants: Vec<String> = rules.iter().map(|rule| grant(rule)).collect();
    Policy::with_facts(&format!("{{{TAGS}, \"grants\": [{}]}}", grants.join(", ")), &format!("{{{facts}}}"))
}

/// Returns the result of an invariant: `holds`, `broken` or `unknown`.
fn verdict(rules: &[&str], facts: &str, text: &str) -> &'static str {
    let facts = if facts.is_empty() { String::new() } else { format!("{facts}, ") };
    let policy = policy(rules, &format!("{facts}\"invariants\": [{}]", invariant(text)));
    let found = policy.check();
    let has = |code: Code| found.iter().any(|finding| finding.code == code);
    let unexpected = |code: Code| ![Code::BrokenInvariant, Code::UnverifiableInvariant].contains(&code);
    let errors = found.iter().filter(|one| one.code.severity() == policy_core::Severity::Error);
    let errors: Vec<_> = errors.filter(|finding| unexpected(finding.code)).collect();
    assert!(errors.is_empty(), "{rules:?} {text}: {errors:?}");
    match (has(Code::BrokenInvariant), has(Code::UnverifiableInvariant)) {
        (true, true) => panic!("two findings for {rules:?} {text}"),
        (true, false) => "broken",
        (false, true) => "unknown",
        (false, false) => "holds",
    }
}

#[track_caller]
fn assert_verdicts(facts: &str, cases: &[(&[&str], &str, &str)]) {
    let wrong: Vec<String> = cases
        .iter()
        .map(|&(rules, text, wanted)| (rules, text, wanted, verdict(rules, facts, text)))
        .filter(|(_, _, wanted, found)| wanted != found)
        .map(|(rules, text, wanted, found)| format!("{rules:?}: {text}: {found} and not {wanted}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn addresses_of_one_family_are_not_the_whole_device() {
    let member: &[&str] = &["autogroup:member -> tag:b on tcp:22"];
    assert_verdicts(
        "",
        &[
            (member, "only autogroup:member -> 100.64.0.0/10", "broken"),
            (member, "only autogroup:member -> ipset:halves", "broken"),
            (member, "only autogroup:member -> ipset:all", "holds"),
            (member, "only autogroup:member -> 100.64.0.0/10, fd7a:115c:a1e0::/48", "holds"),
            (member, "never autogroup:member -> tag:b except 100.64.0.0/10", "broken"),
            (member, "never autogroup:member -> tag:b except ipset:all", "holds"),
            (member, "never autogroup:member except 100.64.0.0/10 -> tag:b", "broken"),
            (member, "never autogroup:member except ipset:all -> tag:b", "holds"),
            (member, "never 100.64.0.0/10 -> tag:b", "broken"),
            (member, "never fd7a:115c:a1e0::/48 -> 100.64.0.0/10", "holds"),
            (member, "isolated tag:b except 100.64.0.0/10", "broken"),
            (&["fd7a:115c:a1e0::/48 -> 100.64.0.0/10"], "never autogroup:member -> tag:b", "holds"),
            (&["fd7a:115c:a1e0::/48 -> 10.0.0.0/8"], "never autogroup:member -> lab", "holds"),
            (&["fd7a:115c:a1e0::/48 -> *"], "never autogroup:member -> lab", "unknown"),
            (&["fd7a:115c:a1e0::/48 -> *"], "never autogroup:member -> tag:b", "broken"),
            (&["100.64.0.0/10 -> 100.64.0.0/10"], "never autogroup:member -> tag:b", "broken"),
            (&["ipset:halves -> ipset:halves"], "never autogroup:member -> tag:b", "broken"),
        ],
    );
}

#[test]
fn an_address_of_the_tailnet_may_be_that_of_any_device() {
    let half: &[&str] = &["autogroup:member -> 100.64.0.0/11 on tcp:5432"];
    let client: &[&str] = &["tag:a -> tag:b on tcp:22"];
    let cases: &[(&[&str], &str, &str)] = &[
        (half, "never autogroup:member -> tag:b", "unknown"),
        (half, "never autogroup:member -> tag:b on tcp:22", "holds"),
        (half, "never tag:a -> tag:b", "holds"),
        (half, "isolated tag:b", "unknown"),
        (half, "never autogroup:member -> svc:x", "unknown"),
        (half, "only autogroup:member -> tag:b", "unknown"),
        (&["autogroup:member -> 100.64.0.5"], "never autogroup:member -> tag:b", "unknown"),
        (&["autogroup:member -> nas"], "never autogroup:member -> tag:b", "unknown"),
        (&["autogroup:member -> ipset:half"], "never autogroup:member -> tag:b", "unknown"),
        (&["autogroup:member -> fd7a:115c:a1e0:ab12::/64"], "never autogroup:member -> tag:b", "unknown"),
        (&["100.64.0.0/11 -> tag:b"], "never autogroup:member -> tag:b", "unknown"),
        (&["nas -> tag:b"], "never group:g -> tag:b", "unknown"),
        (&["nas -> nas"], "never tag:a -> tag:b", "unknown"),
        (&["100.64.0.0/11 -> fd7a:115c:a1e0:ab12::/64"], "never tag:a -> tag:b", "holds"),
        (client, "never tag:a -> nas", "unknown"),
        (client, "never nas -> tag:b", "unknown"),
        (client, "never nas -> tag:c", "holds"),
        (client, "isolated 100.100.237.21", "unknown"),
        (client, "never tag:a -> 10.0.0.1", "holds"),
        // Another device may exist.
        (client, "never tag:a -> tag:b except 100.64.0.1", "broken"),
        (&["autogroup:member -> autogroup:self on tcp:22"], "never autogroup:member -> nas", "unknown"),
        (&["autogroup:member -> 100.64.0.0/10"], "never autogroup:member -> svc:x", "unknown"),
    ];
    assert_verdicts("", cases);
    // If the addresses of all devices are known, no fact about them is unknown.
    let nodes = |addresses: [&str; 2]| {
        format!(
            r#""nodes": [{{"name": "db", "tags": ["tag:b"], {}}}, {{"name": "web", "tags": ["tag:a"], {}}}]"#,
            addresses[0], addresses[1]
        )
    };
    let outside = nodes([r#""ipv4": "100.127.0.1""#, r#""ipv4": "100.127.0.2""#]);
    let inside = nodes([r#""ipv4": "100.64.0.1""#, r#""ipv4": "100.127.0.2""#]);
    let partly = nodes([r#""ipv4": "100.127.0.1""#, r#""routable_ips": []"#]);
    let never = "never autogroup:member -> tag:b";
    assert_verdicts(&outside, &[(half, never, "holds"), (client, "never tag:a -> nas", "holds")]);
    assert_verdicts(&inside, &[(half, never, "broken")]);
    assert_verdicts(&partly, &[(half, never, "unknown")]);
}

#[test]
fn who_is_in_a_group_of_the_identity_provider_is_unknown() {
    let eng: &[&str] = &["group:eng@example.com -> tag:b"];
    let to_eng: &[&str] = &["tag:a -> group:eng@example.com"];
    assert_verdicts(
        "",
        &[
            (eng, "never alice@example.com -> tag:b", "unknown"),
            (eng, "never group:g -> tag:b", "unknown"),
            (eng, "never group:ops@example.com -> tag:b", "unknown"),
            (eng, "never user:*@example.com -> tag:b", "unknown"),
            (eng, "never autogroup:admin -> tag:b", "unknown"),
            (eng, "never group:eng@example.com -> tag:b", "broken"),
            (eng, "never autogroup:member -> tag:b", "broken"),
            (eng, "never autogroup:member except group:ops@example.com -> tag:b", "unknown"),
            (eng, "never autogroup:member except group:eng@example.com -> tag:b", "holds"),
            (eng, "never tag:a -> tag:b", "holds"),
            (&["group:eng@example.com -> tag:c"], "only group:ops@example.com -> tag:b", "unknown"),
            (to_eng, "never tag:a -> alice@example.com", "unknown"),
            (to_eng, "isolated alice@example.com", "unknown"),
            (&["alice@example.com -> tag:b"], "never group:eng@example.com -> tag:b", "unknown"),
            (
                &["alice@example.com -> tag:b"],
                "never alice@example.com except group:eng@example.com -> tag:b",
                "unknown",
            ),
            (&["autogroup:member -> tag:b"], "never autogroup:member except group:eng@example.com -> tag:b", "broken"),
        ],
    );
}

#[test]
fn roles_and_tailnets_of_users_may_be_unknown() {
    let admin: &[&str] = &["autogroup:admin -> tag:b"];
    let users = |role: &str| format!(r#""users": [{{"name": "alice", "email": "alice@example.com"{role}}}]"#);
    assert_verdicts("", &[(admin, "never alice@example.com -> tag:b", "unknown")]);
    assert_verdicts(&users(""), &[(admin, "never alice@example.com -> tag:b", "unknown")]);
    assert_verdicts(&users(r#", "role": "member""#), &[(admin, "never alice@example.com -> tag:b", "holds")]);
    assert_verdicts(&users(r#", "role": "admin""#), &[(admin, "never alice@example.com -> tag:b", "broken")]);
    let alice: &[&str] = &["alice@example.com -> tag:b"];
    let owner = r#""users": [{"name": "olga", "email": "olga@example.com", "role": "owner"}]"#;
    assert_verdicts(
        owner,
        &[
            (admin, "never autogroup:member -> tag:b", "broken"),
            (alice, "never alice@example.com except autogroup:admin -> tag:b", "unknown"),
            (alice, "never autogroup:shared -> tag:b", "holds"),
            (&["carol@other.org -> tag:b"], "never autogroup:shared -> tag:b", "unknown"),
            (&["carol@other.org -> tag:b"], "never autogroup:shared -> tag:c", "holds"),
        ],
    );
}

#[test]
fn a_public_address_is_behind_an_exit_node_or_a_subnet_router() {
    let internet: &[&str] = &["autogroup:member -> autogroup:internet"];
    let subnet: &[&str] = &["autogroup:member -> 203.0.113.0/24"];
    assert_verdicts(
        "",
        &[
            (internet, "never autogroup:member -> autogroup:internet", "broken"),
            (internet, "never autogroup:member -> 203.0.113.0/24", "broken"),
            (internet, "never autogroup:member -> 10.0.0.0/8", "holds"),
            (internet, "only autogroup:member -> autogroup:internet", "holds"),
            (subnet, "never autogroup:member -> 203.0.113.7", "broken"),
            (subnet, "only autogroup:member -> autogroup:internet", "broken"),
            (subnet, "only autogroup:member -> 203.0.113.0/24", "holds"),
            (&["autogroup:member -> *"], "only autogroup:member -> autogroup:internet, 0.0.0.0/0, ::/0", "holds"),
        ],
    );
    let both = policy(&[internet[0], subnet[0]], "");
    assert!(both.check().iter().all(|finding| finding.code != Code::RedundantRule), "{:?}", both.check());
}

#[test]
fn an_ipv4_address_may_be_reached_by_its_4via6_address() {
    let site = "fd7a:115c:a1e0:b1a:0:7:a00:0/120";
    let rule = format!("autogroup:member -> {site}");
    let all = "autogroup:member -> fd7a:115c:a1e0:b1a::/64";
    assert_verdicts(
        "",
        &[
            (&[&rule], "never autogroup:member -> 10.0.0.1", "unknown"),
            (&[&rule], "never autogroup:member -> lab", "unknown"),
            (&[&rule], "never autogroup:member -> 10.0.1.1", "holds"),
            (&[&rule], "never autogroup:member -> tag:b", "holds"),
            (&[all], "never autogroup:member -> 10.0.1.1", "unknown"),
            (&["autogroup:member -> 10.0.0.0/8"], "never autogroup:member -> 10.0.0.1", "broken"),
            (&["autogroup:member -> fd7a:115c:a1e0::/48"], "never autogroup:member -> 10.0.0.1", "unknown"),
            (&["autogroup:member -> fd7a:115c:a1e0:b00::/56"], "isolated lab", "unknown"),
            (&["autogroup:member -> fd7a:115c:a1e0:c00::/56"], "never autogroup:member -> 10.0.0.1", "holds"),
        ],
    );
}

#[test]
fn a_ping_passes_wherever_a_port_is_open() {
    let web: &[&str] = &["tag:a -> tag:b on tcp:443"];
    let any_web: &[&str] = &["tag:a -> tag:b on 443"];
    assert_verdicts(
        "",
        &[
            (web, "never tag:a -> tag:b on icmp:*", "broken"),
            (web, "never tag:a -> tag:b on ipv6-icmp:*", "broken"),
            (web, "never tag:a -> tag:c on icmp:*", "holds"),
            (web, "never tag:b -> tag:a on icmp:*", "holds"),
            (web, "never tag:a -> tag:b on tcp:22", "holds"),
            (web, "never tag:a -> tag:b on 22", "holds"),
            (web, "never tag:a -> tag:b except tag:b on tcp:443", "holds"),
            (web, "only tag:a -> tag:b on tcp:443", "holds"),
            (web, "isolated tag:b", "broken"),
            (any_web, "never tag:a -> tag:b on 22", "holds"),
            (any_web, "never tag:a -> tag:b on 22, 443", "broken"),
            (any_web, "never tag:a -> tag:b on icmp:*", "broken"),
            (any_web, "never tag:a -> tag:b except tag:b on tcp:443", "broken"),
            (any_web, "never tag:a -> tag:b except tag:b on tcp:443, udp:443", "holds"),
            (any_web, "only tag:a -> tag:b on tcp:443, udp:443", "holds"),
            (any_web, "only tag:a -> tag:b on tcp:443", "broken"),
            (web, "only tag:a -> * except tag:b on icmp:*", "broken"),
            (web, "only tag:a -> * except tag:b on tcp:22", "holds"),
            (&["tag:a -> tag:b on icmp:*"], "only tag:a -> tag:b on gre:*", "holds"),
            (&["tag:a -> tag:b on icmp:*"], "only tag:a -> tag:c on gre:*", "broken"),
            (&["tag:a -> 10.0.0.1 on udp:53"], "never tag:a -> lab on icmp:*", "broken"),
            (&["tag:a -> 10.0.0.1 on udp:53"], "never tag:a -> lab on ipv6-icmp:*", "holds"),
            (&["tag:a -> fd00::1 on icmp:*"], "never tag:a -> fd00::1 on ipv6-icmp:*", "broken"),
        ],
    );
}

#[test]
fn nothing_but_addresses_is_behind_the_routers_of_a_via() {
    let verdict = |dst: &str, text: &str| {
        let grant = format!(r#"{{"src": ["tag:a"], "dst": ["{dst}"], "ip": ["*"], "via": ["tag:r"]}}"#);
        let facts = format!("{{\"invariants\": [{}]}}", invariant(text));
        let found = Policy::with_facts(&format!("{{{TAGS}, \"grants\": [{grant}]}}"), &facts).check();
        found.iter().any(|finding| [Code::BrokenInvariant, Code::UnverifiableInvariant].contains(&finding.code))
    };
    assert!(verdict("10.0.0.0/8", "never tag:a -> lab"));
    assert!(verdict("autogroup:internet", "never tag:a -> autogroup:internet"));
    assert!(!verdict("tag:b", "never tag:a -> tag:b"));
    assert!(!verdict("nas", "never tag:a -> tag:b"));
}

#[test]
fn a_device_without_an_owner_and_tags_has_its_address() {
    let facts = r#""nodes": [{"name": "nas", "ipv4": "100.64.0.9"}]"#;
    assert_verdicts(
        facts,
        &[
            (&["tag:a -> nas"], "never tag:a -> nas", "broken"),
            (&["nas -> tag:a"], "isolated nas", "broken"),
            (&["tag:a -> nas"], "never tag:a -> tag:b", "holds"),
        ],
    );
}

#[test]
fn domains_are_compared_without_case() {
    let rules: &[&str] = &["user:*@example.com -> tag:b"];
    assert_verdicts(
        "",
        &[
            (rules, "never group:mixed -> tag:b", "broken"),
            (&["user:*@EXAMPLE.com -> tag:b"], "never alice@example.com -> tag:b", "broken"),
            (&["zed@example.com -> tag:b"], "never user:*@Example.com -> tag:b", "broken"),
        ],
    );
}

#[test]
fn a_rule_is_redundant_only_if_others_allow_each_packet_whatever_the_facts_are() {
    let member = "autogroup:member -> tag:b on tcp:22";
    for (rules, wanted) in [
        (&[member, "100.64.0.0/10 -> tag:b on tcp:22"][..], 0),
        (&[member, "100.64.0.0/10, fd7a:115c:a1e0::/48 -> tag:b on tcp:22"], 1),
        (&[member, "ipset:halves, fd7a:115c:a1e0::/48 -> tag:b on tcp:22"], 1),
        (&["autogroup:internet -> tag:b", "203.0.113.0/24 -> tag:b"], 0),
        (&["alice@example.com -> tag:b", "group:eng@example.com -> tag:b"], 0),
        (&["group:eng@example.com -> tag:b", "user:*@example.com -> tag:b"], 0),
        (&["group:eng@example.com -> tag:b", "autogroup:member -> tag:b"], 1),
        (&["fd7a:115c:a1e0::/48 -> 100.64.0.0/10", "tag:a -> tag:b"], 0),
        (&["tag:a -> nas", "tag:a -> tag:b"], 0),
        (&["tag:a -> nas", "tag:a -> 100.64.0.0/11"], 1),
    ] {
        let found = policy(rules, "").check();
        let redundant = found.iter().filter(|finding| finding.code == Code::RedundantRule);
        assert_eq!(redundant.count(), wanted, "{rules:?}");
    }
}

#[test]
fn devices_with_several_tags_reach_what_is_behind_known_routers() {
    let facts = |routes: &str, router: &str| {
        format!(
            r#""nodes": [
                {{"name": "two", "tags": ["tag:b", "tag:c"], "ipv4": "100.64.0.1"{router}}},
                {{"name": "router", "tags": ["tag:r"], "ipv4": "100.64.0.2"{routes}}}
            ]"#
        )
    };
    let route = |prefix: &str| format!(r#", "routable_ips": ["{prefix}"], "approved_routes": ["{prefix}"]"#);
    for (routes, router, wanted) in [
        (route("10.0.0.0/16"), String::new(), true),
        (route("10.0.0.1/32"), String::new(), true),
        (String::new(), String::new(), false),
        (route("192.168.0.0/16"), String::new(), false),
        (route("0.0.0.0/0"), String::new(), false),
        (String::new(), route("10.0.0.0/16"), false),
    ] {
        let facts = facts(&routes, &router);
        let rules = &["tag:b -> 10.0.0.0/8"];
        let all = format!("{facts}, \"invariants\": [{}]", invariant("never tag:c -> 10.0.0.0/8"));
        let found = policy(rules, &all).check();
        let is_found = found.iter().any(|finding| finding.code == Code::ReachableDevice);
        assert_eq!(is_found, wanted, "{facts}");
    }
    let exit = route("0.0.0.0/0");
    let public = route("203.0.113.0/24");
    for (rule, text, routes, wanted) in [
        ("tag:b -> autogroup:internet", "never tag:c -> autogroup:internet", &exit, true),
        ("tag:b -> autogroup:internet", "never tag:c -> autogroup:internet", &public, false),
        ("tag:b -> autogroup:internet", "never tag:c -> autogroup:internet", &String::new(), false),
        ("tag:b -> autogroup:internet", "never tag:c -> 203.0.113.7", &exit, true),
        ("tag:b -> 203.0.113.0/24", "never tag:c -> 203.0.113.7", &public, true),
        ("tag:b -> 203.0.113.0/24", "never tag:c -> 203.0.113.7", &exit, false),
        ("tag:b -> *", "never tag:c -> 203.0.113.7", &exit, true),
        ("tag:b -> *", "never tag:c -> 10.9.0.1", &exit, true),
        ("tag:b -> *", "never tag:c -> 2001:db8::1", &exit, false),
        ("* -> tag:b", "never autogroup:shared -> tag:c", &exit, true),
        ("autogroup:member -> tag:b", "never autogroup:shared -> tag:c", &exit, false),
    ] {
        let all = format!("{}, \"invariants\": [{}]", facts(routes, ""), invariant(text));
        let found = policy(&[rule], &all).check();
        let is_found = found.iter().any(|finding| finding.code == Code::ReachableDevice);
        assert_eq!(is_found, wanted, "{rule}: {all}");
    }
}

#[test]
fn only_routers_with_a_tag_of_its_via_carry_what_a_rule_opens() {
    for (tag, wanted) in [("tag:r", true), ("tag:a", false)] {
        let facts = format!(
            r#"{{"nodes": [
                {{"name": "two", "tags": ["tag:b", "tag:c"], "ipv4": "100.64.0.1"}},
                {{"name": "router", "tags": ["{tag}"], "ipv4": "100.64.0.2",
                    "routable_ips": ["10.0.0.0/8"], "approved_routes": ["10.0.0.0/8"]}}
            ], "invariants": [{}]}}"#,
            invariant("never tag:c -> lab")
        );
        let grant = r#"{"src": ["tag:b"], "dst": ["10.0.0.0/8"], "ip": ["*"], "via": ["tag:r"]}"#;
        let found = Policy::with_facts(&format!("{{{TAGS}, \"grants\": [{grant}]}}"), &facts).check();
        let is_found = found.iter().any(|finding| finding.code == Code::ReachableDevice);
        assert_eq!(is_found, wanted, "{facts}");
    }
}

#[test]
fn which_addresses_a_service_has_is_unknown() {
    let service: &[&str] = &["autogroup:member -> svc:web on 443"];
    assert_verdicts(
        "",
        &[
            (service, "only autogroup:member -> ipset:all", "unknown"),
            (service, "only autogroup:member -> tag:a", "broken"),
            (service, "never autogroup:member -> ipset:half", "unknown"),
            (service, "never autogroup:member -> svc:web except ipset:all", "unknown"),
            (service, "never autogroup:member -> svc:web except 10.0.0.0/8", "broken"),
            (&["autogroup:member -> 100.64.0.0/10"], "never autogroup:member -> svc:web", "unknown"),
        ],
    );
}

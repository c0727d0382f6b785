//! The differences between two policies, as lines of text.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "clippy takes only the functions marked as tests for tests, not their helpers"
)]

mod endings;

use policy_analysis::Analysis;
use policy_analysis::diff::Direction;
use policy_core::Policy;

/// Returns the lines of the difference between two policies that both have the sections in
/// `common`.
fn lines(common: &str, old: &str, new: &str) -> Vec<String> {
    let policy = |sections: &str| Policy::parse(format!("{{{common}\n{sections}}}")).validate().unwrap();
    let (old, new) = (policy(old), policy(new));
    for policy in [&old, &new] {
        assert!(policy.unreadable.is_empty(), "{}\n{:?}", policy.text, policy.unreadable);
    }
    let sign = |direction| if direction == Direction::Gained { '+' } else { '-' };
    old.diff(&new).changes.iter().map(|change| format!("{} {change}", sign(change.direction))).collect()
}

/// Checks cases. Each has a title, the sections of the old policy, those of the new one, and the
/// expected lines.
fn check(common: &str, cases: &[(&str, &str, &str, &[&str])]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|(case, old, new, expected)| {
            let found = lines(common, old, new);
            (found != *expected).then(|| format!("{case}: {found:#?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const TAGS: &str = r#""tagOwners": {"tag:web": [], "tag:db": [], "tag:router": [], "tag:exit": []},
    "postures": {"posture:new": ["node:tsVersion >= '1.60'"], "posture:mac": ["node:os == 'macos'"]},"#;

#[test]
fn access_is_described_with_the_selectors_of_its_rule() {
    check(
        TAGS,
        &[
            (
                "a new rule",
                r#""grants": []"#,
                r#""grants": [{"src": ["autogroup:member"], "dst": ["tag:web"], "ip": ["tcp:22", "443"]}]"#,
                &["+ autogroup:member -> tag:web 443, tcp:22"],
            ),
            (
                "an ACL with a host instead of an address",
                r#""hosts": {"lab": "10.0.0.1"}, "acls": [{"action": "accept", "src": ["autogroup:member"], "dst": ["lab:22,80"]}]"#,
                r#""grants": [{"src": ["autogroup:member"], "dst": ["10.0.0.1"], "ip": ["80", "22"]}]"#,
                &[],
            ),
            (
                "a new member of a group",
                r#""groups": {"group:eng": ["alice@example.com"]}, "grants": [{"src": ["group:eng"], "dst": ["tag:web"], "ip": ["*"]}]"#,
                r#""groups": {"group:eng": ["alice@example.com", "bob@example.com"]}, "grants": [{"src": ["group:eng"], "dst": ["tag:web"], "ip": ["*"]}]"#,
                &["+ bob@example.com -> tag:web *"],
            ),
            (
                "a host with another address",
                r#""hosts": {"lab": "10.0.0.1"}, "grants": [{"src": ["tag:db"], "dst": ["lab"], "ip": ["*"]}]"#,
                r#""hosts": {"lab": "10.0.0.2"}, "grants": [{"src": ["tag:db"], "dst": ["lab"], "ip": ["*"]}]"#,
                &["+ tag:db -> lab *", "- tag:db -> lab *"],
            ),
            (
                "more sources and destinations",
                r#""grants": [{"src": ["autogroup:member"], "dst": ["tag:web"], "ip": ["tcp:443"]}]"#,
                r#""grants": [{"src": ["*"], "dst": ["tag:web", "tag:db"], "ip": ["tcp:443"]}]"#,
                &["+ * -> tag:db tcp:443", "+ * (but not autogroup:member) -> tag:web tcp:443"],
            ),
            (
                "a policy without rules also allows sources outside the tailnet",
                "",
                r#""grants": [{"src": ["*"], "dst": ["*"], "ip": ["*"]}]"#,
                &["- autogroup:danger-all (but not *) -> * *"],
            ),
            (
                "a new posture",
                r#""grants": [{"src": ["tag:db"], "dst": ["tag:web"], "ip": ["*"]}]"#,
                r#""grants": [{"src": ["tag:db"], "dst": ["tag:web"], "ip": ["*"], "srcPosture": ["posture:mac"]}]"#,
                &["- tag:db -> tag:web * unless posture:mac"],
            ),
            (
                "another posture",
                r#""grants": [{"src": ["tag:db"], "dst": ["tag:web"], "ip": ["*"], "srcPosture": ["posture:mac"]}]"#,
                r#""grants": [{"src": ["tag:db"], "dst": ["tag:web"], "ip": ["*"], "srcPosture": ["posture:new", "posture:mac"]}]"#,
                &["+ tag:db -> tag:web * when posture:new"],
            ),
            (
                "own devices instead of those of all members",
                r#""grants": [{"src": ["autogroup:member"], "dst": ["autogroup:member"], "ip": ["tcp:22"]}]"#,
                r#""grants": [{"src": ["autogroup:member"], "dst": ["autogroup:self"], "ip": ["tcp:22"]}]"#,
                &["- autogroup:member -> autogroup:member (not own devices) tcp:22"],
            ),
            (
                "all devices instead of own ones",
                r#""grants": [{"src": ["autogroup:member"], "dst": ["autogroup:self"], "ip": ["*"]}]"#,
                r#""grants": [{"src": ["autogroup:member"], "dst": ["*"], "ip": ["*"]}]"#,
                &["+ autogroup:member -> * (not own devices) *"],
            ),
            (
                "through a router",
                r#""grants": [{"src": ["tag:db"], "dst": ["10.0.0.0/8"], "ip": ["*"]}]"#,
                r#""grants": [{"src": ["tag:db"], "dst": ["10.0.0.0/8"], "ip": ["*"], "via": ["tag:router"]}]"#,
                &["+ tag:db -> 10.0.0.0/8 * via tag:router", "- tag:db -> 10.0.0.0/8 *"],
            ),
            (
                "fewer ports",
                r#""grants": [{"src": ["tag:db"], "dst": ["tag:web"], "ip": ["*"]}]"#,
                r#""grants": [{"src": ["tag:db"], "dst": ["tag:web"], "ip": ["tcp:80", "tcp:443"]}]"#,
                &["- tag:db -> tag:web * (but not tcp:80, tcp:443)"],
            ),
            (
                "a smaller network",
                r#""grants": [{"src": ["tag:db"], "dst": ["10.0.0.0/8"], "ip": ["*"]}]"#,
                r#""grants": [{"src": ["tag:db"], "dst": ["10.1.0.0/16"], "ip": ["*"]}]"#,
                &["- tag:db -> 10.0.0.0/8 (but not 10.1.0.0/16) *"],
            ),
        ],
    );
}

#[test]
fn the_first_ssh_rule_that_matches_decides() {
    check(
        TAGS,
        &[
            (
                "a rule that never decides",
                r#""ssh": [{"action": "check", "src": ["autogroup:member"], "dst": ["tag:web"], "users": ["autogroup:nonroot"]}]"#,
                r#""ssh": [{"action": "accept", "src": ["autogroup:member"], "dst": ["tag:web"], "users": ["autogroup:nonroot"]},
                           {"action": "check", "src": ["autogroup:member"], "dst": ["tag:web"], "users": ["autogroup:nonroot"], "checkPeriod": "12h"}]"#,
                &[],
            ),
            (
                "one check fewer",
                r#""ssh": [{"action": "check", "src": ["autogroup:member"], "dst": ["tag:web"], "users": ["autogroup:nonroot", "root"]}]"#,
                r#""ssh": [{"action": "check", "src": ["autogroup:member"], "dst": ["tag:web"], "users": ["root"]},
                           {"action": "accept", "src": ["autogroup:member"], "dst": ["tag:web"], "users": ["autogroup:nonroot"]}]"#,
                &[
                    "+ autogroup:member -> tag:web accept as autogroup:nonroot",
                    "- autogroup:member -> tag:web check as autogroup:nonroot",
                ],
            ),
            (
                "other terms",
                r#""ssh": [{"action": "check", "src": ["autogroup:member"], "dst": ["autogroup:self"], "users": ["root"], "checkPeriod": "always"}]"#,
                r#""ssh": [{"action": "check", "src": ["autogroup:member"], "dst": ["autogroup:self"], "users": ["root"], "acceptEnv": ["GIT_*"]}]"#,
                &[
                    "+ autogroup:member -> autogroup:self check as root acceptEnv GIT_*",
                    "- autogroup:member -> autogroup:self check as root checkPeriod always",
                ],
            ),
            (
                "more accounts",
                r#""ssh": [{"action": "accept", "src": ["tag:db"], "dst": ["tag:web"], "users": ["backup"]}]"#,
                r#""ssh": [{"action": "accept", "src": ["tag:db"], "dst": ["tag:web"], "users": ["autogroup:nonroot"]}]"#,
                &["+ tag:db -> tag:web accept as autogroup:nonroot (but not backup)"],
            ),
            (
                "the account named as the user",
                r#""ssh": [{"action": "accept", "src": ["autogroup:member"], "dst": ["tag:web"], "users": ["localpart:*@example.com"]}]"#,
                r#""ssh": [{"action": "accept", "src": ["autogroup:member"], "dst": ["tag:web"], "users": ["root"]}]"#,
                &[
                    "+ autogroup:member -> tag:web accept as root",
                    "- user:*@example.com -> tag:web accept as localpart:*@example.com",
                    "- user:*@example.com -> autogroup:self accept as localpart:*@example.com",
                ],
            ),
            (
                "accounts named as the users of a synced group",
                r#""ssh": []"#,
                r#""ssh": [{"action": "accept", "src": ["group:all@example.com"], "dst": ["tag:web"], "users": ["localpart:*@example.com"]}]"#,
                &[
                    "+ a member of group:all@example.com with a login at example.com -> tag:web accept as localpart:*@example.com",
                    "+ a member of group:all@example.com with a login at example.com -> autogroup:self accept as localpart:*@example.com",
                ],
            ),
            (
                "a synced group before its domain",
                r#""ssh": [{"action": "check", "src": ["user:*@example.com"], "dst": ["tag:web"], "users": ["root"], "checkPeriod": "2h"},
                           {"action": "check", "src": ["group:all@example.com"], "dst": ["tag:web"], "users": ["root"], "checkPeriod": "1h"}]"#,
                r#""ssh": [{"action": "check", "src": ["group:all@example.com"], "dst": ["tag:web"], "users": ["root"], "checkPeriod": "1h"},
                           {"action": "check", "src": ["user:*@example.com"], "dst": ["tag:web"], "users": ["root"], "checkPeriod": "2h"}]"#,
                &[
                    "+ a member of group:all@example.com with a login at example.com -> tag:web check as root checkPeriod 1h0m0s",
                    "- a member of group:all@example.com with a login at example.com -> tag:web check as root checkPeriod 2h0m0s",
                ],
            ),
            (
                "a new posture for a login",
                r#""ssh": [{"action": "accept", "src": ["autogroup:member"], "dst": ["tag:web"], "users": ["root"]}]"#,
                r#""ssh": [{"action": "accept", "src": ["autogroup:member"], "dst": ["tag:web"], "users": ["root"], "srcPosture": ["posture:mac"]}]"#,
                &["- autogroup:member -> tag:web accept as root unless posture:mac"],
            ),
        ],
    );
}

#[test]
fn capabilities_attributes_and_settings_are_compared() {
    check(
        TAGS,
        &[
            (
                "a value of a capability",
                r#""grants": [{"src": ["tag:db"], "dst": ["tag:web"], "app": {"example.com/cap/x": [{"a": 1, "b": 2}]}}]"#,
                r#""grants": [{"src": ["tag:db"], "dst": ["tag:web"], "app": {"example.com/cap/x": [{"b": 2, "a": 1}, {"a": 2}]}}]"#,
                &[r#"+ tag:db -> tag:web example.com/cap/x {"a":2}"#],
            ),
            (
                "attributes",
                r#""nodeAttrs": [{"target": ["tag:db"], "attr": ["funnel"]}, {"target": ["*"], "attr": ["nextdns:1"]}]"#,
                r#""nodeAttrs": [{"target": ["tag:db", "tag:web"], "attr": ["funnel"]}]"#,
                &["+ tag:web funnel", "- * nextdns:1"],
            ),
            (
                "settings",
                r#""randomizeClientPort": true, "disableIPv4": null"#,
                r#""OneCGNATRoute": "mac-always""#,
                &[r#"+ OneCGNATRoute = "mac-always""#, "- randomizeClientPort = true"],
            ),
            (
                "declarations that no rule uses, and tests",
                r#""groups": {"group:a": ["alice@example.com"]}, "hosts": {"x": "10.0.0.1"}"#,
                r#""groups": {"group:b": ["alice@example.com"]}, "tests": [{"src": "tag:db", "deny": ["tag:web:1"]}]"#,
                &[],
            ),
        ],
    );
}

#[test]
fn tag_owners_and_auto_approvers_are_compared() {
    check(
        "",
        &[
            (
                "owners",
                r#""groups": {"group:eng": ["alice@example.com"]}, "tagOwners": {"tag:a": ["group:eng"], "tag:b": ["autogroup:admin"], "tag:c": []}"#,
                r#""groups": {"group:eng": ["alice@example.com", "bob@example.com"]}, "tagOwners": {"tag:A": ["group:eng"], "tag:b": [], "tag:d": ["tag:b"]}"#,
                &["+ bob@example.com may assign tag:a", "+ tag:b may assign tag:d", "+ tag:d", "- tag:c"],
            ),
            (
                "routes",
                r#""tagOwners": {"tag:r": []}, "autoApprovers": {"routes": {"10.1.0.0/16": ["tag:r"], "192.168.0.0/24": ["tag:r"]}}"#,
                r#""tagOwners": {"tag:r": []}, "autoApprovers": {"routes": {"10.0.0.0/8": ["tag:r"], "0.0.0.0/0": ["tag:r"]}, "exitNode": ["tag:r"], "services": {"svc:web": ["tag:r"]}}"#,
                &[
                    "+ tag:r may advertise 10.0.0.0/8",
                    "+ tag:r may be an exit node",
                    "+ tag:r may host svc:web",
                    "- tag:r may advertise 192.168.0.0/24",
                ],
            ),
        ],
    );
}

#[test]
fn the_conditions_of_a_posture_are_compared_once() {
    check(
        r#""tagOwners": {"tag:web": [], "tag:db": []},"#,
        &[
            (
                "a posture with one condition fewer and one more",
                r#""postures": {"posture:x": ["node:os == 'linux'"]}, "grants": [{"src": ["tag:db"], "dst": ["tag:web"], "ip": ["*"], "srcPosture": ["posture:x"]}]"#,
                r#""postures": {"posture:x": ["node:os  IS SET"]}, "grants": [{"src": ["tag:db"], "dst": ["tag:web"], "ip": ["*"], "srcPosture": ["posture:x"]}]"#,
                &["+ posture:x no longer requires `node:os == 'linux'`", "- posture:x now requires `node:os  IS SET`"],
            ),
            (
                "a reformatted posture",
                r#""postures": {"posture:x": ["node:os == 'linux'", "node:tsAutoUpdate"]}, "grants": [{"src": ["tag:db"], "dst": ["tag:web"], "ip": ["*"], "srcPosture": ["posture:x"]}]"#,
                r#""postures": {"posture:x": ["node:tsAutoUpdate", "node:os  == 'linux'"]}, "grants": [{"src": ["tag:db"], "dst": ["tag:web"], "ip": ["*"], "srcPosture": ["posture:x"]}]"#,
                &[],
            ),
            (
                "a renamed posture",
                r#""postures": {"posture:x": ["node:os == 'linux'"]}, "defaultSrcPosture": ["posture:x"], "grants": [{"src": ["tag:db"], "dst": ["tag:web"], "ip": ["*"]}]"#,
                r#""postures": {"posture:y": ["node:os  == 'linux'"]}, "grants": [{"src": ["tag:db"], "dst": ["tag:web"], "ip": ["*"], "srcPosture": ["posture:y"]}]"#,
                &[],
            ),
        ],
    );
}

#[test]
fn an_ssh_login_on_stricter_terms_is_not_new_access() {
    let policy = |rule: &str| {
        let rule = format!(r#"{{"src": ["autogroup:member"], "dst": ["autogroup:self"], "users": ["root"], {rule}}}"#);
        Policy::parse(format!(r#"{{"ssh": [{rule}]}}"#)).validate().unwrap()
    };
    let accept = r#""action": "accept""#;
    let check = r#""action": "check""#;
    let hourly = r#""action": "check", "checkPeriod": "1h""#;
    for (old, new, is_new) in [
        (accept, check, false),
        (check, accept, true),
        (check, hourly, false),
        (hourly, check, true),
        (accept, accept, false),
    ] {
        assert_eq!(policy(old).diff(&policy(new)).new_access().next().is_some(), is_new, "{old} {new}");
    }
}

#[test]
fn packets_are_compared_address_by_address() {
    let grants = |rules: &[(&str, &str)]| {
        let grant = |(src, dst): &(&str, &str)| format!(r#"{{"src": ["{src}"], "dst": ["{dst}"], "ip": ["tcp:22"]}}"#);
        format!(r#""grants": [{}]"#, rules.iter().map(grant).collect::<Vec<_>>().join(", "))
    };
    let (member, internet, public) = ("autogroup:member", "autogroup:internet", "203.0.113.0/24");
    let (v4, v6) = ("100.64.0.0/10", "fd7a:115c:a1e0::/48");
    for (case, old, new, expected) in [
        (
            "a public prefix is behind a subnet router, and the internet behind exit nodes",
            grants(&[(member, internet)]),
            grants(&[(member, internet), (member, public)]),
            vec!["+ autogroup:member -> 203.0.113.0/24 tcp:22"],
        ),
        (
            "and the other way round",
            grants(&[(member, public)]),
            grants(&[(member, public), (member, internet)]),
            vec!["+ autogroup:member -> autogroup:internet tcp:22"],
        ),
        (
            "the addresses of one family are not the whole device",
            grants(&[(v4, "tag:db")]),
            grants(&[(v4, "tag:db"), (v6, "tag:db")]),
            vec!["+ fd7a:115c:a1e0::/48 -> tag:db tcp:22"],
        ),
        ("nothing goes from IPv6 to IPv4", grants(&[]), grants(&[(v6, v4), (v6, "10.0.0.0/8")]), vec![]),
        (
            "an address of the tailnet is not the devices that may have it",
            grants(&[(member, "tag:db")]),
            grants(&[(member, "tag:db"), (member, "100.64.0.9")]),
            vec!["+ autogroup:member -> 100.64.0.9 tcp:22"],
        ),
        (
            "a synced group is not the users who may be in it",
            grants(&[("user:*@example.com", "tag:db")]),
            grants(&[("user:*@example.com", "tag:db"), ("group:eng@example.com", "tag:db")]),
            vec!["+ group:eng@example.com -> tag:db tcp:22"],
        ),
    ] {
        assert_eq!(lines(TAGS, &old, &new), expected, "{case}");
    }
}

#[test]
fn known_devices_and_what_their_routes_lead_to_are_compared_address_by_address() {
    let facts = r#"{
        "users": [{"name": "alice", "email": "alice@example.com"}],
        "nodes": [
            {"name": "laptop", "user": "alice", "ipv4": "100.64.0.1", "ipv6": "fd7a:115c:a1e0::1"},
            {"name": "old", "tags": ["tag:db"], "ipv4": "100.64.0.2"},
            {"name": "new", "tags": ["tag:db"], "ipv6": "fd7a:115c:a1e0::3"},
            {"name": "router", "tags": ["tag:router"], "ipv4": "100.64.0.4",
                "routable_ips": ["203.0.113.0/24"], "approved_routes": ["203.0.113.0/24"]}
        ]
    }"#;
    let policy = |rules: &[(&str, &str)]| {
        let grant = |(src, dst): &(&str, &str)| format!(r#"{{"src": ["{src}"], "dst": ["{dst}"], "ip": ["tcp:22"]}}"#);
        let grants = rules.iter().map(grant).collect::<Vec<_>>().join(", ");
        Policy::with_facts(&format!("{{{TAGS}\n\"grants\": [{grants}]}}"), facts).validate().unwrap()
    };
    let (alice, internet) = ("alice@example.com", ("alice@example.com", "autogroup:internet"));
    let (v4, v6) = ("100.64.0.0/10", "fd7a:115c:a1e0::/48");
    for (old, new, expected) in [
        (vec![internet], vec![internet, (alice, "203.0.113.0/24")], "laptop -> 203.0.113.0/24 tcp:22"),
        (vec![], vec![internet], ""),
        (vec![], vec![(v6, v4)], ""),
        (
            vec![(v6, v4)],
            vec![(v6, v4), (alice, "tag:db")],
            "laptop over IPv6 -> new tcp:22; laptop over IPv4 -> old tcp:22",
        ),
        (vec![(v4, v4)], vec![(v4, v4), (alice, "tag:db")], "laptop over IPv6 -> new tcp:22"),
    ] {
        let found = policy(&old).device_diff(&policy(&new));
        let found: Vec<String> = found.changes.iter().map(ToString::to_string).collect();
        assert_eq!(found.join("; "), expected, "{old:?} {new:?}");
    }
}

#[test]
fn only_known_devices_that_can_exchange_a_packet_are_named() {
    let facts = r#"{
        "users": [{"name": "alice", "email": "alice@example.com"}, {"name": "bob", "email": "bob@example.com"}],
        "nodes": [
            {"name": "laptop", "user": "alice", "ipv4": "100.64.0.1"},
            {"name": "phone", "user": "bob", "ipv6": "fd7a:115c:a1e0::2"},
            {"name": "tablet", "user": "bob", "ipv6": "fd7a:115c:a1e0::3"},
            {"name": "router", "tags": ["tag:router"], "ipv4": "100.64.0.4",
                "routable_ips": ["10.0.0.0/24", "2001:db8::/32"], "approved_routes": ["10.0.0.0/24", "2001:db8::/32"]},
            {"name": "second", "tags": ["tag:db"], "ipv4": "100.64.0.5",
                "routable_ips": ["10.0.1.0/24"], "approved_routes": ["10.0.1.0/24"]},
            {"name": "exit", "tags": ["tag:exit"], "ipv4": "100.64.0.6",
                "routable_ips": ["0.0.0.0/0"], "approved_routes": ["0.0.0.0/0"]}
        ]
    }"#;
    let policy = |src: &str, dst: &str| {
        let grant = format!(r#"{{"src": ["{src}"], "dst": ["{dst}"], "ip": ["tcp:22"]}}"#);
        let grant = if src.is_empty() { "" } else { &grant };
        Policy::with_facts(&format!("{{{TAGS}\n\"grants\": [{grant}]}}"), facts).validate().unwrap()
    };
    for (src, dst, expected) in [
        // Packets from a device to itself do not pass through the tailnet.
        ("alice@example.com", "alice@example.com", ""),
        ("bob@example.com", "bob@example.com", "phone, tablet -> phone, tablet tcp:22"),
        ("autogroup:member", "autogroup:self", "phone, tablet -> phone, tablet (own devices) tcp:22"),
        ("tag:router", "tag:router", ""),
        // An address of another family is unreachable.
        ("autogroup:member", "alice@example.com", ""),
        ("tag:db", "autogroup:member", "second -> laptop tcp:22"),
        // A router, and everything behind it, reaches its subnet without the tailnet.
        ("tag:router", "10.0.0.0/24", ""),
        ("10.0.0.0/25", "10.0.0.128/25", ""),
        ("10.0.0.0/25", "100.64.0.4", ""),
        ("10.0.0.0/24", "10.0.1.0/24", "10.0.0.0/24 -> 10.0.1.0/24 tcp:22"),
        ("alice@example.com", "10.0.0.0/24", "laptop -> 10.0.0.0/24 tcp:22"),
        // An exit node only carries the families of its routes.
        ("2001:db8::/32", "autogroup:internet", ""),
        ("bob@example.com", "autogroup:internet", ""),
        ("tag:exit", "autogroup:internet", ""),
        ("alice@example.com", "autogroup:internet", "laptop -> any public address, through an exit node tcp:22"),
    ] {
        let (without, with) = (policy("", ""), policy(src, dst));
        for found in [without.device_diff(&with), with.device_diff(&without)] {
            let found: Vec<String> = found.changes.iter().map(ToString::to_string).collect();
            assert_eq!(found.join("; "), expected, "{src} -> {dst}");
        }
    }
}

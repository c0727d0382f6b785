#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

use policy_core::Policy;

use crate::matrix::Matrix;

/// Returns a cell as text: ports, the families if not all, and the selectors that it depends on.
fn cell(policy: &str, source: &str, destination: &str) -> Vec<String> {
    cell_with_facts(policy, "{}", source, destination)
}

/// Like [`cell`], with facts.
fn cell_with_facts(policy: &str, facts: &str, source: &str, destination: &str) -> Vec<String> {
    let policy = Policy::with_facts(policy, facts);
    let matrix = Matrix::new(&policy);
    let row = matrix.sources.iter().position(|end| end.name() == source).unwrap();
    let column = matrix.destinations.iter().position(|end| end.name() == destination).unwrap();
    let access = matrix.row(row).remove(&column).unwrap_or_default();
    let text = access.iter().map(|part| {
        let families = part.families.map_or_else(String::new, |families| format!(" over {families}"));
        let depends = if part.depends.is_empty() { String::new() } else { format!(" if {}", part.depends.join(", ")) };
        format!("{}{families}{depends}", part.ports)
    });
    text.collect()
}

#[test]
fn a_prefix_of_one_family_is_not_the_whole_device() {
    let policy = r#"{"tagOwners": {"tag:db": [], "tag:web": []}, "grants": [
        {"src": ["tag:web"], "dst": ["tag:db"], "ip": ["tcp:22"]},
        {"src": ["100.64.0.0/10"], "dst": ["tag:db"], "ip": ["tcp:80"]},
        {"src": ["tag:web"], "dst": ["fd7a:115c:a1e0::/48"], "ip": ["tcp:443"]},
        {"src": ["fd7a:115c:a1e0::/48"], "dst": ["100.64.0.0/10"], "ip": ["tcp:1"]},
    ]}"#;
    for (source, destination, expected) in [
        ("tag:web", "tag:db", &["tcp:22", "tcp:80 over IPv4", "tcp:443 over IPv6"][..]),
        ("100.64.0.0/10", "fd7a:115c:a1e0::/48", &[]),
        ("fd7a:115c:a1e0::/48", "100.64.0.0/10", &[]),
    ] {
        let mut found = cell(policy, source, destination);
        found.sort_by_key(|part| part.len());
        assert_eq!(found, expected, "{source} {destination}");
    }
}

#[test]
fn a_login_of_another_domain_may_be_a_user_of_another_tailnet() {
    let policy = |domain: &str| {
        format!(
            r#"{{"tagOwners": {{"tag:a": [], "tag:b": [], "tag:c": []}}, "grants": [
                {{"src": ["autogroup:shared"], "dst": ["tag:a"], "ip": ["tcp:1"]}},
                {{"src": ["autogroup:member"], "dst": ["tag:b"], "ip": ["tcp:2"]}},
                {{"src": ["al@example.com", "carol@other.org", "{domain}"], "dst": ["tag:c"], "ip": ["tcp:3"]}},
            ]}}"#
        )
    };
    let (known, unknown, usual) = (policy("user:*@example.com"), policy("tag:c"), policy("dora@other.org"));
    for (policy, source, destination, expected) in [
        (&known, "al@example.com", "tag:a", &[][..]),
        (&known, "al@example.com", "tag:b", &["tcp:2"]),
        (&known, "carol@other.org", "tag:a", &["tcp:1 if autogroup:shared"]),
        (&known, "carol@other.org", "tag:b", &["tcp:2 if autogroup:member"]),
        (&known, "carol@other.org", "tag:c", &["tcp:3"]),
        (&unknown, "carol@other.org", "tag:a", &["tcp:1 if autogroup:shared"]),
        (&unknown, "carol@other.org", "tag:b", &["tcp:2 if autogroup:member"]),
        (&usual, "carol@other.org", "tag:a", &["tcp:1 if autogroup:shared"]),
        (&usual, "carol@other.org", "tag:b", &["tcp:2"]),
        (&usual, "al@example.com", "tag:b", &["tcp:2 if autogroup:member"]),
    ] {
        assert_eq!(cell(policy, source, destination), expected, "{source} {destination}\n{policy}");
    }
}

#[test]
fn what_depends_on_a_group_a_role_or_the_address_of_a_service_is_said() {
    let policy = r#"{"tagOwners": {"tag:a": [], "tag:b": []}, "grants": [
        {"src": ["group:eng@example.com"], "dst": ["tag:a"], "ip": ["tcp:1"]},
        {"src": ["autogroup:admin"], "dst": ["tag:a"], "ip": ["tcp:2"]},
        {"src": ["zed@other.org"], "dst": ["tag:a"], "ip": ["tcp:3"]},
        {"src": ["al@example.com"], "dst": ["tag:a"], "ip": ["tcp:4"]},
        {"src": ["group:ops@example.com", "autogroup:auditor", "autogroup:shared"], "dst": ["tag:b"], "ip": ["tcp:5"]},
        {"src": ["autogroup:member"], "dst": ["100.64.0.0/10"], "ip": ["tcp:6"]},
        {"src": ["tag:b"], "dst": ["svc:x"], "ip": ["tcp:7"]},
    ]}"#;
    let facts = r#"{"users": [{"name": "al", "email": "al@example.com", "role": "member"}],
        "nodes": [{"name": "lap", "user": "al", "ipv4": "100.64.0.1", "ipv6": "fd7a:115c:a1e0::1"}]}"#;
    for facts in ["{}", facts] {
        for (source, destination, expected) in [
            (
                "group:ops@example.com",
                "tag:a",
                &[
                    "tcp:1 if group:eng@example.com",
                    "tcp:2 if autogroup:admin",
                    "tcp:3 if zed@other.org",
                    "tcp:4 if al@example.com",
                ][..],
            ),
            ("autogroup:auditor", "tag:a", &["tcp:1 if group:eng@example.com"]),
            ("autogroup:shared", "tag:a", &["tcp:3 if zed@other.org"]),
            ("autogroup:member", "svc:x", &["tcp:6 if 100.64.0.0/10"]),
            ("tag:b", "svc:x", &["tcp:7"]),
        ] {
            let found = cell_with_facts(policy, facts, source, destination);
            let found: Vec<&String> =
                found.iter().filter(|part| !part.starts_with("tcp:6") || source == "autogroup:member").collect();
            assert_eq!(found, expected, "{source} {destination} {facts}");
        }
    }
}

#[test]
fn what_no_router_carries_is_closed() {
    let policy = |destination: &str, via: &str| {
        format!(
            r#"{{"tagOwners": {{"tag:r": [], "tag:z": []}}, "ipsets": {{"ipset:mixed": ["100.64.0.0/10", "10.9.0.0/16"]}},
                "grants": [{{"src": ["autogroup:member"], "dst": ["{destination}"], "ip": ["tcp:1"], "via": [{via}]}}],
                "tests": [{{"src": "al@example.com", "deny": ["10.9.0.1:1"]}}]}}"#
        )
    };
    let facts = |routes: &str| {
        format!(
            r#"{{"nodes": [{{"name": "r", "tags": ["tag:r"], "ipv4": "100.64.0.2", "ipv6": "fd7a:115c:a1e0::2",
                "routable_ips": [{routes}], "approved_routes": [{routes}]}}]}}"#
        )
    };
    let (none, exit) = (facts(""), facts(r#""0.0.0.0/0", "::/0""#));
    let (private, public) = (facts(r#""10.9.0.0/16""#), facts(r#""203.0.113.0/24""#));
    for (rule, via, facts, destination, is_open) in [
        ("10.9.0.0/16", "", "{}", "10.9.0.0/16", true),
        ("10.9.0.0/16", "", &*none, "10.9.0.0/16", false),
        ("10.9.0.0/16", "", &exit, "10.9.0.0/16", false),
        ("10.9.0.0/16", "", &private, "10.9.0.0/16", true),
        ("10.9.0.0/16", "", &public, "10.9.0.0/16", false),
        ("10.9.0.0/16", r#""tag:r""#, &private, "10.9.0.0/16", true),
        ("10.9.0.0/16", r#""tag:z""#, &private, "10.9.0.0/16", false),
        ("10.9.0.0/16", r#""tag:z""#, "{}", "10.9.0.0/16", true),
        ("autogroup:internet", "", &exit, "autogroup:internet", true),
        ("autogroup:internet", "", &public, "autogroup:internet", false),
        ("autogroup:internet", r#""tag:z""#, &exit, "autogroup:internet", false),
        ("203.0.113.0/24", "", &public, "203.0.113.0/24", true),
        // Exit nodes drop packets to private addresses.
        ("*", "", &exit, "10.9.0.1", false),
        ("*", "", &private, "10.9.0.1", true),
        ("*", "", &public, "10.9.0.1", false),
        ("ipset:mixed", "", &none, "ipset:mixed", true),
        ("ipset:mixed", r#""tag:z""#, &private, "ipset:mixed", false),
    ] {
        let found = cell_with_facts(&policy(rule, via), facts, "autogroup:member", destination);
        assert_eq!(!found.is_empty(), is_open, "{rule} via {via} {facts}");
    }
}

#[test]
fn what_ends_has_its_last_day() {
    let said = |grants: &[(&str, &str, &str)]| {
        let grant = |(ip, posture, until): &(&str, &str, &str)| {
            let end = if until.is_empty() { String::new() } else { format!("// policy: until {until}") };
            let postures = if posture.is_empty() { String::new() } else { format!("\"{posture}\"") };
            format!(
                "{end}\n{{\"src\": [\"tag:a\"], \"dst\": [\"tag:b\"], \"ip\": [\"{ip}\"], \"srcPosture\": [{postures}]}},\n"
            )
        };
        let grants: String = grants.iter().map(grant).collect();
        let postures = "\"postures\": {\"posture:p\": [\"node:os == 'linux'\"]}";
        let policy = Policy::parse(format!("{{{postures}, \"grants\": [\n{grants}]}}"));
        let cell = Matrix::new(&policy).row(0).remove(&0).unwrap();
        let said = cell.iter().map(|access| {
            let until = access.until.map_or_else(String::new, |until| format!(" until {until}"));
            format!("{}{}{until}", access.ports, if access.postures.is_empty() { "" } else { " if" })
        });
        said.collect::<Vec<_>>()
    };
    for (grants, expected) in [
        (&[("tcp:443", "", "2999-01-01")][..], &["tcp:443 until 2999-01-01"][..]),
        // One rule without an end is enough.
        (&[("tcp:443", "", "2999-01-01"), ("tcp:443", "", "")], &["tcp:443"]),
        (&[("tcp:22-23", "", "2999-01-01"), ("tcp:22", "", "")], &["tcp:22", "tcp:23 until 2999-01-01"]),
        // The last day counts.
        (&[("tcp:22", "", "2999-01-01"), ("tcp:22", "", "2999-02-01")], &["tcp:22 until 2999-02-01"]),
        (
            &[("tcp:22-23", "", "2999-01-01"), ("tcp:22", "", "2999-02-01")],
            &["tcp:22 until 2999-02-01", "tcp:23 until 2999-01-01"],
        ),
        // With a posture it stays.
        (&[("tcp:22", "", "2999-01-01"), ("tcp:22", "posture:p", "")], &["tcp:22 until 2999-01-01", "tcp:22 if"]),
        (&[("tcp:22", "", ""), ("tcp:22", "posture:p", "2999-01-01")], &["tcp:22"]),
        (&[("tcp:22", "posture:p", "2999-01-01"), ("*", "posture:p", "")], &["* if"]),
    ] {
        assert_eq!(said(grants), expected, "{grants:?}");
    }
}

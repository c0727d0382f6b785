#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

use policy_core::Policy;

use crate::matrix::Matrix;

/// Returns a cell as text: ports, the families if not all, and what it depends on.
fn cell(policy: &str, source: &str, destination: &str) -> Vec<String> {
    let policy = Policy::parse(policy);
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

//! Answers that depend on a fact that is not given.

use crate::query::tests::decide;
use crate::query::*;
use policy_core::Policy;
use policy_core::access::PortSet;
use policy_core::model::Protocol;
use policy_core::testing::Decision;

#[test]
fn a_login_of_another_domain_may_be_a_user_of_another_tailnet() {
    use Decision::{Allow as Allowed, Deny as Denied, Unknown as Depends};
    let start = r#"{"tagOwners": {"tag:a": []}, "groups": {"group:eng": ["carol@other.org"], "group:in": ["al@example.com"]},
        "grants": ["#;
    let own = r#"{"src": ["group:staff@example.com"], "dst": ["tag:a"], "ip": ["tcp:1"]}]}"#;
    let shared = format!(r#"{start}{{"src": ["autogroup:shared"], "dst": ["tag:a"], "ip": ["*"]}}, {own}"#);
    let member = format!(r#"{start}{{"src": ["autogroup:member"], "dst": ["tag:a"], "ip": ["*"]}}, {own}"#);
    let both =
        format!(r#"{start}{{"src": ["autogroup:member", "autogroup:shared"], "dst": ["tag:a"], "ip": ["*"]}}, {own}"#);
    let no_domain = format!(r#"{start}{{"src": ["autogroup:member"], "dst": ["tag:a"], "ip": ["*"]}}]}}"#);
    let known = r#"{"users": [{"name": "carol", "email": "carol@other.org", "role": "member"}]}"#;
    for (policy, facts, source, decision) in [
        (&shared, "", "carol@other.org", Depends),
        (&shared, "", "group:eng", Depends),
        (&shared, known, "carol@other.org", Denied),
        (&shared, "", "group:in", Denied),
        (&shared, "", "autogroup:member", Denied),
        (&shared, "", "autogroup:shared", Allowed),
        (&member, "", "carol@other.org", Depends),
        (&member, known, "carol@other.org", Allowed),
        (&member, "", "group:in", Allowed),
        (&member, "", "autogroup:member", Allowed),
        (&both, "", "group:in", Allowed),
        // Without an own domain, logins at the most frequent domain are assumed to be members.
        (&no_domain, "", "carol@other.org", Depends),
        (&no_domain.replace("carol@", "cy@other.org\", \"carol@"), "", "carol@other.org", Allowed),
    ] {
        assert_eq!(decide(policy, facts, source, "tag:a"), decision, "{source}\n{policy}\n{facts}");
    }
    let conditions = |text: &str| -> Vec<String> {
        let reach = what(&Policy::parse(text), "group:eng").unwrap();
        reach.rows.iter().flat_map(|row| &row.perhaps).flat_map(|perhaps| perhaps.conditions.clone()).collect()
    };
    let of_shared =
        "if `carol@other.org` is a user of another tailnet that the device is shared with, which is unknown";
    assert!(conditions(&shared).iter().any(|condition| condition == of_shared), "{:?}", conditions(&shared));
    let of_member = "if `carol@other.org` is a user of this tailnet, which is unknown";
    assert!(conditions(&member).iter().any(|condition| condition == of_member), "{:?}", conditions(&member));
}

#[test]
fn somebody_of_a_group_or_with_a_role_may_be_more_than_that() {
    use Decision::{Allow as Allowed, Deny as Denied, Unknown as Depends};
    let policy = |source: &str| {
        format!(
            r#"{{"tagOwners": {{"tag:a": []}}, "groups": {{"group:in": ["al@example.com"]}},
                "grants": [{{"src": ["{source}"], "dst": ["tag:a"], "ip": ["*"]}},
                    {{"src": ["user:*@example.com"], "dst": ["tag:a"], "ip": ["tcp:1"]}}]}}"#
        )
    };
    let known = r#"{"users": [{"name": "al", "email": "al@example.com", "role": "member"},
        {"name": "zed", "email": "zed@other.org", "role": "member"}]}"#;
    for (rule, facts, source, decision) in [
        ("group:eng@example.com", "", "group:eng@example.com", Allowed),
        ("group:eng@example.com", "", "group:ops@example.com", Depends),
        ("group:eng@example.com", known, "group:ops@example.com", Depends),
        ("group:eng@example.com", "", "autogroup:admin", Depends),
        ("group:eng@example.com", known, "autogroup:admin", Depends),
        ("group:eng@example.com", "", "user:*@example.com", Depends),
        ("group:eng@example.com", "", "autogroup:member", Depends),
        ("group:eng@example.com", "", "autogroup:shared", Denied),
        ("group:eng@example.com", "", "tag:a", Denied),
        ("autogroup:admin", "", "group:eng@example.com", Depends),
        ("autogroup:admin", "", "autogroup:auditor", Denied),
        ("autogroup:member", "", "group:eng@example.com", Allowed),
        ("autogroup:shared", "", "group:eng@example.com", Denied),
        ("group:in", "", "group:eng@example.com", Depends),
        ("al@example.com", "", "group:eng@example.com", Depends),
        ("al@example.com", "", "autogroup:shared", Denied),
        ("zed@other.org", "", "autogroup:shared", Depends),
        ("zed@other.org", known, "autogroup:shared", Denied),
    ] {
        let text = policy(rule);
        assert_eq!(decide(&text, facts, source, "tag:a"), decision, "{rule} {source} {facts}");
        let parsed = if facts.is_empty() { Policy::parse(text.as_str()) } else { Policy::with_facts(&text, facts) };
        let reach = what(&parsed, source).unwrap();
        let is_possible = reach.rows.iter().any(|row| {
            row.rules.iter().any(|rule| rule.ports.contains(&PortSet::single(Protocol::TCP, 443)))
                || row.perhaps.iter().any(|access| match &access.what {
                    Possible::Ports(rule) => rule.ports.contains(&PortSet::single(Protocol::TCP, 443)),
                    Possible::Login(_) | Possible::App(_) => false,
                })
        });
        assert_eq!(is_possible, decision != Denied, "what {source} {rule} {reach:#?}");
    }
    let conditions = |rule: &str, source: &str| -> Vec<String> {
        let reach = what(&Policy::parse(policy(rule).as_str()), source).unwrap();
        reach.rows.iter().flat_map(|row| &row.perhaps).flat_map(|perhaps| perhaps.conditions.clone()).collect()
    };
    for (rule, source, condition) in [
        (
            "group:eng@example.com",
            "group:ops@example.com",
            "if a member of `group:ops@example.com` is in `group:eng@example.com`, which only the identity provider knows",
        ),
        (
            "autogroup:admin",
            "group:ops@example.com",
            "if a member of `group:ops@example.com` has the role of `autogroup:admin`, which is unknown",
        ),
        (
            "al@example.com",
            "group:ops@example.com",
            "if a member of `group:ops@example.com` is `al@example.com`, which is unknown",
        ),
        (
            "zed@other.org",
            "autogroup:shared",
            "if someone a device is shared with is `zed@other.org`, which is unknown",
        ),
    ] {
        let found = conditions(rule, source);
        assert!(found.iter().any(|known| known == condition), "{rule} {source} {found:?}");
    }
}

#[test]
fn the_device_of_somebody_may_be_that_of_a_member_of_a_group() {
    use Decision::{Deny as Denied, Unknown as Depends};
    let policy = r#"{"groups": {"group:in": ["al@example.com"]},
        "grants": [{"src": ["autogroup:member"], "dst": ["autogroup:self"], "ip": ["*"]}]}"#;
    for (source, destination, decision) in [
        ("group:eng@example.com", "group:ops@example.com", Depends),
        ("group:eng@example.com", "al@example.com", Depends),
        ("al@example.com", "group:eng@example.com", Depends),
        ("al@example.com", "bo@example.com", Denied),
    ] {
        assert_eq!(decide(policy, "", source, destination), decision, "{source} {destination}");
    }
}

#[test]
fn a_role_that_no_fact_says_is_what_it_depends_on() {
    let policy = r#"{"tagOwners": {"tag:db": []},
        "grants": [{"src": ["autogroup:admin"], "dst": ["tag:db"], "ip": ["tcp:22"]}]}"#;
    let reach = what(&Policy::parse(policy), "alice@example.com").unwrap();
    let conditions = reach.rows.iter().flat_map(|row| &row.perhaps).flat_map(|perhaps| &perhaps.conditions);
    let conditions: Vec<&String> = conditions.collect();
    assert_eq!(conditions, ["if `alice@example.com` has the role of `autogroup:admin`, which is unknown"]);
}

#[test]
fn a_service_has_an_address_that_no_fact_says() {
    use Decision::{Allow as Allowed, Deny as Denied, Unknown as Depends};
    let facts = r#"{"users": [{"name": "alice", "email": "alice@example.com", "role": "member"}], "nodes": [
        {"name": "lap", "user": "alice", "ipv4": "100.64.0.1", "ipv6": "fd7a:115c:a1e0::1"}]}"#;
    for (rule, without_facts, with_facts) in [
        ("svc:x", Allowed, Allowed),
        ("100.64.0.0/10", Depends, Depends),
        ("100.64.0.0/11", Depends, Depends),
        ("100.64.0.9", Depends, Depends),
        ("100.64.0.1", Depends, Denied),
        ("fd7a:115c:a1e0::/48", Depends, Depends),
        ("fd7a:115c:a1e0:b1a::/64", Denied, Denied),
        ("10.0.0.0/8", Denied, Denied),
    ] {
        let policy = format!(
            r#"{{"tagOwners": {{"tag:k": []}}, "autoApprovers": {{"services": {{"svc:x": ["tag:k"]}}}},
                "grants": [{{"src": ["autogroup:member"], "dst": ["{rule}"], "ip": ["*"]}}]}}"#
        );
        for (facts, decision) in [("", without_facts), (facts, with_facts)] {
            assert_eq!(decide(&policy, facts, "alice@example.com", "svc:x"), decision, "{rule} {facts}");
            let policy = if facts.is_empty() { Policy::parse(&*policy) } else { Policy::with_facts(&policy, facts) };
            let is_possible = |reach: Reachability, has: fn(&ReachabilityRow) -> bool| reach.rows.iter().any(has);
            let by_what = is_possible(what(&policy, "alice@example.com").unwrap(), |row| {
                row.destinations.iter().any(|name| name == "`svc:x`")
            });
            let by_who = is_possible(who(&policy, "svc:x", None).unwrap(), |row| {
                row.sources.iter().any(|name| name == "`alice@example.com`" || name == "any other member")
            });
            assert_eq!([by_what, by_who], [decision != Denied; 2], "{rule}");
        }
    }
}

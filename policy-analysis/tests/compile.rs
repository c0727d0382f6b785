//! Compilation of a policy for a small tailnet, mostly where captures show only half of a rule.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that cannot go on should panic")]

use policy_analysis::Analysis;
use policy_core::Policy;
use policy_core::json::{Map, Value, json};

const FACTS: &str = r#"{
    "users": [
        {"name": "alice", "email": "alice@example.com", "role": "owner"},
        {"name": "bob", "email": "bob@example.com", "role": "member"},
    ],
    "nodes": [
        {"name": "laptop", "user": "alice", "ipv4": "100.64.0.1"},
        {"name": "phone", "user": "alice", "ipv4": "100.64.0.2"},
        {"name": "desktop", "user": "bob", "ipv4": "100.64.0.3"},
        {"name": "nas", "tags": ["tag:nas"], "ipv4": "100.64.0.4"},
        {"name": "east", "tags": ["tag:router"], "ipv4": "100.64.0.5",
            "routable_ips": ["10.1.0.0/16"], "approved_routes": ["10.1.0.0/16"]},
        {"name": "west", "tags": ["tag:router"], "ipv4": "100.64.0.6",
            "routable_ips": ["10.1.0.0/16"], "approved_routes": ["10.1.0.0/16"], "primary_routes": ["10.1.0.0/16"]},
    ],
}"#;

fn given(policy: &str) -> Map {
    Policy::with_facts(policy, FACTS).validate().unwrap().compile().to_json()
}

#[test]
fn without_rules_everything_is_allowed_and_with_an_empty_list_nothing_is() {
    assert_eq!(given("{}")["nas"]["packet_filter_rules"][0]["DstPorts"][0]["IP"], "*");
    assert_eq!(given(r#"{"grants": []}"#)["nas"], json!({"packet_filter_rules": null, "peers": []}));
}

#[test]
fn every_device_of_a_user_is_reached_by_all_their_devices_and_nobody_elses() {
    let devices = given(r#"{"grants": [{"src": ["autogroup:member"], "dst": ["autogroup:self"], "ip": ["tcp:22"]}]}"#);
    let rule = |device: &str| devices[device]["packet_filter_rules"][0].clone();
    assert_eq!(rule("phone")["SrcIPs"], json!(["100.64.0.1", "100.64.0.2"]));
    assert_eq!(rule("phone")["DstPorts"], json!([{"IP": "100.64.0.2", "Ports": {"First": 22, "Last": 22}}]));
    assert_eq!(rule("desktop")["SrcIPs"], json!(["100.64.0.3"]));
    assert_eq!(rule("nas"), Value::Null);
}

#[test]
fn via_leads_to_the_elected_router_of_those_with_the_tag() {
    let devices = given(
        r#"{"tagOwners": {"tag:router": []},
            "grants": [{"src": ["alice@example.com"], "dst": ["10.1.2.0/24"], "ip": ["*"], "via": ["tag:router"]}]}"#,
    );
    assert_eq!(devices["laptop"]["peer_routes"], json!({"west": ["10.1.0.0/16"]}));
    assert_eq!(devices["laptop"]["peers"], json!(["east", "west"]));
    assert_eq!(devices["east"]["packet_filter_rules"][0]["DstPorts"][0]["IP"], "10.1.2.0/24");
    assert_eq!(devices["desktop"]["peers"], json!([]));
}

#[test]
fn via_with_app_alone_makes_peers_of_sources_and_routers_and_no_filter() {
    let devices = given(
        r#"{"tagOwners": {"tag:router": []},
            "grants": [{"src": ["bob@example.com"], "dst": ["10.1.0.0/16"], "via": ["tag:router"],
                "app": {"example.com/cap/x": [{}]}}]}"#,
    );
    assert_eq!(devices["desktop"]["peers"], json!(["east", "west"]));
    assert_eq!(devices["west"]["packet_filter_rules"], Value::Null);
}

#[test]
fn a_prefix_gives_app_capabilities_to_devices_in_it_and_not_to_its_routers() {
    let app = |dst: &str| {
        given(&format!(
            r#"{{"grants": [{{"src": ["bob@example.com"], "dst": [{dst}], "app": {{"example.com/cap/x": [1]}}}}]}}"#
        ))
    };
    assert_eq!(app(r#""10.1.0.0/16""#)["west"]["packet_filter_rules"], Value::Null);
    let devices = app(r#""100.64.0.4/31", "100.64.0.4""#);
    assert_eq!(devices["nas"]["packet_filter_rules"].as_array().map(Vec::len), Some(1));
    assert_eq!(devices["nas"]["app_caps"], json!({"desktop": {"example.com/cap/x": [1]}}));
}

#[test]
fn an_ip_set_is_what_is_left_after_all_its_operations() {
    let devices = given(
        r#"{"ipsets": {"ipset:lab": ["add 10.1.0.0/24", "remove 10.1.0.128/25", "add 100.64.0.4"]},
            "grants": [{"src": ["ipset:lab"], "dst": ["*"], "ip": ["*"]}]}"#,
    );
    assert_eq!(devices["laptop"]["packet_filter_rules"][0]["SrcIPs"], json!(["10.1.0.0/25", "100.64.0.4"]));
}

const HEADSCALES: &str = r#"{
    "users": [{"name": "bob", "email": ""}],
    "nodes": [
        {"name": "desktop", "user": "bob", "ipv4": "100.64.0.3"},
        {"name": "inner", "tags": ["tag:router"], "ipv4": "100.64.0.5",
            "routable_ips": ["10.1.2.0/24"], "approved_routes": ["10.1.2.0/24"]},
        {"name": "outer", "tags": ["tag:other"], "ipv4": "100.64.0.6",
            "routable_ips": ["10.1.0.0/16"], "approved_routes": ["10.1.0.0/16"]},
    ],
}"#;

fn given_by_headscale(sections: &str) -> Map {
    let policy = format!(
        r#"// policy: target headscale
        {{"tagOwners": {{"tag:router": ["bob@"], "tag:other": ["bob@"]}}, {sections}}}"#
    );
    Policy::with_facts(&policy, HEADSCALES).validate().unwrap().compile().to_json()
}

/// Verified with headscale 0.29.2, which gives these devices these peers.
#[test]
fn a_router_that_is_a_source_of_its_own_via_sees_in_headscale_the_other_routers_of_the_destination() {
    let devices = given_by_headscale(
        r#""grants": [{"src": ["tag:router"], "dst": ["10.1.2.0/24"], "ip": ["*"], "via": ["tag:router"]}]"#,
    );
    assert_eq!(devices["inner"]["peers"], json!(["outer"]));
    assert_eq!(devices["outer"]["peers"], json!(["inner"]));
    assert_eq!(devices["outer"]["packet_filter_rules"], Value::Null);
}

/// Verified with headscale 0.29.2, which writes these sources.
#[test]
fn what_a_capability_implies_for_everything_has_the_approved_routes_once_in_headscale() {
    let devices = given_by_headscale(
        r#""grants": [{"src": ["bob@"], "dst": ["*", "*"], "app": {"tailscale.com/cap/drive": [{}]}}]"#,
    );
    let implied = devices["desktop"]["packet_filter_rules"]
        .as_array()
        .unwrap()
        .iter()
        .find(|rule| rule["CapGrant"][0]["CapMap"].get("tailscale.com/cap/drive-sharer").is_some());
    let sources = implied.unwrap()["SrcIPs"].as_array().unwrap();
    let count = |source: &str| sources.iter().filter(|&written| *written == source).count();
    assert_eq!((count("10.1.0.0/16"), count("100.64.0.0-100.115.91.255")), (1, 2));
}

/// Returns the outcomes of one test, with some sections added, as `(passes, whether a rule allows
/// it)`.
fn outcomes(sections: &str) -> Vec<(bool, bool)> {
    let policy = Policy::with_facts(&format!("{{{sections}}}"), FACTS);
    assert_eq!(policy.unreadable, []);
    let mut outcomes = policy_core::testing::test_outcomes(&policy);
    outcomes.extend(policy_core::testing::ssh_test_outcomes(&policy));
    outcomes.iter().map(|outcome| (outcome.passes(), outcome.rule().is_some())).collect()
}

#[test]
fn tests_follow_the_rules() {
    let rules = r#""tagOwners": {"tag:nas": [], "tag:new": []}, "groups": {"group:all": ["alice@example.com", "bob@example.com"]},
        "grants": [
            {"src": ["autogroup:owner"], "dst": ["tag:nas"], "ip": ["tcp:443", "icmp:*"]},
            {"src": ["autogroup:member"], "dst": ["autogroup:self", "tag:new"], "ip": ["22"]},
        ],"#;
    for (test, expected) in [
        // A role.
        (r#""src": "alice@example.com", "accept": ["tag:nas:443"]"#, (true, true)),
        (r#""src": "bob@example.com", "accept": ["tag:nas:443"]"#, (false, false)),
        (r#""src": "bob@example.com", "deny": ["tag:nas:443"]"#, (true, false)),
        (r#""src": "alice@example.com", "deny": ["tag:nas:443"]"#, (false, true)),
        // The member who represents a group is unknown.
        (r#""src": "group:all", "accept": ["tag:nas:443"]"#, (false, true)),
        (r#""src": "group:all", "accept": ["tag:new:22"]"#, (true, true)),
        // A device by its address.
        (r#""src": "100.64.0.1", "accept": ["100.64.0.4:443"]"#, (true, true)),
        // TCP is the default. A protocol without ports matches by its number.
        (r#""src": "alice@example.com", "proto": "udp", "accept": ["tag:nas:443"]"#, (false, false)),
        (r#""src": "alice@example.com", "proto": "icmp", "accept": ["tag:nas:0"]"#, (true, true)),
        // A user's own devices.
        (r#""src": "bob@example.com", "accept": ["100.64.0.3:22"]"#, (true, true)),
        (r#""src": "bob@example.com", "deny": ["100.64.0.1:22"]"#, (true, false)),
    ] {
        assert_eq!(outcomes(&format!("{rules} \"tests\": [{{{test}}}]")), [expected], "{test}");
    }
}

#[test]
fn a_posture_is_asked_of_the_attributes_of_the_test() {
    let rules = r#""tagOwners": {"tag:nas": []}, "postures": {"posture:new": ["node:tsVersion >= '1.9.0'", "node:os IN ['macos', 'linux']"]},
        "grants": [{"src": ["*"], "dst": ["tag:nas"], "ip": ["22"], "srcPosture": ["posture:new"]}],"#;
    for (attributes, passes) in [
        (r#"{"node:tsVersion": "1.40", "node:os": "linux"}"#, true),
        (r#"{"node:tsVersion": "1.8.9", "node:os": "linux"}"#, false),
        (r#"{"node:tsVersion": "1.40", "node:os": "windows"}"#, false),
        ("{}", false),
    ] {
        let test = format!(
            r#"{rules} "tests": [{{"src": "bob@example.com", "accept": ["tag:nas:22"], "srcPostureAttrs": {attributes}}}]"#
        );
        assert_eq!(outcomes(&test), [(passes, passes)], "{attributes}");
    }
}

#[test]
fn ssh_tests_follow_the_rules() {
    let rules = r#""tagOwners": {"tag:nas": []},
        "ssh": [
            {"action": "accept", "src": ["autogroup:member"], "dst": ["tag:nas"], "users": ["autogroup:nonroot"]},
            {"action": "check", "src": ["alice@example.com"], "dst": ["tag:nas"], "users": ["root", "backup"]},
            {"action": "accept", "src": ["bob@example.com"], "dst": ["bob@example.com"], "users": ["localpart:*@example.com"]},
        ],"#;
    for (test, expected) in [
        (r#""src": "bob@example.com", "dst": ["tag:nas"], "accept": ["backup"]"#, (true, true)),
        (r#""src": "bob@example.com", "dst": ["tag:nas"], "deny": ["root"]"#, (true, false)),
        (r#""src": "alice@example.com", "dst": ["nas"], "check": ["root"]"#, (true, true)),
        // Check rules come before accept rules.
        (r#""src": "alice@example.com", "dst": ["nas"], "accept": ["backup"]"#, (false, true)),
        (r#""src": "bob@example.com", "dst": ["bob@example.com"], "accept": ["bob"]"#, (true, true)),
        (r#""src": "alice@example.com", "dst": ["bob@example.com"], "accept": ["alice"]"#, (false, false)),
    ] {
        let hosts = r#""hosts": {"nas": "100.64.0.4"},"#;
        assert_eq!(outcomes(&format!("{rules} {hosts} \"sshTests\": [{{{test}}}]")), [expected], "{test}");
    }
}

/// Returns the routes that a device serves according to the policy: those that its filter lists for
/// every source.
fn sources_of_everybody(nodes: &str, sections: &str) -> Vec<Value> {
    let facts = format!(
        r#"{{"users": [{{"name": "alice", "email": "alice@example.com", "role": "owner"}}], "nodes": [{nodes}]}}"#
    );
    let policy = format!(r#"{{"tagOwners": {{"tag:router": [], "tag:other": []}}, {sections}}}"#);
    let devices = Policy::with_facts(&policy, &facts).validate().unwrap().compile().to_json();
    let sources = &devices["r"]["packet_filter_rules"][0]["SrcIPs"];
    let is_route =
        |text: &&Value| text.as_str().is_some_and(|text| text.starts_with("10.") || text.starts_with("2001:"));
    sources.as_array().into_iter().flatten().filter(is_route).cloned().collect()
}

#[test]
fn routes_are_approved_by_the_facts_or_else_by_auto_approvers() {
    let tagged = r#""name": "r", "tags": ["tag:router"], "ipv4": "100.64.0.1""#;
    let owned = r#""name": "r", "user": "alice", "ipv4": "100.64.0.1""#;
    let advertised = r#""routable_ips": ["10.1.0.0/16", "10.2.0.0/24", "2001:db8::/32", "0.0.0.0/0"]"#;
    let approvers = |routes: &str| format!(r#""autoApprovers": {{"routes": {{{routes}}}}}"#);
    for (device, more, approvers, expected) in [
        // Approved routes in the facts take precedence, even if the list is empty.
        (
            tagged,
            r#""approved_routes": ["10.2.0.0/24"]"#,
            approvers(r#""10.1.0.0/16": ["tag:router"]"#),
            json!(["10.2.0.0/24"]),
        ),
        (tagged, r#""approved_routes": []"#, approvers(r#""10.1.0.0/16": ["tag:router"]"#), json!([])),
        // The same prefix, a prefix that contains it, and one that does not.
        (tagged, r#""approved_routes": null"#, approvers(r#""10.1.0.0/16": ["tag:router"]"#), json!(["10.1.0.0/16"])),
        (tagged, "", approvers(r#""10.2.0.0/16": ["tag:router"]"#), json!(["10.2.0.0/24"])),
        (tagged, "", approvers(r#""10.1.0.0/17": ["tag:router"], "10.2.0.0/16": ["tag:other"]"#), json!([])),
        (tagged, "", approvers(""), json!([])),
        // A default route approves all subnets of its family.
        (tagged, "", approvers(r#""0.0.0.0/0": ["tag:router"]"#), json!(["10.1.0.0/16", "10.2.0.0/24"])),
        (tagged, "", approvers(r#""::/0": ["tag:router"]"#), json!(["2001:db8::/32"])),
        // The owner of a device may be an approver, but not for tagged devices.
        (owned, "", approvers(r#""10.0.0.0/8": ["alice@example.com"]"#), json!(["10.1.0.0/16", "10.2.0.0/24"])),
        (owned, "", approvers(r#""10.0.0.0/15": ["autogroup:owner"]"#), json!(["10.1.0.0/16"])),
        (tagged, "", approvers(r#""10.0.0.0/8": ["alice@example.com"]"#), json!([])),
    ] {
        let more = if more.is_empty() { String::new() } else { format!(", {more}") };
        let found = sources_of_everybody(&format!("{{{device}, {advertised}{more}}}"), &approvers);
        // The text order is 10.1, 10.2, 2001.
        assert_eq!(Value::from(found), expected, "{device} {more} {approvers}");
    }
}

/// Returns the devices that a user with access to everything sees as exit nodes, and as routers of
/// 10.1.0.0/16.
fn routers(nodes: &str, sections: &str) -> (Vec<String>, Vec<String>) {
    let facts = format!(r#"{{"nodes": [{{"name": "me", "user": "me@example.com", "ipv4": "100.64.0.9"}}, {nodes}]}}"#);
    let policy = format!(r#"{{"tagOwners": {{"tag:router": []}}, {sections}}}"#);
    let devices = Policy::with_facts(&policy, &facts).validate().unwrap().compile().to_json();
    let shown = devices["me"].get("peer_routes").and_then(Value::as_object).cloned().unwrap_or_default();
    let with = |route: &str| {
        let has = |(_, routes): &(&String, &Value)| routes.as_array().unwrap().contains(&json!(route));
        shown.iter().filter(has).map(|(name, _)| name.clone()).collect()
    };
    (with("0.0.0.0/0"), with("10.1.0.0/16"))
}

#[test]
fn exit_routes_are_approved_by_exit_node_alone() {
    let node = r#"{"name": "r", "tags": ["tag:router"], "ipv4": "100.64.0.1", "routable_ips": ["0.0.0.0/0", "::/0", "10.1.0.0/16"]}"#;
    for (approvers, exit, subnet) in [
        (r#""routes": {"0.0.0.0/0": ["tag:router"], "::/0": ["tag:router"]}"#, false, true),
        (r#""exitNode": ["tag:router"]"#, true, false),
        (r#""exitNode": ["tag:router"], "routes": {"10.0.0.0/8": ["tag:router"]}"#, true, true),
        (r#""exitNode": []"#, false, false),
    ] {
        let (exits, subnets) = routers(node, &format!(r#""autoApprovers": {{{approvers}}}"#));
        assert_eq!((exits.len(), subnets.len()), (usize::from(exit), usize::from(subnet)), "{approvers}");
    }
}

#[test]
fn of_several_routers_the_facts_say_which_is_elected_and_else_the_first_is() {
    let router = |name: &str, primary: &str| {
        let (tags, address) = (r#"["tag:router"]"#, name.len());
        format!(
            r#"{{"name": "{name}", "tags": {tags}, "ipv4": "100.64.0.{address}", "approved_routes": ["10.1.0.0/16"]{primary}}}"#
        )
    };
    let (yes, no) = (r#", "primary_routes": ["10.1.0.0/16"]"#, r#", "primary_routes": []"#);
    for (first, second, elected) in [("", "", "a"), ("", yes, "bb"), (no, "", "bb"), (yes, "", "a"), (no, no, "")] {
        let nodes = [router("a", first), router("bb", second)].join(", ");
        let (_, shown) = routers(&nodes, r#""grants": [{"src": ["*"], "dst": ["*"], "ip": ["*"]}]"#);
        assert_eq!(shown, elected.split_terminator(',').collect::<Vec<_>>(), "{first} {second}");
    }
}

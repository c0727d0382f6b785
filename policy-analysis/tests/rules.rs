//! Tests each rule of compilation on a tailnet with one device of each kind.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that cannot go on should panic")]

use policy_analysis::Analysis;
use policy_core::Policy;
use policy_core::json::{Map, Value, json};

const FACTS: &str = r#"{
    "users": [
        {"name": "alice", "email": "alice@example.com", "role": "owner"},
        {"name": "bob", "email": "bob@example.com", "role": "admin"},
        {"name": "carol", "email": "carol@example.org", "role": "member"},
    ],
    "nodes": [
        {"name": "laptop", "user": "alice", "ipv4": "100.64.0.1", "ipv6": "fd7a:115c:a1e0::1"},
        {"name": "phone", "user": "alice", "ipv4": "100.64.0.2"},
        {"name": "desktop", "user": "bob", "ipv4": "100.64.0.3"},
        {"name": "tablet", "user": "carol", "ipv4": "100.64.0.4"},
        {"name": "nas", "tags": ["tag:nas", "tag:backup"], "ipv4": "100.64.0.5", "ipv6": "fd7a:115c:a1e0::5"},
        {"name": "router", "tags": ["tag:router"], "ipv4": "100.64.0.6",
            "routable_ips": ["10.1.0.0/16", "10.9.0.0/16"], "approved_routes": ["10.1.0.0/16"]},
        {"name": "exit", "tags": ["tag:exit"], "ipv4": "100.64.0.7",
            "routable_ips": ["0.0.0.0/0", "::/0"], "approved_routes": ["0.0.0.0/0", "::/0"]},
        {"name": "hopeful", "tags": ["tag:exit"], "ipv4": "100.64.0.8", "routable_ips": ["0.0.0.0/0"], "approved_routes": []},
    ],
}"#;

/// The declarations that all policies have. `group:none` has no members, and no device has
/// `tag:new`.
const NAMES: &str = r#"
    "groups": {"group:ab": ["alice@example.com", "bob@example.com"], "group:c": ["carol@example.org"], "group:none": []},
    "tagOwners": {"tag:nas": [], "tag:backup": [], "tag:router": [], "tag:exit": [], "tag:new": []},
    "hosts": {"lab": "10.1.2.0/24", "box": "100.64.0.5", "far": "10.8.0.0/16"},"#;

fn given(sections: &str) -> Map {
    let policy = Policy::with_facts(&format!("{{{NAMES} {sections}}}"), FACTS);
    let errors: Vec<_> =
        policy.check().into_iter().filter(|finding| finding.severity() == policy_core::Severity::Error).collect();
    assert_eq!(errors, [], "{sections}");
    policy.validate().unwrap().compile().to_json()
}

/// Returns each rule of a device's filter on a line, as `sources > destinations`, with its protocol
/// or capabilities.
fn filter(device: &Value) -> Vec<String> {
    let rules = device["packet_filter_rules"].as_array().into_iter().flatten();
    rules
        .map(|rule| {
            let sources: Vec<&str> = rule["SrcIPs"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
            let sources = sources.join(" ");
            if let Some(grants) = rule["CapGrant"].as_array() {
                return format!("{sources} > {}", grants[0]["CapMap"]);
            }
            let ports = rule["DstPorts"].as_array().unwrap().iter().map(|to| {
                let (first, last) = (&to["Ports"]["First"], &to["Ports"]["Last"]);
                let ports = if first == last { first.to_string() } else { format!("{first}-{last}") };
                format!("{}:{}", to["IP"].as_str().unwrap(), ports.replace("0-65535", "*"))
            });
            let protocol = rule.get("IPProto").map_or(String::new(), |protocol| format!(" {protocol}"));
            format!("{sources} > {}{protocol}", ports.collect::<Vec<_>>().join(" "))
        })
        .collect()
}

/// The addresses of `*` as a source. Exit routes and routes that are not approved are left out.
const ALL: &str = "10.1.0.0/16 100.115.94.0-100.127.255.255 100.64.0.0-100.115.91.255 fd7a:115c:a1e0::/48";
const AB: &str = "100.64.0.1 100.64.0.2 100.64.0.3 fd7a:115c:a1e0::1";
const NAS: &str = "100.64.0.5 fd7a:115c:a1e0::5";

#[track_caller]
fn expect(sections: &str, device: &str, lines: &[&str]) {
    assert_eq!(filter(&given(sections)[device]), lines, "{device} of {sections}");
}

#[test]
fn sources() {
    for (source, sources) in [
        (r#""*""#, ALL),
        (r#""autogroup:danger-all""#, "*"),
        (r#""autogroup:danger-all", "bob@example.com""#, "* 100.64.0.3"),
        (r#""alice@example.com""#, "100.64.0.1 100.64.0.2 fd7a:115c:a1e0::1"),
        (r#""group:ab""#, AB),
        (r#""user:*@example.com""#, AB),
        (r#""autogroup:member""#, "100.64.0.1 100.64.0.2 100.64.0.3 100.64.0.4 fd7a:115c:a1e0::1"),
        (r#""autogroup:owner""#, "100.64.0.1 100.64.0.2 fd7a:115c:a1e0::1"),
        (r#""autogroup:admin""#, AB),
        (r#""autogroup:tagged""#, "100.64.0.5 100.64.0.6 100.64.0.7 100.64.0.8 fd7a:115c:a1e0::5"),
        // The routes of a device are not part of its tag.
        (r#""tag:router""#, "100.64.0.6"),
        (r#""tag:nas""#, NAS),
        // An address is written as it is, and does not include other addresses of its device.
        (r#""100.64.0.5""#, "100.64.0.5"),
        (r#""box", "100.64.0.5""#, "100.64.0.5"),
        (r#""lab", "10.1.0.0/16", "10.1.2.0/24""#, "10.1.0.0/16 10.1.2.0/24"),
        // Nothing is merged, and a selector that stands for nothing adds nothing.
        (
            r#""group:none", "tag:new", "group:c", "*""#,
            "10.1.0.0/16 100.115.94.0-100.127.255.255 100.64.0.0-100.115.91.255 100.64.0.4 fd7a:115c:a1e0::/48",
        ),
    ] {
        let line = format!("{sources} > {}", "100.64.0.5:22 fd7a:115c:a1e0::5:22");
        expect(&format!(r#""grants": [{{"src": [{source}], "dst": ["tag:nas"], "ip": ["22"]}}]"#), "nas", &[&line]);
    }
}

#[test]
fn a_rule_that_nobody_is_a_source_of_is_dropped_unless_it_grants_capabilities() {
    for src in [r#""group:none""#, r#""tag:new", "group:none""#] {
        let rule =
            format!(r#""grants": [{{"src": [{src}], "dst": ["*"], "ip": ["22"], "app": {{"example.com/a": [1]}}}}]"#);
        expect(&rule, "nas", &[r#" > {"example.com/a":[1]}"#]);
        expect(&format!(r#""acls": [{{"action": "accept", "src": [{src}], "dst": ["*:*"]}}]"#), "nas", &[]);
    }
    for (src, dst) in [("", r#""*""#), (r#""*""#, "")] {
        expect(
            &format!(
                r#""grants": [{{"src": [{src}], "dst": [{dst}], "ip": ["22"], "app": {{"example.com/a": [1]}}}}]"#
            ),
            "nas",
            &[],
        );
    }
}

#[test]
fn destinations() {
    for (destination, device, lines) in [
        (r#""*""#, "tablet", &["100.64.0.3 > *:22"][..]),
        (r#""alice@example.com""#, "laptop", &["100.64.0.3 > 100.64.0.1:22 fd7a:115c:a1e0::1:22"]),
        (r#""alice@example.com""#, "tablet", &[]),
        (r#""group:ab""#, "desktop", &["100.64.0.3 > 100.64.0.3:22"]),
        (r#""user:*@example.com""#, "phone", &["100.64.0.3 > 100.64.0.2:22"]),
        (r#""user:*@example.com""#, "tablet", &[]),
        (r#""autogroup:member""#, "tablet", &["100.64.0.3 > 100.64.0.4:22"]),
        (r#""autogroup:member""#, "nas", &[]),
        (r#""autogroup:tagged""#, "exit", &["100.64.0.3 > 100.64.0.7:22"]),
        // A device with two matching tags is listed twice.
        (
            r#""tag:nas", "tag:backup""#,
            "nas",
            &["100.64.0.3 > 100.64.0.5:22 fd7a:115c:a1e0::5:22 100.64.0.5:22 fd7a:115c:a1e0::5:22"],
        ),
        // The prefix of the policy is used, whether the route is narrower or wider.
        (r#""10.0.0.0/8""#, "router", &["100.64.0.3 > 10.0.0.0/8:22"]),
        (r#""lab""#, "router", &["100.64.0.3 > 10.1.2.0/24:22"]),
        (r#""10.1.2.3""#, "router", &["100.64.0.3 > 10.1.2.3:22"]),
        (r#""far""#, "router", &[]),
        // Routes that are not approved are ignored.
        (r#""10.9.0.0/16""#, "router", &[]),
        (r#""100.64.0.4/31""#, "tablet", &["100.64.0.3 > 100.64.0.4/31:22"]),
        (r#""100.64.0.4/31""#, "nas", &["100.64.0.3 > 100.64.0.4/31:22"]),
        (r#""box""#, "nas", &["100.64.0.3 > 100.64.0.5:22"]),
        (r#""box""#, "router", &[]),
        // No capture shows what an approved exit node does with a public prefix. This assumes
        // nothing.
        (r#""8.8.8.0/24""#, "exit", &[]),
        (r#""autogroup:internet""#, "hopeful", &[]),
        (r#""autogroup:internet""#, "router", &[]),
    ] {
        let rule = format!(r#""grants": [{{"src": ["bob@example.com"], "dst": [{destination}], "ip": ["22"]}}]"#);
        expect(&rule, device, lines);
    }
}

#[test]
fn the_internet_is_behind_approved_exit_nodes() {
    let line = "100.64.0.3 > 0.0.0.0-9.255.255.255:443 11.0.0.0-100.63.255.255:443 100.128.0.0-169.253.255.255:443 \
        169.255.0.0-172.15.255.255:443 172.32.0.0-192.167.255.255:443 192.169.0.0-255.255.255.255:443 \
        2000::-3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:443 [6]";
    let rule = |via: &str| {
        format!(r#""grants": [{{"src": ["bob@example.com"], "dst": ["autogroup:internet"], "ip": ["tcp:443"]{via}}}]"#)
    };
    expect(&rule(""), "exit", &[line]);
    expect(&rule(r#", "via": ["tag:exit"]"#), "exit", &[line]);
    expect(&rule(r#", "via": ["tag:exit"]"#), "hopeful", &[]);
    expect(&rule(r#", "via": ["tag:router"]"#), "exit", &[]);
    let devices = given(&rule(""));
    assert_eq!(devices["desktop"]["peer_routes"], json!({"exit": ["0.0.0.0/0", "::/0"]}));
    assert_eq!((&devices["desktop"]["peers"], &devices["tablet"]["peers"]), (&json!(["exit"]), &json!([])));
}

#[test]
fn ports_and_protocols() {
    let acl = |more: &str| format!(r#""acls": [{{"action": "accept", "src": ["bob@example.com"], {more}}}]"#);
    let grant =
        |ip: &str| format!(r#""grants": [{{"src": ["bob@example.com"], "dst": ["tag:router"], "ip": [{ip}]}}]"#);
    for (rule, lines) in [
        (
            acl(r#""dst": ["tag:router:22,80-443,22"]"#),
            &["100.64.0.3 > 100.64.0.6:22 100.64.0.6:80-443 100.64.0.6:22"][..],
        ),
        (acl(r#""dst": ["tag:router:*"], "proto": "udp""#), &["100.64.0.3 > 100.64.0.6:* [17]"]),
        (acl(r#""dst": ["tag:router:*"], "proto": "icmp""#), &["100.64.0.3 > 100.64.0.6:* [1]"]),
        (acl(r#""dst": ["tag:router:*"], "proto": "47""#), &["100.64.0.3 > 100.64.0.6:* [47]"]),
        (grant(r#""*""#), &["100.64.0.3 > 100.64.0.6:*"]),
        // A number alone is a port, and not a protocol.
        (grant(r#""47""#), &["100.64.0.3 > 100.64.0.6:47"]),
        (grant(r#""icmp:*""#), &["100.64.0.3 > 100.64.0.6:* [1]"]),
        // Each protocol is a rule, in the order of first appearance.
        (
            grant(r#""tcp:80", "udp:53", "tcp:443", "22""#),
            &[
                "100.64.0.3 > 100.64.0.6:80 100.64.0.6:443 [6]",
                "100.64.0.3 > 100.64.0.6:53 [17]",
                "100.64.0.3 > 100.64.0.6:22",
            ],
        ),
    ] {
        expect(&rule, "router", lines);
    }
}

#[test]
fn rules_with_the_same_sources_and_protocol_are_one_and_grants_come_first() {
    let sections = r#"
        "acls": [{"action": "accept", "src": ["group:ab"], "dst": ["tag:nas:80"]}, {"action": "accept", "src": ["group:c"], "dst": ["*:1"]}],
        "grants": [
            {"src": ["bob@example.com"], "dst": ["tag:backup"], "ip": ["2"], "app": {"example.com/a": [{"x": 1}]}},
            {"src": ["bob@example.com", "alice@example.com"], "dst": ["tag:nas"], "ip": ["80"]},
            {"src": ["bob@example.com"], "dst": ["tag:backup"], "ip": ["3"], "app": {"example.com/a": [2], "example.com/b": []}},
        ]"#;
    let both = |a: u16, b: u16| format!("100.64.0.5:{a} 100.64.0.5:{b} fd7a:115c:a1e0::5:{a} fd7a:115c:a1e0::5:{b}");
    expect(
        sections,
        "nas",
        &[
            &format!("100.64.0.3 > {}", both(2, 3)),
            r#"100.64.0.3 > {"example.com/a":[{"x":1}]}"#,
            &format!("{AB} > {}", both(80, 80)),
            r#"100.64.0.3 > {"example.com/a":[2],"example.com/b":[]}"#,
            "100.64.0.4 > *:1",
        ],
    );
    let app_caps = &given(sections)["nas"]["app_caps"];
    assert_eq!(*app_caps, json!({"desktop": {"example.com/a": [{"x": 1}, 2], "example.com/b": []}}));
}

#[test]
fn own_devices() {
    let acl = |src: &str| format!(r#""acls": [{{"action": "accept", "src": [{src}], "dst": ["autogroup:self:22"]}}]"#);
    let alices = "100.64.0.1 100.64.0.2 fd7a:115c:a1e0::1";
    for (src, device, line) in [
        (r#""*""#, "phone", Some(format!("{alices} > 100.64.0.2:22"))),
        (r#""*""#, "nas", None),
        (r#""autogroup:member""#, "tablet", Some("100.64.0.4 > 100.64.0.4:22".to_owned())),
        (r#""group:c""#, "tablet", Some("100.64.0.4 > 100.64.0.4:22".to_owned())),
        (r#""group:c""#, "phone", None),
        (
            r#""group:ab", "carol@example.org""#,
            "laptop",
            Some(format!("{alices} > 100.64.0.1:22 fd7a:115c:a1e0::1:22")),
        ),
        (r#""autogroup:admin""#, "tablet", None),
    ] {
        expect(&acl(src), device, line.as_deref().as_slice());
    }
    // Together with other destinations, and with capabilities.
    let mixed = r#""grants": [{"src": ["autogroup:member"], "dst": ["autogroup:self", "tag:nas"], "ip": ["22"],
        "app": {"tailscale.com/cap/drive": [{"shares": ["*"]}]}}]"#;
    let drive = r#"{"tailscale.com/cap/drive":[{"shares":["*"]}]}"#;
    let sharer = r#"{"tailscale.com/cap/drive-sharer":null}"#;
    // The implied capability of the other destinations comes first, then that of the user's own.
    expect(
        mixed,
        "tablet",
        &[
            "100.64.0.4 > 100.64.0.4:22",
            &format!("{NAS} > {sharer}"),
            &format!("100.64.0.4 > {drive}"),
            &format!("100.64.0.4 > {sharer}"),
        ],
    );
}

#[test]
fn via() {
    let grant = |dst: &str, more: &str| {
        format!(r#""grants": [{{"src": ["bob@example.com"], "dst": [{dst}], "via": ["tag:router"], {more}}}]"#)
    };
    for (dst, lines) in [
        (r#""lab""#, &["100.64.0.3 > 10.1.2.0/24:*"][..]),
        (r#""10.0.0.0/8""#, &["100.64.0.3 > 10.0.0.0/8:*"]),
        // Destinations that the router does not serve are left out. Routes that are not approved
        // are not served.
        (r#""far", "10.1.0.0/16""#, &["100.64.0.3 > 10.1.0.0/16:*"]),
        (r#""far""#, &[]),
        (r#""10.9.0.0/16""#, &[]),
    ] {
        expect(&grant(dst, r#""ip": ["*"]"#), "router", lines);
        // With `via`, `app` has no effect.
        expect(&grant(dst, r#""ip": ["*"], "app": {"example.com/a": [1]}"#), "router", lines);
    }
    let devices = given(&grant(r#""lab""#, r#""app": {"example.com/a": [1]}"#));
    assert_eq!(devices["router"], json!({"packet_filter_rules": null, "peers": ["desktop"]}));
    let devices = given(&grant(r#""far""#, r#""app": {"example.com/a": [1]}"#));
    assert_eq!(devices["router"]["peers"], json!([]));
    // A tailnet in which all devices are tagged.
    let devices = given(r#""grants": [{"src": ["tag:nas"], "dst": ["lab"], "via": ["tag:router"], "ip": ["*"]}]"#);
    assert_eq!(
        (&devices["nas"]["peers"], &devices["nas"]["peer_routes"]),
        (&json!(["router"]), &json!({"router": ["10.1.0.0/16"]}))
    );
    assert_eq!(filter(&devices["router"]), [format!("{NAS} > 10.1.2.0/24:*")]);
}

#[test]
fn capabilities_that_bring_others_bring_them_to_the_sources() {
    let grant = |dst: &str| {
        format!(
            r#""grants": [{{"src": ["group:c"], "dst": [{dst}],
                "app": {{"tailscale.com/cap/relay": [], "example.com/a": [1], "tailscale.com/cap/drive": [{{}}]}}}}]"#
        )
    };
    let companions = |back: &str| {
        ["drive-sharer", "relay-target"].map(|name| format!("{back} > {{\"tailscale.com/cap/{name}\":null}}"))
    };
    let [drive, relay] = companions(NAS);
    expect(&grant(r#""tag:nas""#), "tablet", &[&drive, &relay]);
    let [drive, relay] = companions(ALL);
    let own = r#"100.64.0.4 > {"example.com/a":[1],"tailscale.com/cap/drive":[{}],"tailscale.com/cap/relay":[]}"#;
    expect(&grant(r#""*""#), "tablet", &[own, &drive, &relay]);
    let devices = given(&grant(r#""tag:nas""#));
    assert_eq!(
        devices["tablet"]["app_caps"]["nas"],
        json!({"tailscale.com/cap/drive-sharer": null, "tailscale.com/cap/relay-target": null})
    );
    assert_eq!(
        devices["nas"]["packet_filter_rules"][0]["CapGrant"][0]["Dsts"],
        json!(["100.64.0.5/32", "fd7a:115c:a1e0::5/128"])
    );
}

#[test]
fn devices_see_each_other_if_either_reaches_the_other() {
    for (rule, device, peers) in [
        (r#"{"src": ["group:c"], "dst": ["tag:nas"], "ip": ["icmp:*"]}"#, "nas", json!(["tablet"])),
        (r#"{"src": ["group:c"], "dst": ["tag:nas"], "ip": ["icmp:*"]}"#, "tablet", json!(["nas"])),
        (r#"{"src": ["group:c"], "dst": ["tag:nas"], "app": {"example.com/a": [1]}}"#, "tablet", json!(["nas"])),
        // The source is behind an approved route.
        (r#"{"src": ["lab"], "dst": ["tag:nas"], "ip": ["1"]}"#, "nas", json!(["router"])),
        (r#"{"src": ["far"], "dst": ["tag:nas"], "ip": ["1"]}"#, "nas", json!([])),
        (
            r#"{"src": ["autogroup:danger-all"], "dst": ["tag:nas"], "ip": ["1"]}"#,
            "nas",
            json!(["desktop", "exit", "hopeful", "laptop", "phone", "router", "tablet"]),
        ),
    ] {
        assert_eq!(given(&format!("\"grants\": [{rule}]"))[device]["peers"], peers, "{device} by {rule}");
    }
    let ssh = r#""ssh": [{"action": "accept", "src": ["group:c"], "dst": ["tag:nas"], "users": ["root"]}]"#;
    assert_eq!(
        given(&format!(r#""grants": [], {ssh}, "nodeAttrs": [{{"target": ["*"], "attr": ["funnel"]}}]"#))["nas"]["peers"],
        json!([])
    );
}

/// Returns each SSH rule of a device on a line: action, sources, accounts.
fn ssh(device: &Value) -> Vec<String> {
    let rules = device["ssh_policy"]["rules"].as_array().into_iter().flatten();
    rules
        .map(|rule| {
            let principals = rule["principals"].as_array().unwrap().iter();
            let principals: Vec<&str> = principals.map(|principal| principal["nodeIP"].as_str().unwrap()).collect();
            let action = if rule["action"].get("accept").is_some() { "accept" } else { "check" };
            let environment = rule.get("acceptEnv").map_or(String::new(), |names| format!(" {names}"));
            format!("{action} {} as {}{environment}", principals.join(" "), rule["sshUsers"])
        })
        .collect()
}

#[test]
fn ssh_rules() {
    let nobody = r#"{"root":""}"#;
    for (rules, device, lines) in [
        // `root` is either listed or refused.
        (
            r#"{"action": "accept", "src": ["group:c"], "dst": ["tag:nas"], "users": ["root"]}"#,
            "nas",
            vec![r#"accept 100.64.0.4 as {"root":"root"}"#.to_owned()],
        ),
        (
            r#"{"action": "accept", "src": ["group:c"], "dst": ["tag:nas"], "users": ["autogroup:nonroot", "x"], "acceptEnv": ["GIT_*"]}"#,
            "nas",
            vec![r#"accept 100.64.0.4 as {"*":"=","root":"","x":"x"} ["GIT_*"]"#.to_owned()],
        ),
        (r#"{"action": "accept", "src": ["group:none"], "dst": ["tag:nas"], "users": ["root"]}"#, "nas", vec![]),
        // Check rules come first.
        (
            r#"{"action": "accept", "src": ["group:c"], "dst": ["tag:nas"], "users": ["a"]}, {"action": "check", "src": ["group:c"], "dst": ["tag:nas"], "users": ["b"]}"#,
            "nas",
            vec![
                r#"check 100.64.0.4 as {"b":"b","root":""}"#.to_owned(),
                r#"accept 100.64.0.4 as {"a":"a","root":""}"#.to_owned(),
            ],
        ),
        // `autogroup:tagged` lists a device with two tags twice.
        (
            r#"{"action": "accept", "src": ["autogroup:tagged"], "dst": ["tag:router"], "users": ["root"]}"#,
            "router",
            vec![format!(r#"accept {NAS} {NAS} 100.64.0.6 100.64.0.7 100.64.0.8 as {{"root":"root"}}"#)],
        ),
        // Each user's devices, for that user.
        (
            r#"{"action": "check", "src": ["autogroup:member"], "dst": ["autogroup:self"], "users": ["root"]}"#,
            "phone",
            vec![r#"check 100.64.0.1 fd7a:115c:a1e0::1 100.64.0.2 as {"root":"root"}"#.to_owned()],
        ),
        (
            r#"{"action": "check", "src": ["autogroup:member"], "dst": ["autogroup:self"], "users": ["root"]}"#,
            "nas",
            vec![],
        ),
        // Users of the domain get the account named like their login, also on their own devices.
        (
            r#"{"action": "accept", "src": ["group:c", "group:ab"], "dst": ["tag:nas"], "users": ["localpart:*@example.com"]}"#,
            "nas",
            vec![
                format!("accept 100.64.0.1 fd7a:115c:a1e0::1 100.64.0.2 as {nobody}"),
                r#"accept 100.64.0.1 fd7a:115c:a1e0::1 100.64.0.2 as {"alice":"alice"}"#.to_owned(),
                format!("accept 100.64.0.3 as {nobody}"),
                r#"accept 100.64.0.3 as {"bob":"bob"}"#.to_owned(),
                format!("accept 100.64.0.4 as {nobody}"),
            ],
        ),
        (
            r#"{"action": "accept", "src": ["group:c", "group:ab"], "dst": ["tag:nas"], "users": ["localpart:*@example.com", "x"]}"#,
            "desktop",
            vec![
                r#"accept 100.64.0.3 as {"root":"","x":"x"}"#.to_owned(),
                r#"accept 100.64.0.3 as {"bob":"bob"}"#.to_owned(),
            ],
        ),
        (
            r#"{"action": "accept", "src": ["tag:router"], "dst": ["tag:nas"], "users": ["localpart:*@example.com"]}"#,
            "nas",
            vec![format!("accept 100.64.0.6 as {nobody}")],
        ),
        // Spaces are ignored, and a text that looks like a selector is an account name.
        (
            r#"{"action": " accept", "src": [" group:c"], "dst": ["tag:nas "], "users": ["group:ab"]}"#,
            "nas",
            vec![r#"accept 100.64.0.4 as {"group:ab":"group:ab","root":""}"#.to_owned()],
        ),
    ] {
        assert_eq!(ssh(&given(&format!("\"ssh\": [{rules}]"))[device]), lines, "{device} of {rules}");
    }
}

#[test]
fn node_attributes() {
    let on = |target: &str, device: &str| {
        let devices = given(&format!(
            r#""nodeAttrs": [{{"target": [{target}], "attr": ["a", "b"]}}, {{"target": ["tag:backup"], "attr": ["c"]}}]"#
        ));
        let names = devices[device].get("cap_map").and_then(Value::as_object).cloned().unwrap_or_default();
        names.keys().cloned().collect::<Vec<_>>().join(" ")
    };
    for (target, device, attributes) in [
        (r#""*""#, "nas", "a b c"),
        (r#""*""#, "tablet", "a b"),
        (r#""carol@example.org""#, "tablet", "a b"),
        (r#""group:ab""#, "desktop", "a b"),
        (r#""group:ab""#, "tablet", ""),
        (r#""autogroup:member""#, "tablet", "a b"),
        (r#""autogroup:member""#, "nas", "c"),
        (r#""autogroup:tagged""#, "router", "a b"),
        (r#""autogroup:admin""#, "laptop", "a b"),
        (r#""autogroup:owner""#, "desktop", ""),
        (r#""100.64.0.4""#, "tablet", "a b"),
        (r#""100.64.0.4/31""#, "nas", "a b c"),
        (r#""box", "group:c""#, "nas", "a b c"),
        // A route of a device does not stand for the device.
        (r#""10.1.0.0/16""#, "router", ""),
        ("", "tablet", ""),
    ] {
        assert_eq!(on(target, device), attributes, "{device} by {target}");
    }
    let devices =
        given(r#""randomizeClientPort": true, "nodeAttrs": [{"target": ["tag:nas"], "attr": ["disable-ipv4"]}]"#);
    assert_eq!(devices["tablet"]["cap_map"], json!({"randomize-client-port": null}));
    assert_eq!(
        (&devices["nas"]["addresses"], devices["tablet"].get("addresses")),
        (&json!(["fd7a:115c:a1e0::5/128"]), None)
    );
}

//! The way to the API.

use policy_core::model::Facts;
use policy_deploy::guard::{OwnPath, own_path};

const DEVICES: &str = r#"
    {"name": "nas", "tags": ["tag:a"], "ipv4": "100.64.0.2"},
    {"name": "hs.internal.example.com", "tags": ["tag:a"], "ipv4": "192.0.2.9"},
    {"name": "router", "tags": ["tag:a"], "routable_ips": ["10.0.0.0/24", "203.0.113.0/24"]}"#;

#[test]
fn the_way_to_the_api_is_outside_inside_or_unknown() {
    let nodes = |more: &str| format!(r#"{{"nodes": [{DEVICES}{more}]}}"#);
    let with_exit = nodes(r#", {"name": "exit", "tags": ["tag:a"], "approved_routes": ["0.0.0.0/0", "::/0"]}"#);
    let inside = |reason: &str| OwnPath::Inside(reason.to_owned());
    let unknown = |reason: &str| OwnPath::Unknown(reason.to_owned());
    for (host, addresses, facts, expected) in [
        ("api.tailscale.com", "192.200.0.1", nodes(""), OwnPath::Outside),
        ("hs.example.com", "192.200.0.1 100.100.1.1", nodes(""), inside("`100.100.1.1` is an address of a tailnet")),
        ("hs.example.com", "::ffff:100.100.1.1", nodes(""), inside("`100.100.1.1` is an address of a tailnet")),
        ("hs.example.com", "fd7a:115c:a1e0::7", nodes(""), inside("`fd7a:115c:a1e0::7` is an address of a tailnet")),
        ("hs.example.com", "100.64.0.2", nodes(""), inside("`100.64.0.2` is the device `nas`")),
        ("hs.example.com", "192.0.2.9", nodes(""), inside("`192.0.2.9` is the device `hs.internal.example.com`")),
        ("hs.example.com", "10.0.0.9", nodes(""), inside("`10.0.0.9` is in the route `10.0.0.0/24` of `router`")),
        ("203.0.113.5", "", nodes(""), inside("`203.0.113.5` is in the route `203.0.113.0/24` of `router`")),
        ("[fd7a:115c:a1e0::7]", "", "{}".to_owned(), inside("`fd7a:115c:a1e0::7` is an address of a tailnet")),
        ("HS.tail1234.ts.net.", "", "{}".to_owned(), inside("`hs.tail1234.ts.net` is a name in a tailnet")),
        ("NAS", "", nodes(""), inside("`nas` is the device `nas`")),
        ("hs", "", nodes(""), inside("`hs` is the device `hs.internal.example.com`")),
        (
            "hs.internal.example.com",
            "",
            nodes(""),
            inside("`hs.internal.example.com` is the device `hs.internal.example.com`"),
        ),
        ("hs.example.com", "", nodes(""), unknown("the addresses of `hs.example.com` are unknown")),
        (
            "api.tailscale.com",
            "192.200.0.1",
            with_exit.clone(),
            unknown("whether this machine uses the exit node `exit` is unknown"),
        ),
        ("hs.example.com", "192.168.1.1", with_exit.clone(), OwnPath::Outside),
        ("localhost", "127.0.0.1 ::1", with_exit, OwnPath::Outside),
        ("127.0.0.1", "", "{}".to_owned(), OwnPath::Outside),
        (
            "api.tailscale.com",
            "192.200.0.1",
            "{}".to_owned(),
            unknown("the facts list no devices, so the routes and exit nodes are unknown"),
        ),
    ] {
        let (facts, findings) = Facts::parse(&facts);
        assert!(findings.is_empty(), "{findings:?}");
        let addresses: Vec<_> = addresses.split_whitespace().map(|address| address.parse().unwrap()).collect();
        assert_eq!(own_path(host, &addresses, &facts), expected, "{host} {addresses:?}");
    }
}

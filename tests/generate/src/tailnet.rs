//! A large tailnet as a company might have it, the same in every run. Half of the devices belong to
//! users, half are tagged, and one in ten is a router. Its policy has every kind of selector.

use serde_json::{Map, Value, json};

/// Returns a policy with this many rules, and facts with this many devices.
pub fn tailnet(rules: usize, devices: usize) -> (String, String) {
    let (users, tags) = (devices / 4 + 1, devices / 20 + 1);
    let grants: Vec<Value> = (0..rules).map(|id| grant(id, users, tags)).collect();
    let groups: Map<String, Value> = (0..50)
        .map(|id| (format!("group:g{id}"), (0..20).map(|member| email(id * 13 + member * 7, users)).collect()))
        .collect();
    let owners: Map<String, Value> = (0..tags).map(|id| (tag(id, tags), json!([]))).collect();
    let people: Vec<Value> = (0..users)
        .map(|id| json!({"name": format!("user{id}"), "email": email(id, users), "role": "member"}))
        .collect();
    let nodes: Vec<Value> = (0..devices).map(|id| node(id, users, tags)).collect();
    let policy = json!({"groups": groups, "tagOwners": owners, "grants": grants});
    (policy.to_string(), json!({"users": people, "nodes": nodes}).to_string())
}

fn email(id: usize, users: usize) -> String {
    format!("user{}@example.com", id % users)
}

fn tag(id: usize, tags: usize) -> String {
    format!("tag:t{}", id % tags)
}

fn node(id: usize, users: usize, tags: usize) -> Value {
    let (a, b) = (id / 250, id % 250 + 1);
    let mut node = json!({
        "name": format!("d{id}"),
        "ipv4": format!("100.64.{a}.{b}"),
        "ipv6": format!("fd7a:115c:a1e0::{:x}", id + 1),
    });
    if id.is_multiple_of(2) {
        node["user"] = json!(format!("user{}", id / 2 % users));
    } else {
        node["tags"] = json!([tag(id, tags), tag(id * 7 + 3, tags)]);
    }
    if id % 10 == 1 {
        let route = format!("10.{a}.{b}.0/24");
        for key in ["routable_ips", "approved_routes", "primary_routes"] {
            node[key] = json!([route]);
        }
    }
    node
}

fn grant(id: usize, users: usize, tags: usize) -> Value {
    let src = match id % 5 {
        0 => json!(["autogroup:member"]),
        1 => json!([format!("group:g{}", id % 50), tag(id, tags)]),
        2 => json!([email(id, users), email(id * 3 + 1, users)]),
        3 => json!(["*"]),
        _ => json!([tag(id, tags), tag(id * 5 + 1, tags)]),
    };
    let dst = match id % 7 {
        0 => json!(["*"]),
        1 => json!([format!("10.{}.{}.0/24", id / 250 % 4, id % 250 + 1)]),
        2 if matches!(id % 5, 0 | 2) => json!(["autogroup:self"]),
        3 => json!(["autogroup:tagged"]),
        4 => json!([format!("group:g{}", id % 50)]),
        _ => json!([tag(id, tags), tag(id + 1, tags)]),
    };
    json!({"src": src, "dst": dst, "ip": ["443", format!("tcp:{}", id % 60_000 + 1)]})
}

//! Shrinks a case to the smallest one that still fails.

use serde_json::Value;

/// Members whose removal would turn the case into another kind.
const KEPT: [&str; 24] = [
    "seed",
    "only",
    "policy",
    "new",
    "invariants",
    "worlds",
    "users",
    "nodes",
    "shared",
    "synced",
    "services",
    "name",
    "email",
    "role",
    "ipv4",
    "ipv6",
    "tags",
    "user",
    "grants",
    "acls",
    "src",
    "dst",
    "ip",
    "kind",
];

/// Removes members and items of a case as long as `fails` returns true for the rest.
pub fn shrink(case: &Value, fails: impl Fn(&Value) -> bool) -> Value {
    let mut smallest = case.clone();
    loop {
        let mut is_smaller = false;
        let mut paths = Vec::new();
        collect(&smallest, String::new(), &mut paths);
        // The outer ones first, because they remove the most.
        paths.sort_by_key(|path| path.matches('/').count());
        for path in paths {
            let mut candidate = smallest.clone();
            if remove(&mut candidate, &path) && fails(&candidate) {
                smallest = candidate;
                is_smaller = true;
            }
        }
        if !is_smaller {
            return smallest;
        }
    }
}

/// Collects the paths of everything in a value. The last items of a list come first, so that the
/// others keep their indexes.
fn collect(value: &Value, path: String, paths: &mut Vec<String>) {
    match value {
        Value::Array(items) => {
            for (number, item) in items.iter().enumerate().rev() {
                paths.push(format!("{path}/{number}"));
                collect(item, format!("{path}/{number}"), paths);
            }
        }
        Value::Object(members) => {
            // A full world must stay full.
            for (key, item) in members.iter().filter(|(key, _)| *key != "full") {
                let is_kept = KEPT.contains(&key.as_str());
                let key = key.replace('~', "~0").replace('/', "~1");
                if !is_kept {
                    paths.push(format!("{path}/{key}"));
                }
                collect(item, format!("{path}/{key}"), paths);
            }
        }
        _ => {}
    }
}

fn remove(value: &mut Value, path: &str) -> bool {
    let Some((parent, last)) = path.rsplit_once('/') else { return false };
    let last = last.replace("~1", "/").replace("~0", "~");
    match value.pointer_mut(parent) {
        Some(Value::Array(items)) => {
            let Some(at) = last.parse().ok().filter(|at| *at < items.len()) else { return false };
            items.remove(at);
            true
        }
        Some(Value::Object(members)) => members.remove(&last).is_some(),
        _ => false,
    }
}

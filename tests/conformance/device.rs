//! The configuration that a device received, in a normal form without meaningless order.

use serde_json::{Value, json};

/// The fields of a device's configuration.
pub(crate) const FIELDS: &[&str] =
    &["packet_filter_rules", "ssh_policy", "cap_map", "addresses", "peers", "peer_routes", "peer_cap_map", "app_caps"];

/// Returns a field of the configuration of `node`. An absent field has its default value, and a
/// field that was not captured is null.
pub(crate) fn field(got: &Value, field: &str, node: &Value) -> Value {
    let mut value = match &got[field] {
        Value::Null => absent(field, node),
        value => value.clone(),
    };
    match field {
        "packet_filter_rules" => {
            value.as_array_mut().into_iter().flatten().for_each(sort_filter_rule);
            sort(&mut value);
        }
        "ssh_policy" => value["rules"].as_array_mut().into_iter().flatten().for_each(|rule| {
            sort(&mut rule["principals"]);
        }),
        "peers" | "addresses" => sort(&mut value),
        "peer_routes" => value.as_object_mut().into_iter().flatten().for_each(|(_, routes)| sort(routes)),
        _ => {}
    }
    value
}

fn absent(field: &str, node: &Value) -> Value {
    match field {
        "packet_filter_rules" | "peers" => json!([]),
        "ssh_policy" => json!({"rules": []}),
        "addresses" => {
            let full = |address: &Value, length: u8| address.as_str().map(|address| format!("{address}/{length}"));
            json!([full(&node["ipv4"], 32), full(&node["ipv6"], 128)])
        }
        _ => json!({}),
    }
}

fn sort_filter_rule(rule: &mut Value) {
    for list in ["SrcIPs", "DstPorts", "IPProto"] {
        rule.get_mut(list).into_iter().for_each(sort);
    }
    for grant in rule.get_mut("CapGrant").and_then(Value::as_array_mut).into_iter().flatten() {
        sort(&mut grant["Dsts"]);
    }
}

/// Sorts a list by the text of its items. Any order is enough, if both sides have the same.
fn sort(list: &mut Value) {
    if let Some(items) = list.as_array_mut() {
        items.sort_by_cached_key(Value::to_string);
    }
}

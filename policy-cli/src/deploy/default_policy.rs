//! The policy that a new tailnet gets.

use policy_core::hujson::Document;
use policy_core::json::{Value, json};

/// Returns whether a policy says what Tailscale's default for a new tailnet says: everyone can reach everything, and
/// members can use SSH on their own devices. Comments are ignored.
///
/// The default has a grant. Older tailnets have an equivalent ACL (Tailscale's documentation of the policy syntax and of
/// Tailscale SSH). headscale's default has no SSH rules.
pub(super) fn is_default(text: &str) -> bool {
    let Ok(document) = Document::parse(text) else { return false };
    let Value::Object(sections) = document.value(document.root()) else { return false };
    let grants = json!([{"src": ["*"], "dst": ["*"], "ip": ["*"]}]);
    let acls = json!([{"action": "accept", "src": ["*"], "dst": ["*:*"]}]);
    let ssh = json!([{
        "action": "check",
        "src": ["autogroup:member"],
        "dst": ["autogroup:self"],
        "users": ["autogroup:nonroot", "root"],
    }]);
    let allows_all =
        |name: &str, value: &Value| name == "grants" && *value == grants || name == "acls" && *value == acls;
    sections.iter().filter(|(name, value)| allows_all(name, value)).count() == 1
        && sections.iter().all(|(name, value)| allows_all(name, value) || name == "ssh" && *value == ssh)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_default_is_the_default() {
        let grants = r#"// The default.
            {"grants": [{"src": ["*"], "dst": ["*"], "ip": ["*"]}, /* {"src": []} */],
             "ssh": [{"action": "check", "src": ["autogroup:member"], "dst": ["autogroup:self"],
                      "users": ["autogroup:nonroot", "root"]}]}"#;
        let acls = r#"{"acls": [{"action": "accept", "src": ["*"], "dst": ["*:*"]}]}"#;
        for (text, expected) in [
            (grants.to_owned(), true),
            (acls.to_owned(), true),
            (grants.replace(r#""ip": ["*"]"#, r#""ip": ["443"]"#), false),
            (grants.replace("\"check\"", "\"accept\""), false),
            (acls.replace("{\"acls\"", "{\"hosts\": {}, \"acls\""), false),
            ("{}".to_owned(), false),
            ("{".to_owned(), false),
        ] {
            assert_eq!(is_default(&text), expected, "{text}");
        }
    }
}

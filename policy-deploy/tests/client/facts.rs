//! Lists of the tailnet.

use policy_deploy::api::{ApiErrorKind, ExternalManagement, PolicyChange};

use crate::scripted::{Answer, answer, client, other};

#[test]
fn tailscales_lists_are_returned_as_served() {
    let devices = r#"{"devices": [{"id": "1"}]}"#;
    let (client, log) = client(vec![
        ("GET api/v2/tailnet/-/devices?fields=all", answer(200, &[], devices)),
        ("GET api/v2/tailnet/-/users", answer(200, &[], r#"{"users":[]}"#)),
        ("GET api/v2/tailnet/-/services", answer(200, &[], r#"{"vipServices":[]}"#)),
        ("GET api/v2/device/n%2F1/attributes", answer(200, &[], r#"{"attributes":{"custom:x":1}}"#)),
        ("GET api/v2/tailnet/-/users", answer(200, &[], r#"{"devices":[]}"#)),
        ("GET api/v2/tailnet/-/users", answer(200, &[], "<html>")),
    ]);
    assert_eq!(client.devices().as_deref(), Ok(devices));
    assert_eq!(client.users().as_deref(), Ok(r#"{"users":[]}"#));
    assert_eq!(client.services().as_deref(), Ok(r#"{"vipServices":[]}"#));
    assert_eq!(client.attributes("n/1").as_deref(), Ok(r#"{"attributes":{"custom:x":1}}"#));
    for message in ["the server's answer does not have a list as `users`", "the server's answer is not a JSON object"] {
        let error = client.users().unwrap_err();
        assert_eq!((error.kind, error.message.as_str()), (ApiErrorKind::NotUnderstood, message));
    }
    assert_eq!(log.left(), 0);
}

fn headscale_v1(line: &'static str, served: &str) -> Vec<(&'static str, Answer)> {
    vec![
        ("GET api/v2/tailnet/-/acl", answer(404, &[], "")),
        ("GET api/v1/policy", answer(200, &[], r#"{"policy":"{}"}"#)),
        ("GET api/v2/tailnet/-/acl", answer(404, &[], "")),
        (line, answer(200, &[], served)),
    ]
}

#[test]
fn headscales_lists_are_returned_as_its_command_line_prints_them() {
    let nodes = r#"{"nodes":[{"givenName":"web","ipAddresses":["100.64.0.1"]}]}"#;
    let (client, _) = other(headscale_v1("GET api/v1/node", nodes));
    let compact: String = client.devices().unwrap().split_whitespace().collect();
    assert_eq!(compact, r#"[{"given_name":"web","ip_addresses":["100.64.0.1"]}]"#);
    for error in [
        client.services().unwrap_err(),
        client.attributes("1").unwrap_err(),
        client.policy_changes("a", "b").unwrap_err(),
        client.external_management().unwrap_err(),
    ] {
        assert_eq!(error.kind, ApiErrorKind::NotSupported, "{error}");
    }
    let (client, _) = other(headscale_v1("GET api/v1/user", r#"{"users":[{"name":"a","displayName":""}]}"#));
    let compact: String = client.users().unwrap().split_whitespace().collect();
    assert_eq!(compact, r#"[{"display_name":"","name":"a"}]"#);
}

#[test]
fn the_audit_log_says_who_changed_the_policy() {
    let line = "GET api/v2/tailnet/-/logging/configuration?start=2026-01-01T00%3A00%3A00Z&end=2026-01-02T00%3A00%3A00Z\
                &event=TAILNET.UPDATE.ACL";
    let logs = r#"{"version":"1.1","tailnetId":"t","logs":[
        {"eventTime":"2026-01-01T10:00:00Z","origin":"ADMIN_CONSOLE","actor":{"id":"u1","loginName":"a@example.com"},
         "target":{"property":"ACL"},"action":"UPDATE","old":"{}","new":{"grants":[]}},
        {"eventTime":"2026-01-01T11:00:00Z","origin":"CONFIG_API","actor":{"id":"k1"},"target":{"property":"ACL"}},
        {"eventTime":"2026-01-01T12:00:00Z","actor":{"id":"u1"},"target":{"property":"DNS"}}]}"#;
    let change = |time: &str, actor: &str, origin: &str, old: Option<&str>, new: Option<&str>| PolicyChange {
        time: time.to_owned(),
        actor: Some(actor.to_owned()),
        origin: Some(origin.to_owned()),
        old: old.map(str::to_owned),
        new: new.map(str::to_owned),
    };
    let changes = vec![
        change("2026-01-01T10:00:00Z", "a@example.com", "ADMIN_CONSOLE", Some("{}"), Some(r#"{"grants":[]}"#)),
        change("2026-01-01T11:00:00Z", "k1", "CONFIG_API", None, None),
    ];
    for (served, expected) in [
        (logs, Ok(changes)),
        (r#"{"version":"1.1","logs":[]}"#, Ok(vec![])),
        (r#"{"version":"1.1","logs":null}"#, Ok(vec![])),
        ("{}", Err(ApiErrorKind::NotUnderstood)),
        (r#"{"logs":{}}"#, Err(ApiErrorKind::NotUnderstood)),
    ] {
        let (client, _) = client(vec![(line, answer(200, &[], served))]);
        let changes = client.policy_changes("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z");
        assert_eq!(changes.map_err(|error| error.kind), expected, "{served}");
    }
}

#[test]
fn the_settings_say_whether_the_policy_is_managed_elsewhere() {
    for (served, is_on, link) in [
        (
            r#"{"aclsExternallyManagedOn":true,"aclsExternalLink":"https://example.com"}"#,
            true,
            Some("https://example.com"),
        ),
        (r#"{"aclsExternallyManagedOn":false,"aclsExternalLink":""}"#, false, None),
        ("{}", false, None),
    ] {
        let (client, _) = client(vec![("GET api/v2/tailnet/-/settings", answer(200, &[], served))]);
        let expected = ExternalManagement { is_on, link: link.map(str::to_owned) };
        assert_eq!(client.external_management(), Ok(expected));
    }
}

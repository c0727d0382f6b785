//! What is said when a server refuses.

use policy_deploy::api::ApiErrorKind;

use crate::scripted::{answer, client};

const READ: &str = "GET api/v2/tailnet/-/acl";

#[test]
fn each_status_has_its_words_and_a_help() {
    let page = "<!DOCTYPE html><html><body>Bad gateway</body></html>";
    let scopes = "policy_file:read devices:core:read devices:posture_attributes:read";
    for (status, headers, served, message, help) in [
        (
            401,
            &[][..],
            r#"{"message":"API token invalid"}"#,
            "the server does not accept the credential: `API token invalid` (status 401)",
            "has expired",
        ),
        (
            402,
            &[],
            r#"{"message":"feature not available on current billing plan"}"#,
            "the tailnet's plan does not allow to show the policy: `feature not available on current billing plan` \
             (status 402)",
            "",
        ),
        (
            403,
            &[],
            r#"{"message":"calling actor does not have enough permissions"}"#,
            "the credential is not allowed to show the policy: `calling actor does not have enough permissions` \
             (status 403)",
            scopes,
        ),
        (
            404,
            &[],
            "",
            "`api.tailscale.com` has no such tailnet, or the credential may not see it: status 404",
            "leave out the tailnet",
        ),
        (429, &[("Retry-After", "0")], "", "the server gets too many requests: status 429", "try again"),
        (500, &[], r#"{"message":"internal"}"#, "the server failed to show the policy: `internal` (status 500)", ""),
        (
            500,
            &[],
            page,
            "the server failed to show the policy: status 500, with a web page in place of an answer",
            "check that `api.tailscale.com` is the host of the API",
        ),
        (
            405,
            &[("Content-Type", "text/html")],
            "no",
            "the server refuses to show the policy: status 405, with a web page in place of an answer",
            "check that `api.tailscale.com` is the host of the API",
        ),
        (
            302,
            &[("Location", "https://login.example.com/x")],
            "",
            "`api.tailscale.com` redirects to `https://login.example.com/x`, and redirects are not followed",
            "would also get the token",
        ),
        (
            400,
            &[],
            r#"{"title":"Bad Request","status":400,"detail":"validation failed","errors":[{"message":"a"},{"message":"b"}]}"#,
            "the server refuses to show the policy: `validation failed: a: b` (status 400)",
            "",
        ),
    ] {
        let times = if status == 429 { 3 } else { 1 };
        let mut all = headers.to_vec();
        all.push(("X-Tailscale-Request-Id", "REQ-1"));
        let (client, _) = client((0..times).map(|_| (READ, answer(status, &all, served))).collect());
        let error = client.read_policy().unwrap_err();
        assert_eq!((error.kind, error.message.as_str()), (ApiErrorKind::Status(status), message));
        let actual = error.help.clone().unwrap_or_default();
        assert!(actual.contains(help) && (help.is_empty() == actual.is_empty()), "{message}: {actual}");
        assert_eq!(error.request_id.as_deref(), Some("REQ-1"));
    }
}

/// `data` of an answer has the addresses of users, and logs of CI may be public.
#[test]
fn the_users_in_an_answer_are_not_repeated() {
    let served = r#"{"message":"no","data":[{"user":"alice@example.com","errors":["x"]}]}"#;
    let (client, _) = client(vec![(READ, answer(400, &[], served))]);
    assert!(!format!("{:?}", client.read_policy()).contains("alice"));
}

//! The answers that imitate headscale's.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on should panic")]

use policy_control_plane::{ControlPlane, DEFAULT_POLICY, Flavour, Request, Response, etag};
use serde_json::{Value, json};

const OLD: &str = "{\"grants\":[]}";
const NEW: &str = "{\"acls\": [{\"action\": \"accept\", \"src\": [\"*\"], \"dst\": [\"*:443\"]}]}";
const INVALID: &str = "{\"acls\": [{\"action\": \"accept\", \"src\": [\"group:a\"], \"dst\": [\"*:443\"]}]}";

fn ask(plane: &mut ControlPlane, request: Request) -> Response {
    let reply = plane.handle(request.header("Authorization", "Bearer hskey-api-alice-SECRET"));
    reply.whole().unwrap_or_else(|| panic!("{reply:?}")).clone()
}

fn v1(plane: &mut ControlPlane, method: &str, path: &str, policy: &str) -> (u16, Value) {
    let body = if policy.is_empty() { String::new() } else { json!({"policy": policy}).to_string() };
    let answer = ask(plane, Request::new(method, format!("/api/v1/{path}")).body(body));
    (answer.status, serde_json::from_slice(&answer.body).unwrap())
}

#[test]
fn v1_has_no_condition_and_a_time_of_change() {
    for flavour in [Flavour::Headscale029, Flavour::Headscale030] {
        let plane = &mut ControlPlane::with_policy_in(flavour, OLD);
        let (status, old) = v1(plane, "GET", "policy", "");
        assert_eq!((status, &old["policy"]), (200, &json!(OLD)));
        plane.edit(OLD);
        assert_ne!(v1(plane, "GET", "policy", "").1["updatedAt"], old["updatedAt"]);
        assert_eq!(v1(plane, "PUT", "policy", NEW).0, 200);
        assert_eq!((plane.policy.as_str(), plane.history.last().unwrap().writer.as_str()), (NEW, "alice"));
        assert_eq!(v1(plane, "POST", "policy/check", OLD), (200, json!({})));
        assert_eq!(plane.policy, NEW);
    }
}

#[test]
fn v1_refuses_in_the_form_of_its_version() {
    for (flavour, none, write, check, keys) in [
        (Flavour::Headscale029, 500, 500, 400, ["code", "message"]),
        (Flavour::Headscale030, 500, 400, 400, ["status", "detail"]),
    ] {
        let plane = &mut ControlPlane::new(flavour);
        let (status, body) = v1(plane, "GET", "policy", "");
        assert_eq!((status, &body[keys[1]]), (none, &json!("acl policy not found")));
        assert!(body[keys[0]].is_number(), "{body}");
        assert_eq!(v1(plane, "PUT", "policy", INVALID).0, write);
        assert_eq!(v1(plane, "POST", "policy/check", INVALID).0, check);
        plane.is_file_mode = true;
        let (status, body) = v1(plane, "PUT", "policy", NEW);
        assert_eq!((status, &body[keys[1]]), (write, &json!("update is disabled for modes other than 'database'")));
        assert!(plane.history.is_empty());
        let unauthorized = plane.handle(Request::new("GET", "/api/v1/policy"));
        assert_eq!(unauthorized.whole().unwrap().status, 401);
    }
}

#[test]
fn only_0_30_has_v2_without_validate() {
    let plane = &mut ControlPlane::new(Flavour::Headscale029);
    assert_eq!(ask(plane, Request::new("GET", "/api/v2/tailnet/-/acl")).status, 404);

    let plane = &mut ControlPlane::new(Flavour::Headscale030);
    assert_eq!(ask(plane, Request::new("GET", "/api/v2/tailnet/-/acl")).body, DEFAULT_POLICY.as_bytes());
    assert_eq!(ask(plane, Request::new("GET", "/api/v2/tailnet/example.com/acl")).status, 404);
    assert_eq!(ask(plane, Request::new("POST", "/api/v2/tailnet/-/acl/validate").body(NEW)).status, 404);
    let write = |plane: &mut ControlPlane, condition: &str, body: &str| {
        ask(plane, Request::new("POST", "/api/v2/tailnet/-/acl").header("If-Match", condition).body(body))
    };
    assert_eq!(write(plane, "\"ts-default\"", OLD).status, 200);
    assert_eq!(write(plane, "\"ts-default\"", NEW).status, 412);
    // The hash is that of the bytes, and not that of the formatted text.
    assert_eq!(write(plane, &etag(Flavour::Tailscale, OLD), NEW).status, 412);
    assert_eq!(write(plane, &etag(Flavour::Headscale030, OLD), INVALID).status, 400);
    let written = write(plane, &etag(Flavour::Headscale030, OLD), NEW);
    assert_eq!((written.status, written.value("ETag")), (200, Some(etag(Flavour::Headscale030, NEW).as_str())));
    assert_eq!(written.value("x-tailscale-request-id"), None);
    plane.is_file_mode = true;
    assert_eq!(write(plane, "*", OLD).status, 400);
    assert_eq!(plane.policy, NEW);
}

#[test]
fn facts_have_the_form_of_each_api() {
    let plane = &mut ControlPlane::new(Flavour::Headscale030);
    assert_eq!(v1(plane, "GET", "node", "").1["nodes"][1]["tags"], json!(["tag:web"]));
    assert_eq!(v1(plane, "GET", "user", "").1["users"][0]["email"], "alice@example.com");
    let users = ask(plane, Request::new("GET", "/api/v2/tailnet/-/users"));
    let users: Value = serde_json::from_slice(&users.body).unwrap();
    assert_eq!(users["users"][0]["role"], "member");
    let settings = ask(plane, Request::new("GET", "/api/v2/tailnet/-/settings"));
    assert_eq!(serde_json::from_slice::<Value>(&settings.body).unwrap()["aclsExternallyManagedOn"], false);
}

#[test]
fn an_oauth_client_gets_a_token_for_v2() {
    let plane = &mut ControlPlane::with_policy_in(Flavour::Headscale030, OLD);
    let form = "client_id=kCI&client_secret=hskey-client-kCI-SECRET&grant_type=client_credentials";
    let token = ask(plane, Request::new("POST", "/api/v2/oauth/token").body(form));
    let token: Value = serde_json::from_slice(&token.body).unwrap();
    let bearer = format!("Bearer {}", token["access_token"].as_str().unwrap());
    assert!(bearer.starts_with("Bearer hskey-oauthtok-kCI-"));
    let read = plane.handle(Request::new("GET", "/api/v2/tailnet/-/acl").header("Authorization", bearer));
    assert_eq!(read.whole().unwrap().status, 200);
}

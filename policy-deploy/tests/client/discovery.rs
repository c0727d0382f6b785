//! Which control plane a server is.

use policy_deploy::api::{ApiErrorKind, Server};
use policy_deploy::{Credentials, ETag, Revision, Secret};

use crate::scripted::{Answer, OTHER, answer, client, connect, other};

const READ: &str = "GET api/v2/tailnet/-/acl";
const V1: &str = "GET api/v1/policy";

fn policy() -> Answer {
    answer(200, &[("ETag", ETag::of_policy("{}").as_str())], "{}")
}

fn not_found() -> Answer {
    answer(404, &[], "404 page not found")
}

fn stored() -> Answer {
    answer(200, &[], r#"{"policy":"{}","updatedAt":"now"}"#)
}

#[test]
fn tailscale_is_known_by_its_address() {
    let (client, log) = client(vec![]);
    assert_eq!(client.server(), Ok(Server::Tailscale));
    assert_eq!(log.lines(), Vec::<String>::new());
}

#[test]
fn another_server_is_asked_once() {
    for (script, server) in [
        (vec![(READ, policy()), (V1, not_found())], Server::Tailscale),
        (vec![(READ, policy()), (V1, stored())], Server::HeadscaleV2),
        (vec![(READ, policy()), (V1, answer(401, &[], ""))], Server::HeadscaleV2),
        (vec![(READ, policy()), (V1, answer(500, &[], "{}"))], Server::HeadscaleV2),
        (vec![(READ, not_found()), (V1, stored()), (READ, not_found())], Server::HeadscaleV1),
    ] {
        let (client, log) = other(script);
        assert_eq!(client.server(), Ok(server));
        assert_eq!(client.server(), Ok(server));
        assert_eq!(log.left(), 0);
    }
}

/// A wrong tailnet must not lead to the version of the API that has no conditional write.
#[test]
fn headscale_with_conditions_is_not_used_without_them_because_of_a_tailnet() {
    let key = || Credentials::Key(Secret::new("k"));
    let named = "GET api/v2/tailnet/example.com/acl";
    let script = vec![(named, not_found()), (V1, stored()), (READ, policy())];
    let (client, _) = connect(OTHER, "example.com", key(), script);
    let error = client.read_policy().unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::Status(404));
    assert_eq!(error.message, "headscale has no tailnet `example.com`");
    assert_eq!(error.help.as_deref(), Some("leave out the tailnet: headscale has only one, `-`"));

    let script = vec![(named, not_found()), (V1, stored()), (READ, not_found())];
    let (client, _) = connect(OTHER, "example.com", key(), script);
    assert_eq!(client.server(), Ok(Server::HeadscaleV1));
}

/// A wrong answer on the way must not lead there either.
#[test]
fn one_missing_answer_does_not_lead_to_writes_without_conditions() {
    let script = vec![(READ, not_found()), (V1, stored()), (READ, policy()), (READ, policy())];
    let (client, log) = other(script);
    assert_eq!(client.read_policy().unwrap_err().kind, ApiErrorKind::Status(404));
    assert!(matches!(client.read_policy().unwrap().revision, Revision::ETag(_)));
    assert_eq!(log.left(), 0);
}

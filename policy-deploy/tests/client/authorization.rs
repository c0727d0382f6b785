//! Tokens.

use std::time::{Duration, SystemTime};

use policy_deploy::api::{ApiErrorKind, WriteError};
use policy_deploy::{BaseUrl, Client, Credentials, ETag, Identity, Revision, Secret};

use crate::scripted::{Answer, Log, answer, body, connect, header, no_answer, not_sent};

const READ: &str = "GET api/v2/tailnet/-/acl";
const WRITE: &str = "POST api/v2/tailnet/-/acl";
const TOKEN: &str = "POST api/v2/oauth/token";
const EXCHANGE: &str = "POST api/v2/oauth/token-exchange";
/// {"iss":"https://token.actions.githubusercontent.com","sub":"repo:o/r:ref:refs/heads/main","aud":"x"}
const JWT: &str = "eyJhbGciOiJub25lIn0.eyJpc3MiOiJodHRwczovL3Rva2VuLmFjdGlvbnMuZ2l0aHVidXNlcmNvbnRlbnQuY29tIiwic3ViIjoicmVwbzpvL3I6cmVmOnJlZnMvaGVhZHMvbWFpbiIsImF1ZCI6IngifQ.hidden-signature";

fn oauth() -> Credentials {
    Credentials::OAuthClient {
        id: "kid".to_owned(),
        secret: Secret::new("tskey-client-hidden"),
        scopes: Some("policy_file devices:core:read".to_owned()),
        tags: None,
    }
}

fn federated(identity: Identity) -> Credentials {
    Credentials::Federated { id: "kid".to_owned(), identity }
}

fn start(credentials: Credentials, script: Vec<(&str, Answer)>) -> (Client, Log) {
    connect(BaseUrl::TAILSCALE, "-", credentials, script)
}

fn issued(token: &str, expires_in: u64) -> Answer {
    let body = format!(r#"{{"access_token":"{token}","token_type":"Bearer","expires_in":{expires_in},"scope":"x"}}"#);
    answer(200, &[], &body)
}

fn policy() -> Answer {
    answer(200, &[("ETag", ETag::of_policy("{}").as_str())], "{}")
}

fn bearers(log: &Log) -> Vec<Option<String>> {
    let requests = log.requests.borrow();
    requests.iter().map(|request| request.bearer.as_ref().map(|token| token.expose().to_owned())).collect()
}

#[test]
fn an_oauth_client_gets_one_token_for_many_requests() {
    let (client, log) = start(oauth(), vec![(TOKEN, issued("token-one", 3600)), (READ, policy()), (READ, policy())]);
    assert_eq!(client.token_expiry(), None);
    client.read_policy().unwrap();
    client.read_policy().unwrap();
    let form = "grant_type=client_credentials&client_id=kid&client_secret=tskey-client-hidden&scope=policy_file%20\
                devices%3Acore%3Aread";
    let request = log.requests.borrow().first().unwrap().clone();
    assert_eq!(body(&request), form);
    assert_eq!(header(&request, "Content-Type").as_deref(), Some("application/x-www-form-urlencoded"));
    assert_eq!(bearers(&log), [None, Some("token-one".to_owned()), Some("token-one".to_owned())]);
    let left = client.token_expiry().unwrap().duration_since(SystemTime::now()).unwrap();
    assert!(left > Duration::from_secs(3500) && left <= Duration::from_secs(3600), "{left:?}");
    assert!(client.can_renew_token());
}

#[test]
fn a_token_that_has_expired_is_replaced_before_it_is_used() {
    let script =
        vec![(TOKEN, issued("token-one", 1)), (READ, policy()), (TOKEN, issued("token-two", 1)), (READ, policy())];
    let (client, log) = start(oauth(), script);
    client.read_policy().unwrap();
    client.read_policy().unwrap();
    assert_eq!(bearers(&log).last().unwrap().as_deref(), Some("token-two"));
}

#[test]
fn a_token_that_the_server_no_longer_accepts_is_replaced_once_and_only_for_a_read() {
    let refused = || answer(401, &[], r#"{"message":"API token invalid"}"#);
    let script = vec![
        (TOKEN, issued("token-one", 3600)),
        (READ, refused()),
        (TOKEN, issued("token-two", 3600)),
        (READ, policy()),
        (READ, refused()),
        (TOKEN, issued("token-three", 3600)),
        (READ, refused()),
        // A write is not repeated.
        (WRITE, refused()),
    ];
    let (client, log) = start(oauth(), script);
    let version = client.read_policy().unwrap();
    assert_eq!(bearers(&log).last().unwrap().as_deref(), Some("token-two"));
    assert_eq!(client.read_policy().unwrap_err().kind, ApiErrorKind::Status(401));
    let written = client.write_policy("{\"acls\": []}", &version.revision);
    assert!(matches!(written, Err(WriteError::Refused(_))), "{written:?}");
    assert_eq!(log.left(), 0);
}

/// Whatever happens to the request for a token, the policy was not sent.
#[test]
fn without_a_token_nothing_is_written() {
    for token in [no_answer(), answer(500, &[], ""), answer(200, &[], "{}"), answer(412, &[], ""), answer(401, &[], "")]
    {
        let (client, log) = start(oauth(), vec![(TOKEN, token)]);
        let written = client.write_policy("{\"acls\": []}", &Revision::ETag(ETag::of_policy("{}")));
        assert!(matches!(written, Err(WriteError::Refused(_))), "{written:?}");
        assert_eq!(log.left(), 0);
    }
}

#[test]
fn an_answer_without_a_token_is_explained() {
    let unusable = "the server's answer to the request for a token has no usable `access_token`";
    let help = "check the id and the secret of the OAuth client";
    for (token, kind, message, help) in [
        (answer(200, &[], "{}"), ApiErrorKind::NotUnderstood, unusable, ""),
        (answer(200, &[], r#"{"access_token":""}"#), ApiErrorKind::NotUnderstood, unusable, ""),
        (answer(200, &[], r#"{"access_token":"a\nb"}"#), ApiErrorKind::NotUnderstood, unusable, ""),
        (answer(200, &[], "<html>"), ApiErrorKind::NotUnderstood, "the server's answer is not a JSON object", ""),
        (
            answer(400, &[], r#"{"error":"invalid_scope"}"#),
            ApiErrorKind::Status(400),
            "the server refuses to issue an access token: `invalid_scope` (status 400)",
            help,
        ),
        (
            answer(401, &[], r#"{"message":"API token invalid"}"#),
            ApiErrorKind::Status(401),
            "the server does not accept the credential: `API token invalid` (status 401)",
            help,
        ),
        (
            answer(403, &[], r#"{"message":"Unauthorized"}"#),
            ApiErrorKind::Status(403),
            "the server refuses to issue an access token: `Unauthorized` (status 403)",
            help,
        ),
    ] {
        let (client, _) = start(oauth(), vec![(TOKEN, token)]);
        let error = client.read_policy().unwrap_err();
        assert_eq!((error.kind, error.message.as_str()), (kind, message));
        assert!(error.help.unwrap_or_default().contains(help), "{message}");
    }
}

#[test]
fn an_identity_token_is_exchanged() {
    let script = vec![(EXCHANGE, issued("token-one", 3600)), (READ, policy())];
    let (client, log) = start(federated(Identity::Token(Secret::new(JWT))), script);
    client.read_policy().unwrap();
    let request = log.requests.borrow().first().unwrap().clone();
    assert_eq!(body(&request), format!("client_id=kid&jwt={JWT}"));
    assert_eq!(bearers(&log), [None, Some("token-one".to_owned())]);
}

#[test]
fn github_issues_an_identity_token_for_each_exchange() {
    let identity = Identity::GitHub {
        url: "https://github.example.com/token?api-version=2".to_owned(),
        token: Secret::new("job-hidden-token"),
        audience: "api.tailscale.com/kid".to_owned(),
    };
    let ask = "GET token?api-version=2&audience=api.tailscale.com%2Fkid";
    let script = vec![
        (ask, answer(200, &[], &format!(r#"{{"value":"{JWT}"}}"#))),
        (EXCHANGE, issued("token-one", 3600)),
        (READ, policy()),
    ];
    let (client, log) = start(federated(identity.clone()), script);
    client.read_policy().unwrap();
    assert_eq!(bearers(&log), [Some("job-hidden-token".to_owned()), None, Some("token-one".to_owned())]);

    for refusal in [answer(403, &[], "{}"), answer(401, &[], "{}")] {
        let (client, _) = start(federated(identity.clone()), vec![(ask, refusal)]);
        let help = client.read_policy().unwrap_err().help.unwrap();
        assert_eq!(help, "give the job of GitHub `permissions: id-token: write`");
    }
    let (client, _) = start(federated(identity), vec![(ask, answer(200, &[], "{}"))]);
    let error = client.read_policy().unwrap_err();
    assert_eq!(error.message, "GitHub's answer to the request for an identity token has no usable `value`");
}

#[test]
fn a_mismatch_of_claims_shows_the_claims_and_not_the_token() {
    let refusal = || answer(403, &[], r#"{"message":"Unauthorized"}"#);
    let (client, _) = start(federated(Identity::Token(Secret::new(JWT))), vec![(EXCHANGE, refusal())]);
    let error = client.read_policy().unwrap_err();
    assert_eq!(
        error.help.as_deref(),
        Some(
            "compare the identity token with the federated identity in the admin console: it has iss \
             `https://token.actions.githubusercontent.com`; sub `repo:o/r:ref:refs/heads/main`; aud `x`"
        )
    );
    assert!(!format!("{error:?}").contains("hidden-signature"));
    let (client, _) = start(federated(Identity::Token(Secret::new("no-jwt"))), vec![(EXCHANGE, refusal())]);
    let help = client.read_policy().unwrap_err().help.unwrap();
    assert_eq!(help, "the identity token is not a JWT: set `TAILSCALE_IDENTITY_TOKEN` to one");
}

#[test]
fn a_request_for_a_token_is_repeated_if_nothing_was_sent() {
    let script = vec![(TOKEN, not_sent()), (TOKEN, issued("token-one", 3600)), (READ, policy())];
    let (client, log) = start(oauth(), script);
    client.read_policy().unwrap();
    assert_eq!(*log.pauses.borrow(), [1]);
}

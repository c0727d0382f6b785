//! A client that goes on in another process.

use policy_deploy::api::Server;
use policy_deploy::{Client, Credentials, ETag, Identity, Secret};

use crate::scripted::{Answer, OTHER, answer, connect};

const READ: &str = "GET api/v2/tailnet/example.com/acl";

fn policy() -> Answer {
    answer(200, &[("ETag", ETag::of_policy("{}").as_str())], "{}")
}

#[test]
fn each_kind_of_client_goes_on_with_its_token() {
    let issued = || answer(200, &[], r#"{"access_token":"token-one","expires_in":3600}"#);
    let exchange = ("POST api/v2/oauth/token-exchange", issued());
    let federated = |identity| Credentials::Federated { id: "kid".to_owned(), identity };
    let github = Identity::GitHub {
        url: "https://github.example.com/t".to_owned(),
        token: Secret::new("job"),
        audience: "a".to_owned(),
    };
    let client = Credentials::OAuthClient {
        id: "kid".to_owned(),
        secret: Secret::new("\"quoted\\"),
        scopes: None,
        tags: Some("tag:a tag:b".to_owned()),
    };
    for (credentials, token, script) in [
        (Credentials::Key(Secret::new("key-one")), "key-one", vec![]),
        (client, "token-one", vec![("POST api/v2/oauth/token", issued())]),
        (federated(Identity::Token(Secret::new("jwt"))), "token-one", vec![exchange.clone()]),
        (
            federated(github),
            "token-one",
            vec![("GET t?audience=a", answer(200, &[], r#"{"value":"jwt"}"#)), exchange.clone()],
        ),
    ] {
        let mut script = script;
        script.extend([(READ, policy()), ("GET api/v1/policy", answer(404, &[], ""))]);
        let (client, _) = connect(OTHER, "example.com", credentials.clone(), script);
        assert_eq!(client.server(), Ok(Server::Tailscale));

        let (_, log) = connect(OTHER, "-", credentials, vec![(READ, policy())]);
        let other = Client::from_handover(&client.handover(), Box::new(log.clone())).unwrap();
        assert_eq!(other.server(), Ok(Server::Tailscale));
        let seconds = |client: &Client| {
            client.token_expiry().map(|time| time.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs())
        };
        assert_eq!(seconds(&other), seconds(&client));
        other.read_policy().unwrap();
        assert_eq!(log.last().bearer, Some(Secret::new(token)));
        assert_eq!(other.handover(), client.handover());
    }
}

#[test]
fn incomplete_bytes_are_an_error_without_the_bytes() {
    for bytes in [&b""[..], b"{}", b"hidden", b"\xff", br#"{"credentials":{"key":"hidden"},"tailnet":"-"}"#] {
        let (_, log) = connect(OTHER, "-", Credentials::Key(Secret::new("k")), vec![]);
        let error = Client::from_handover(bytes, Box::new(log)).unwrap_err();
        assert_eq!(error.message, "the client that another process should hand over is incomplete");
    }
}

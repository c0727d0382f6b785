//! No secret is shown, whatever a server answers.

use policy_deploy::api::WriteError;
use policy_deploy::{
    BaseUrl, Client, Connection, Credentials, ETag, Environment, Identity, Method, Request, Revision, Secret,
    TailnetId, Transport,
};

use crate::scripted::{Answer, Log, answer, no_answer, not_sent};

const SECRET: &str = "tskey-client-hidden";
const TOKEN: &str = "token-hidden-one";
const KEY: &str = "tskey-api-hidden";
const JWT: &str = "eyJhbGciOiJub25lIn0.e30.hidden-signature";

/// Answers that repeat everything that the server got.
fn answers() -> Vec<Answer> {
    let all = format!("{SECRET} {TOKEN} {KEY} {JWT}");
    let message = format!(r#"{{"message":"bad {all}","errors":[{{"message":"{all}"}}],"detail":"{all}"}}"#);
    let location = format!("https://example.com/?{SECRET}{TOKEN}{KEY}{JWT}");
    let mut answers = vec![no_answer(), not_sent(), not_sent(), not_sent()];
    for status in [200, 302, 400, 401, 402, 403, 404, 412, 418, 429, 500, 503] {
        let headers =
            [("Location", location.as_str()), ("x-tailscale-request-id", all.as_str()), ("Retry-After", all.as_str())];
        answers.push(answer(status, &headers, &message));
        answers.push(answer(status, &headers, &all));
        answers.push(answer(status, &headers, &format!("<html>{all}")));
    }
    answers
}

fn credentials() -> [Credentials; 4] {
    let federated = |identity| Credentials::Federated { id: "kid".to_owned(), identity };
    [
        Credentials::Key(Secret::new(KEY)),
        Credentials::OAuthClient { id: "kid".to_owned(), secret: Secret::new(SECRET), scopes: None, tags: None },
        federated(Identity::Token(Secret::new(JWT))),
        federated(Identity::GitHub {
            url: "https://github.example.com/t".to_owned(),
            token: Secret::new(KEY),
            audience: "a".to_owned(),
        }),
    ]
}

/// Returns a client whose requests for a token succeed, and whose other requests all get this answer.
fn client(credentials: Credentials, token: Option<&Answer>, answer_to_rest: &Answer) -> (Client, Anything) {
    let transport = Anything { token: token.cloned(), rest: answer_to_rest.clone(), log: Log::default() };
    let base_url = BaseUrl::parse(BaseUrl::TAILSCALE).unwrap();
    let connection = Connection { base_url, tailnet: TailnetId::default(), credentials };
    (Client::connect(Box::new(transport.clone()), connection), transport)
}

#[derive(Clone)]
struct Anything {
    token: Option<Answer>,
    rest: Answer,
    log: Log,
}

impl Transport for Anything {
    fn send(&self, request: &Request) -> Answer {
        self.log.requests.borrow_mut().push(request.clone());
        let issued = answer(200, &[], &format!(r#"{{"access_token":"{TOKEN}","expires_in":3600}}"#));
        if request.url.contains("/oauth/") {
            return self.token.clone().unwrap_or(issued);
        }
        if request.url.contains("github.example.com") {
            return answer(200, &[], &format!(r#"{{"value":"{JWT}"}}"#));
        }
        self.rest.clone()
    }

    fn pause(&self, _: std::time::Duration) {}
}

#[test]
fn no_error_contains_a_secret() {
    let etag = Revision::ETag(ETag::of_policy("{}"));
    let mut shown = 0;
    for credentials in credentials() {
        for answer in answers() {
            for (token, rest) in [(None, &answer), (Some(&answer), &answer)] {
                let (client, transport) = client(credentials.clone(), token, rest);
                let mut texts = vec![format!("{client:?}"), format!("{credentials:?}")];
                let errors = [
                    client.read_policy().err(),
                    client.devices().err(),
                    client.validate("{}").err(),
                    client.policy_changes("a", "b").err(),
                    client.write_policy("{}", &etag).err().map(|error| match error {
                        WriteError::Conflict(error) | WriteError::Refused(error) | WriteError::Unknown(error) => error,
                    }),
                ];
                for error in errors.into_iter().flatten() {
                    texts.push(format!("{error} {error:?} {error:#?}"));
                }
                if let Ok(verdict) = client.validate("{}") {
                    texts.push(format!("{verdict:?}"));
                }
                // The request for an identity token has the key of the job, and its URL is in no message.
                for request in transport.log.requests.borrow().iter() {
                    assert!(!request.url.contains("hidden"), "{}", request.url);
                    texts.push(format!("{:?}", request.bearer));
                }
                for text in texts {
                    // Each client only knows its own secrets.
                    let own: Vec<&str> = match &credentials {
                        Credentials::Key(_) => vec![KEY],
                        Credentials::OAuthClient { .. } if token.is_some() => vec![SECRET],
                        Credentials::OAuthClient { .. } => vec![SECRET, TOKEN],
                        Credentials::Federated { .. } if token.is_some() => vec![JWT],
                        Credentials::Federated { .. } => vec![JWT, TOKEN],
                    };
                    let leak = own.iter().find(|secret| text.contains(**secret));
                    assert_eq!(leak, None, "{text}");
                    shown += 1;
                }
            }
        }
    }
    assert!(shown > 1000, "{shown}");
}

#[test]
fn requests_answers_and_settings_do_not_show_what_they_contain() {
    let mut request = Request::new(Method::Post, "https://example.com").header("Accept", SECRET).body(SECRET);
    request.bearer = Some(Secret::new(SECRET));
    let response = answer(200, &[("Set-Cookie", SECRET)], SECRET).unwrap();
    let base_url = BaseUrl::parse(BaseUrl::TAILSCALE).unwrap();
    let bytes = format!("{:?}", SECRET.as_bytes());
    let bytes = bytes.trim_matches(['[', ']']);
    for credentials in credentials() {
        let connection = Connection { base_url: base_url.clone(), tailnet: TailnetId::default(), credentials };
        let lookup = |_: &str| Some(SECRET.to_owned());
        let environment = Environment::new(&lookup);
        let shown = format!("{request:?} {request:#?} {response:?} {connection:?} {connection:#?} {environment:?}");
        assert!(!shown.contains("hidden") && !shown.contains(bytes), "{shown}");
    }
}

//! Reading and writing the policy.

use policy_deploy::api::{ApiErrorKind, WriteError, Written};
use policy_deploy::{ETag, PolicyVersion, Revision};

use crate::scripted::{Answer, answer, body, client, header, no_answer, not_sent, other};

const TEXT: &str = "{\"grants\": []}\n";
const READ: &str = "GET api/v2/tailnet/-/acl";
const WRITE: &str = "POST api/v2/tailnet/-/acl";
const READ_V1: &str = "GET api/v1/policy";
const WRITE_V1: &str = "PUT api/v1/policy";

fn etag() -> Revision {
    Revision::ETag(ETag::of_policy(TEXT))
}

fn quoted() -> String {
    format!("\"{}\"", ETag::of_policy(TEXT))
}

#[test]
fn a_version_of_the_policy_has_a_text_and_an_etag() {
    let (strong, bare) = (quoted(), ETag::of_policy(TEXT).to_string());
    let weak = format!("W/{strong}");
    let no_etag = Err("the server's answer has no usable `ETag`");
    for (headers, text, expected) in [
        (&[("ETag", strong.as_str())][..], TEXT, Ok(())),
        (&[("etag", bare.as_str())], TEXT, Ok(())),
        (&[], TEXT, no_etag),
        (&[("ETag", weak.as_str())], TEXT, no_etag),
        (&[("ETag", "\"\"")], TEXT, no_etag),
        (&[("ETag", "\"1234\"")], TEXT, no_etag),
        (&[("Content-Type", "text/html")], "<html>", no_etag),
    ] {
        let (client, log) = client(vec![(READ, answer(200, headers, text))]);
        let read = client.read_policy();
        match expected {
            Ok(()) => assert_eq!(
                read,
                Ok(PolicyVersion { text: TEXT.to_owned(), revision: etag(), request_id: None }),
                "{headers:?}"
            ),
            Err(message) => {
                let error = read.unwrap_err();
                assert_eq!((error.kind, error.message.as_str()), (ApiErrorKind::NotUnderstood, message), "{headers:?}");
            }
        }
        assert_eq!(header(&log.last(), "Accept").as_deref(), Some("application/hujson"));
    }
}

#[test]
fn a_policy_that_is_not_text_is_not_understood() {
    let mut bytes = answer(200, &[("ETag", &quoted())], "").unwrap();
    bytes.body = vec![b'{', 0xff, b'}'];
    let (client, _) = client(vec![(READ, Ok(bytes))]);
    assert_eq!(client.read_policy().unwrap_err().message, "the stored policy is not UTF-8 text");
}

#[test]
fn a_write_is_conditional_and_sent_once_whatever_the_answer_is() {
    let conflict = r#"{"message":"precondition failed, invalid old hash"}"#;
    let statuses = |name: &'static str, statuses: &[u16]| {
        statuses.iter().map(|status| (name, answer(*status, &[], "{}"))).collect::<Vec<_>>()
    };
    let mut cases: Vec<(&str, Answer)> = vec![
        ("written", answer(200, &[("ETag", &quoted()), ("x-tailscale-request-id", "REQ-1")], TEXT)),
        ("conflict", answer(412, &[], conflict)),
        ("refused", not_sent()),
        ("unknown", no_answer()),
        ("unknown", answer(302, &[("Location", "https://evil.example.com")], "")),
        // These are from something in front of the server, which may have passed the request on.
        ("unknown", answer(403, &[("Content-Type", "text/html")], "blocked")),
        ("unknown", answer(412, &[], "<html>blocked</html>")),
        ("refused", answer(429, &[("Retry-After", "1")], "")),
    ];
    cases.extend(statuses("refused", &[400, 401, 403, 404, 405, 422]));
    cases.extend(statuses("unknown", &[100, 408, 500, 502, 503, 504, 599]));
    for (expected, answer) in cases {
        let (client, log) = client(vec![(WRITE, answer.clone())]);
        let result = client.write_policy(TEXT, &etag());
        let actual = match &result {
            Ok(Written { etag, request_id }) => {
                assert_eq!(etag.as_ref(), Some(&ETag::of_policy(TEXT)));
                assert_eq!(request_id.as_deref(), Some("REQ-1"));
                "written"
            }
            Err(WriteError::Conflict(_)) => "conflict",
            Err(WriteError::Refused(_)) => "refused",
            Err(WriteError::Unknown(_)) => "unknown",
        };
        assert_eq!(actual, expected, "{answer:?}");
        assert_eq!((log.lines().len(), log.pauses.borrow().len()), (1, 0), "{answer:?}");
        let request = log.last();
        assert_eq!(header(&request, "If-Match"), Some(quoted()));
        assert_eq!(header(&request, "Content-Type").as_deref(), Some("application/hujson"));
        assert_eq!(body(&request), TEXT);
    }
}

#[test]
fn an_empty_policy_is_never_sent() {
    for text in ["", " \n\t"] {
        for revision in [etag(), Revision::Unguarded { text: TEXT.to_owned(), updated_at: String::new() }] {
            let (client, log) = client(vec![]);
            let Err(WriteError::Refused(error)) = client.write_policy(text, &revision) else { panic!() };
            assert_eq!(error.kind, ApiErrorKind::NotSent);
            assert_eq!(log.lines(), Vec::<String>::new());
        }
    }
}

fn stored(text: &str, updated_at: &str) -> Answer {
    let text = text.replace('"', "\\\"").replace('\n', "\\n");
    answer(200, &[], &format!(r#"{{"policy":"{text}","updatedAt":"{updated_at}"}}"#))
}

fn unguarded(text: &str, updated_at: &str) -> Revision {
    Revision::Unguarded { text: text.to_owned(), updated_at: updated_at.to_owned() }
}

const NONE_STORED: &str = r#"{"code":2,"message":"loading ACL from database: acl policy not found","details":[]}"#;

#[test]
fn headscale_without_conditions_is_read_from_v1() {
    let not_found = || answer(404, &[], "404 page not found");
    for (script, expected) in [
        (
            vec![(READ, not_found()), (READ_V1, stored(TEXT, "2026-01-01T00:00:00Z")), (READ, not_found())],
            Ok((TEXT, unguarded(TEXT, "2026-01-01T00:00:00Z"))),
        ),
        (
            vec![(READ, not_found()), (READ_V1, answer(500, &[], NONE_STORED)), (READ, not_found())],
            Ok(("{}", unguarded("", ""))),
        ),
        (
            vec![
                (READ, not_found()),
                (READ_V1, answer(200, &[], r#"{"policy":"","updatedAt":null}"#)),
                (READ, not_found()),
            ],
            Ok(("{}", unguarded("", ""))),
        ),
        (vec![(READ, not_found()), (READ_V1, not_found())], Err(ApiErrorKind::Status(404))),
        (vec![(READ, not_found()), (READ_V1, answer(401, &[], ""))], Err(ApiErrorKind::Status(401))),
        (vec![(READ, not_found()), (READ_V1, answer(500, &[], "{}"))], Err(ApiErrorKind::Status(500))),
        (vec![(READ, not_found()), (READ_V1, answer(200, &[], "[]"))], Err(ApiErrorKind::NotUnderstood)),
        (vec![(READ, not_found()), (READ_V1, answer(200, &[], "{}"))], Err(ApiErrorKind::NotUnderstood)),
        (vec![(READ, not_found()), (READ_V1, answer(200, &[], "<html>"))], Err(ApiErrorKind::NotUnderstood)),
    ] {
        let (client, log) = other(script);
        match (client.read_policy(), expected) {
            (Ok(version), Ok((text, revision))) => {
                assert_eq!((version.text.as_str(), version.revision), (text, revision));
            }
            (read, expected) => assert_eq!(read.map(|_| ()).map_err(|error| error.kind), expected.map(|_| ())),
        }
        assert_eq!(log.left(), 0);
    }
}

#[test]
fn headscale_without_conditions_is_read_again_just_before_the_write() {
    let wanted = "{\"grants\": [{}]}\n";
    let now = "2026-01-01T00:00:00Z";
    let revision = unguarded(TEXT, now);
    let file_mode = || {
        answer(500, &[], r#"{"code":2,"message":"update is disabled for modes other than 'database'","details":[]}"#)
    };
    for (expected, script) in [
        ("written", vec![(READ_V1, stored(TEXT, now)), (WRITE_V1, stored(wanted, now))]),
        ("conflict", vec![(READ_V1, stored(wanted, now))]),
        ("conflict", vec![(READ_V1, stored(TEXT, "2026-01-01T00:00:01Z"))]),
        ("conflict", vec![(READ_V1, answer(500, &[], NONE_STORED))]),
        ("refused", vec![(READ_V1, no_answer())]),
        ("refused", vec![(READ_V1, answer(500, &[], "{}"))]),
        ("refused", vec![(READ_V1, stored(TEXT, now)), (WRITE_V1, file_mode())]),
        ("refused", vec![(READ_V1, stored(TEXT, now)), (WRITE_V1, answer(400, &[], "{}"))]),
        ("unknown", vec![(READ_V1, stored(TEXT, now)), (WRITE_V1, answer(500, &[], "{}"))]),
        ("unknown", vec![(READ_V1, stored(TEXT, now)), (WRITE_V1, no_answer())]),
    ] {
        let (client, log) = other(script);
        let actual = match client.write_policy(wanted, &revision) {
            Ok(_) => {
                assert_eq!(body(&log.last()), r#"{"policy":"{\"grants\": [{}]}\n"}"#);
                "written"
            }
            Err(WriteError::Conflict(_)) => "conflict",
            Err(WriteError::Refused(_)) => "refused",
            Err(WriteError::Unknown(_)) => "unknown",
        };
        assert_eq!((actual, log.left()), (expected, 0), "{:?}", log.lines());
    }
}

#[test]
fn headscale_says_how_to_leave_the_file_mode() {
    let help = "set `policy.mode: database` in headscale's configuration, and restart it";
    for (status, message) in
        [(500, "update is disabled for modes other than 'database'"), (400, "mode is file"), (403, "mode is file")]
    {
        let (client, _) = other(vec![(WRITE, answer(status, &[], &format!(r#"{{"message":"{message}"}}"#)))]);
        let Err(WriteError::Refused(error)) = client.write_policy(TEXT, &etag()) else { panic!("{message}") };
        assert_eq!(error.help.as_deref(), Some(help), "{message}");
    }
}

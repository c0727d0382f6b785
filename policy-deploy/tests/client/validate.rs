//! Questions about a policy that is not stored.

use policy_deploy::ETag;
use policy_deploy::api::{ApiErrorKind, PreviewMatch, PreviewOf};

use crate::scripted::{Answer, answer, body, client, header, other};

const TEXT: &str = "// why\n{\"grants\": []}\n";
const VALIDATE: &str = "POST api/v2/tailnet/-/acl/validate";
const CHECK: &str = "POST api/v1/policy/check";

#[test]
fn tailscale_is_asked_with_comments() {
    let (client, log) = client(vec![(VALIDATE, answer(200, &[], "{}"))]);
    assert!(client.validate(TEXT).unwrap().is_accepted());
    assert_eq!(header(&log.last(), "Content-Type").as_deref(), Some("application/hujson"));
    assert_eq!(body(&log.last()), TEXT);
}

#[test]
fn a_refusal_by_status_is_not_a_verdict() {
    let message = r#"{"message":"exactly one capability scope must be populated"}"#;
    let (client, _) = client(vec![(VALIDATE, answer(400, &[], message))]);
    let error = client.validate(TEXT).unwrap_err();
    let words =
        "the server refuses to validate the policy: `exactly one capability scope must be populated` (status 400)";
    assert_eq!((error.kind, error.message.as_str()), (ApiErrorKind::Status(400), words));
}

#[test]
fn headscale_is_asked_by_its_own_call() {
    let etag = ETag::of_policy("{}");
    let both = "line 1, column 2: bad\\nline 3, column 4: worse";
    let problem =
        format!(r#"{{"title":"Bad Request","status":400,"detail":"{both}","errors":[{{"message":"{both}"}}]}}"#);
    let grpc = r#"{"code":2,"message":"parsing policy: x","details":[]}"#;
    type Items<'a> = Vec<(&'a str, Option<(u32, u32)>)>;
    let cases: Vec<(Answer, Result<Items<'_>, ApiErrorKind>)> = vec![
        (answer(200, &[], "{}"), Ok(vec![])),
        (answer(200, &[], ""), Ok(vec![])),
        (
            answer(400, &[], &problem),
            Ok(vec![("line 1, column 2: bad", Some((1, 2))), ("line 3, column 4: worse", Some((3, 4)))]),
        ),
        (answer(500, &[], grpc), Ok(vec![("parsing policy: x", None)])),
        (answer(200, &[], "[]"), Err(ApiErrorKind::NotUnderstood)),
        (answer(200, &[], "<html>"), Err(ApiErrorKind::NotUnderstood)),
        (answer(400, &[], "<html>"), Err(ApiErrorKind::Status(400))),
        (answer(500, &[], r#"{"title":"Internal","status":500}"#), Err(ApiErrorKind::Status(500))),
        (answer(404, &[], "404 page not found"), Err(ApiErrorKind::NotSupported)),
        (answer(405, &[], ""), Err(ApiErrorKind::NotSupported)),
        (answer(501, &[], "{}"), Err(ApiErrorKind::NotSupported)),
    ];
    for (answer_to_check, expected) in cases {
        let (client, log) = other(vec![
            ("GET api/v2/tailnet/-/acl", answer(200, &[("ETag", etag.as_str())], "{}")),
            ("GET api/v1/policy", answer(200, &[], r#"{"policy":"{}"}"#)),
            (CHECK, answer_to_check.clone()),
        ]);
        let verdict = client.validate(TEXT);
        let items = verdict
            .map(|verdict| verdict.errors.into_iter().map(|item| (item.message, item.position)).collect::<Vec<_>>());
        let expected = expected.map(|items| {
            items.into_iter().map(|(message, position)| (message.to_owned(), position)).collect::<Vec<_>>()
        });
        assert_eq!(items.map_err(|error| error.kind), expected, "{answer_to_check:?}");
        assert_eq!(body(&log.last()), r#"{"policy":"// why\n{\"grants\": []}\n"}"#);
    }
}

#[test]
fn a_preview_lists_rules() {
    let matches = r#"{"matches":[{"users":["a@example.com"],"ports":["*:22"],"lineNumber":7,"via":null}]}"#;
    let user = "POST api/v2/tailnet/-/acl/preview?type=user&previewFor=a%40example.com";
    let destination = "POST api/v2/tailnet/-/acl/preview?type=ipport&previewFor=10.0.0.1%3A22";
    let one = PreviewMatch { users: vec!["a@example.com".to_owned()], ports: vec!["*:22".to_owned()], line: Some(7) };
    for (line, of, served, expected) in [
        (user, PreviewOf::User("a@example.com"), matches, Ok(vec![one])),
        (destination, PreviewOf::Destination("10.0.0.1:22"), r#"{"matches":null}"#, Ok(vec![])),
        (user, PreviewOf::User("a@example.com"), r#"{"matches":"x"}"#, Err(ApiErrorKind::NotUnderstood)),
        (user, PreviewOf::User("a@example.com"), "[]", Err(ApiErrorKind::NotUnderstood)),
    ] {
        let (client, _) = client(vec![(line, answer(200, &[], served))]);
        assert_eq!(client.preview(TEXT, of).map_err(|error| error.kind), expected);
    }
}

//! What is sent again.

use policy_deploy::ETag;
use policy_deploy::api::ApiErrorKind;

use crate::scripted::{Answer, answer, client, no_answer, not_sent};

const READ: &str = "GET api/v2/tailnet/-/acl";
const VALIDATE: &str = "POST api/v2/tailnet/-/acl/validate";

#[test]
fn a_read_is_repeated_where_the_server_asks_for_it_or_nothing_was_sent() {
    let policy = || answer(200, &[("ETag", ETag::of_policy("{}").as_str())], "{}");
    let busy = |status| answer(status, &[], "");
    type Case = (Vec<Answer>, Result<(), ApiErrorKind>, Vec<u64>);
    let cases: Vec<Case> = vec![
        (vec![busy(503), busy(502), policy()], Ok(()), vec![1, 2]),
        (vec![not_sent(), policy()], Ok(()), vec![1]),
        (vec![answer(429, &[("Retry-After", "9")], ""), policy()], Ok(()), vec![9]),
        (vec![answer(429, &[("Retry-After", "9999")], ""), policy()], Ok(()), vec![30]),
        (vec![busy(504), busy(504), busy(504)], Err(ApiErrorKind::Status(504)), vec![1, 2]),
        (vec![not_sent(), not_sent(), not_sent()], Err(ApiErrorKind::NotSent), vec![1, 2]),
        (vec![no_answer()], Err(ApiErrorKind::NoAnswer), vec![]),
        (vec![busy(500)], Err(ApiErrorKind::Status(500)), vec![]),
        (vec![busy(401)], Err(ApiErrorKind::Status(401)), vec![]),
    ];
    for (answers, expected, pauses) in cases {
        let (client, log) = client(answers.into_iter().map(|answer| (READ, answer)).collect());
        assert_eq!(client.read_policy().map(|_| ()).map_err(|error| error.kind), expected);
        assert_eq!((log.left(), log.pauses.borrow().clone()), (0, pauses));
    }
}

#[test]
fn the_question_whether_a_policy_is_valid_is_repeated() {
    let (client, log) = client(vec![(VALIDATE, answer(429, &[], "")), (VALIDATE, answer(200, &[], "{}"))]);
    assert!(client.validate("{}").unwrap().is_accepted());
    assert_eq!(*log.pauses.borrow(), [1]);
}

//! The control plane's answer to the question whether it would accept a policy.

use super::answer::Answer;
use super::api_error::{ApiError, ApiErrorKind};
use super::server_words::quoted;
use crate::transport::Response;

use policy_core::hujson::{Kind, NodeId};

/// Whether the control plane would accept a policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// The reasons to refuse it. Empty if it accepts the policy.
    pub errors: Vec<VerdictItem>,
    /// What it warns about. A policy with warnings is accepted.
    pub warnings: Vec<VerdictItem>,
}

/// One error or warning of a [`Verdict`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerdictItem {
    /// The user of the test that it is about, or the empty text.
    pub subject: String,
    /// The server's own words.
    pub message: String,
    /// The line and the column in the text that was sent, from 1, if the words name them.
    pub position: Option<(u32, u32)>,
}

impl VerdictItem {
    fn new(subject: &str, message: &str) -> VerdictItem {
        VerdictItem { subject: subject.to_owned(), message: message.trim().to_owned(), position: position(message) }
    }
}

/// The message beside warnings alone.
const WARNINGS: &str = "warning(s) found";
/// The message beside the errors of tests, which says no more than they do.
const TESTS: &str = "test(s) failed";

impl Verdict {
    /// Returns whether the policy is accepted.
    pub fn is_accepted(&self) -> bool {
        self.errors.is_empty()
    }

    /// Reads the answer of `validate`, whose status is 2xx:
    ///
    /// - an empty body or `{}` accepts the policy
    /// - `errors` of users refuse it, and so does each `message` but that of warnings
    /// - `warnings` of users, with the message of warnings, accept it
    ///
    /// # Errors
    /// Fails for every other answer, so that one that is not understood never accepts a policy.
    pub(super) fn read(response: &Response) -> Result<Verdict, ApiError> {
        if response.body.trim_ascii().is_empty() {
            return Ok(Verdict::default());
        }
        let not_understood = |what: &str| {
            let start = String::from_utf8_lossy(&response.body);
            let start: String = start.chars().take(80).collect();
            let message = format!("the server's verdict on the policy is not understood: {what}: {}", quoted(&start));
            ApiError::new(ApiErrorKind::NotUnderstood, message).request_of(response)
        };
        let Some(answer) = Answer::read(response) else { return Err(not_understood("it is not JSON")) };
        let root = answer.root();
        if answer.kind(root) != Kind::Object {
            return Err(not_understood("it is not an object"));
        }
        if answer.is_empty_object() {
            return Ok(Verdict::default());
        }
        let mut verdict = Verdict::default();
        let data = match answer.value(root, "data") {
            None => Vec::new(),
            Some(_) => answer.items(root, "data").ok_or_else(|| not_understood("`data` is not a list"))?,
        };
        for id in data {
            let subject = answer.text(id, "user").unwrap_or_default();
            verdict.errors.extend(items(&answer, id, "errors", &subject));
            verdict.warnings.extend(items(&answer, id, "warnings", &subject));
        }
        match answer.text(root, "message") {
            None if verdict.errors.is_empty() => return Err(not_understood("it has no `message`")),
            Some(message) if message == WARNINGS && verdict.errors.is_empty() && verdict.warnings.is_empty() => {
                return Err(not_understood("it lists no warnings"));
            }
            Some(message) if message == WARNINGS || (message == TESTS && !verdict.errors.is_empty()) => {}
            Some(message) if message.trim().is_empty() => return Err(not_understood("its `message` is empty")),
            Some(message) => verdict.errors.insert(0, VerdictItem::new("", &message)),
            None => {}
        }
        Ok(verdict)
    }

    /// Returns the verdict for the reasons of headscale, one on each line. `None` if there are none.
    pub(super) fn refused(reasons: &str) -> Option<Verdict> {
        let lines = reasons.lines().filter(|line| !line.trim().is_empty());
        let errors: Vec<VerdictItem> = lines.map(|line| VerdictItem::new("", line)).collect();
        (!errors.is_empty()).then_some(Verdict { errors, warnings: Vec::new() })
    }
}

/// Returns the texts of a list of an entry. A value of another form still is an item, so that it is not overlooked.
fn items(answer: &Answer, entry: NodeId, key: &str, subject: &str) -> Vec<VerdictItem> {
    let values = answer.items(entry, key).or_else(|| answer.value(entry, key).map(|one| vec![one]));
    let text = |id| answer.string(id).unwrap_or_else(|| answer.source(id).to_owned());
    values.unwrap_or_default().into_iter().map(|id| VerdictItem::new(subject, &text(id))).collect()
}

/// Returns the position in words such as `line 3, column 7: unexpected token`.
fn position(message: &str) -> Option<(u32, u32)> {
    message.match_indices("line ").find_map(|(at, word)| {
        let (line, rest) = number(message.get(at + word.len()..)?)?;
        let (column, _) = number(rest.strip_prefix(", column ")?)?;
        (line > 0 && column > 0).then_some((line, column))
    })
}

/// Returns the number at the start of a text, and what follows.
fn number(text: &str) -> Option<(u32, &str)> {
    let end = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    Some((digits.parse().ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<Verdict, ApiError> {
        Verdict::read(&Response { status: 200, headers: Vec::new(), body: body.as_bytes().to_vec() })
    }

    fn item(subject: &str, message: &str, position: Option<(u32, u32)>) -> VerdictItem {
        VerdictItem { subject: subject.to_owned(), message: message.to_owned(), position }
    }

    #[test]
    fn an_answer_is_a_verdict() {
        let accepted = (vec![], vec![]);
        let tests = r#"{"message":"test(s) failed","data":[{"user":"a@example.com","errors":["address \"b:1\": want: Accept, got: Drop","x"]}]}"#;
        let warnings = r#"{"message":"warning(s) found","data":[{"user":"group:x","warnings":["group is empty"]}]}"#;
        let both = r#"{"message":"warning(s) found","data":[{"user":"u","errors":["e"],"warnings":["w"]}]}"#;
        for (body, (errors, warnings)) in [
            ("", accepted.clone()),
            (" \n", accepted.clone()),
            ("{}", accepted.clone()),
            (" {\n} ", accepted),
            (
                tests,
                (
                    vec![
                        item("a@example.com", r#"address "b:1": want: Accept, got: Drop"#, None),
                        item("a@example.com", "x", None),
                    ],
                    vec![],
                ),
            ),
            (r#"{"message":"test(s) failed"}"#, (vec![item("", "test(s) failed", None)], vec![])),
            (r#"{"message":"test(s) failed","data":null}"#, (vec![item("", "test(s) failed", None)], vec![])),
            (
                r#"{"message":"line 4, column 12: unknown field \"ports\""}"#,
                (vec![item("", r#"line 4, column 12: unknown field "ports""#, Some((4, 12)))], vec![]),
            ),
            (warnings, (vec![], vec![item("group:x", "group is empty", None)])),
            (both, (vec![item("u", "e", None)], vec![item("u", "w", None)])),
            (r#"{"data":[{"errors":["e"]}]}"#, (vec![item("", "e", None)], vec![])),
            (r#"{"data":[{"errors":[{"a":1}]}]}"#, (vec![item("", r#"{"a":1}"#, None)], vec![])),
            (
                r#"{"message":"invalid","data":[{"errors":["e"]}]}"#,
                (vec![item("", "invalid", None), item("", "e", None)], vec![]),
            ),
        ] {
            assert_eq!(read(body), Ok(Verdict { errors, warnings }), "{body}");
        }
    }

    #[test]
    fn an_answer_that_is_not_understood_is_an_error() {
        for (body, what) in [
            ("ok", "it is not JSON: `ok`"),
            ("<html>", "it is not JSON: `<html>`"),
            ("{} // fine", "it is not JSON"),
            ("\u{feff}{}", "it is not JSON"),
            ("[]", "it is not an object: `[]`"),
            ("\"ok\"", "it is not an object"),
            ("null", "it is not an object"),
            ("true", "it is not an object"),
            (r#"{"status":"ok"}"#, "it has no `message`"),
            (r#"{"data":[]}"#, "it has no `message`"),
            (r#"{"data":[{"warnings":["w"]}]}"#, "it has no `message`"),
            (r#"{"message":null}"#, "it has no `message`"),
            (r#"{"message":1}"#, "it has no `message`"),
            (r#"{"message":""}"#, "its `message` is empty"),
            (r#"{"message":"warning(s) found"}"#, "it lists no warnings"),
            (r#"{"message":"warning(s) found","data":{}}"#, "`data` is not a list"),
        ] {
            let error = read(body).unwrap_err();
            assert_eq!(error.kind, ApiErrorKind::NotUnderstood, "{body}");
            assert!(error.message.contains(what), "{body}: {error}");
        }
    }

    #[test]
    fn a_position_is_found_in_the_words() {
        for (message, expected) in [
            ("line 1, column 2: x", Some((1, 2))),
            ("acl: line 10, column 20", Some((10, 20))),
            ("deadline 5, line 6, column 7", Some((6, 7))),
            ("line 5", None),
            ("line 0, column 1", None),
            ("line 99999999999, column 1", None),
            ("line , column 1", None),
        ] {
            assert_eq!(position(message), expected, "{message}");
        }
    }
}

//! The verdict on a policy: `POST /tailnet/{tailnet}/acl/validate`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{acl, json_answer, refuse};
use crate::control_plane::ControlPlane;
use crate::http::{Request, Response};
use crate::judgement::{judge, to_json};

/// Returns the verdict on the policy in the body, or on the stored policy with the tests in the
/// body.
pub(super) fn validate(plane: &ControlPlane, request: &Request) -> Response {
    let kind = request.value("Content-Type").unwrap_or_default();
    if !kind.starts_with("application/hujson") && !kind.starts_with("application/json") {
        return refuse(400, "exactly one capability scope must be populated");
    }
    let text = match acl::text(request) {
        Ok(text) => text,
        Err(message) => return refuse(400, &message),
    };
    let verdict = match to_json(text) {
        Some(Value::Array(tests)) => judge(plane.flavour, &with_tests(&plane.policy, tests)),
        _ => judge(plane.flavour, text),
    };
    match verdict {
        Err(problem) => json_answer(&problem.to_json()),
        Ok(()) if plane.warnings.is_empty() => json_answer(&json!({})),
        Ok(()) => json_answer(&warnings(plane)),
    }
}

/// Returns a policy with other tests.
fn with_tests(policy: &str, tests: Vec<Value>) -> String {
    let Some(Value::Object(mut policy)) = to_json(policy) else { return policy.to_owned() };
    policy.insert("tests".to_owned(), Value::Array(tests));
    Value::Object(policy).to_string()
}

fn warnings(plane: &ControlPlane) -> Value {
    let mut by_user: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (user, warning) in &plane.warnings {
        by_user.entry(user).or_default().push(warning);
    }
    let data = by_user.iter().map(|(user, warnings)| json!({"user": user, "warnings": warnings}));
    json!({"message": "warning(s) found", "data": data.collect::<Vec<_>>()})
}

//! The changes of the policy: `GET /tailnet/{tailnet}/logging/configuration`.

use serde_json::{Value, json};

use super::{json_answer, refuse};
use crate::control_plane::ControlPlane;
use crate::http::{Request, Response};
use crate::stored::Origin;
use crate::time::rfc3339;

/// Returns every change between `start` and `end`, which both are times of RFC 3339 in UTC.
pub(super) fn read(plane: &ControlPlane, request: &Request) -> Response {
    let (Some(start), Some(end)) = (request.query("start"), request.query("end")) else {
        return refuse(400, "start and end are required");
    };
    let is_asked_for = |parameter: &str, value: &str| request.query(parameter).is_none_or(|asked| asked == value);
    let is_policy = is_asked_for("event", "TAILNET.UPDATE.ACL");
    let versions = plane.history.windows(2).filter(|_| is_policy).filter(|versions| {
        let at = rfc3339(versions[1].at);
        // Times of the same form are in the order of their texts. Fractions of a second are left
        // out of the bounds.
        let bound = |bound: &str| bound.get(..19).unwrap_or(bound).to_owned();
        (bound(&start)..=bound(&end)).contains(&at[..19].to_owned()) && is_asked_for("actor", &versions[1].writer)
    });
    let entries: Vec<Value> = versions
        .map(|versions| {
            let [old, new] = versions else { return Value::Null };
            let (origin, actor) = match new.origin {
                Origin::Api => ("CONFIG_API", json!({"id": new.writer, "type": "API_KEY"})),
                Origin::Console => {
                    let login = format!("{}@example.com", new.writer);
                    ("ADMIN_CONSOLE", json!({"id": new.writer, "type": "USER", "loginName": login}))
                }
            };
            json!({
                "eventTime": rfc3339(new.at),
                "type": "CONFIG",
                "eventGroupID": format!("{:032x}", new.at),
                "origin": origin,
                "actor": actor,
                "target": {"id": "example.com", "name": "example.com", "type": "TAILNET", "property": "ACL"},
                "action": "UPDATE",
                "old": old.text,
                "new": new.text,
            })
        })
        .collect();
    json_answer(&json!({"version": "1.1", "tailnetId": "example.com", "logs": entries}))
}

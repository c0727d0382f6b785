//! The rules that match a user or an address: `POST /tailnet/{tailnet}/acl/preview`.
//!
//! This is a small evaluator of its own, so that a comparison with ours means something. It knows
//! users, groups, `autogroup:member`, addresses, hosts and `*`. Rules with anything else do not
//! match.

use policy_core::Policy;
use serde_json::{Value, json};

use super::{acl, json_answer, refuse};
use crate::http::{Request, Response};
use crate::judgement::{position, to_json};

/// Returns the grants and ACLs of the policy in the body that match `previewFor`.
pub(super) fn preview(request: &Request) -> Response {
    let (Some(kind), Some(subject)) = (request.query("type"), request.query("previewFor")) else {
        return refuse(400, "type and previewFor are required");
    };
    if kind != "user" && kind != "ipport" {
        return refuse(400, "type must be user or ipport");
    }
    let text = match acl::text(request) {
        Ok(text) => text,
        Err(message) => return refuse(400, &message),
    };
    let Some(policy) = to_json(text) else { return refuse(400, "invalid policy") };
    let matches = rules(text, &policy).into_iter().filter(|rule| {
        if kind == "user" {
            rule.users.iter().any(|source| is_source(&policy, source, &subject))
        } else {
            rule.ports.iter().any(|port| is_target(&policy, port, &subject))
        }
    });
    let matches = matches.map(
        |rule| json!({"users": rule.users, "ports": rule.ports, "lineNumber": rule.line, "postures": rule.postures}),
    );
    json_answer(&json!({"matches": matches.collect::<Vec<_>>(), "type": kind, "previewFor": subject}))
}

struct Rule {
    users: Vec<String>,
    /// `destination:ports`.
    ports: Vec<String>,
    postures: Vec<String>,
    line: usize,
}

fn rules(text: &str, policy: &Value) -> Vec<Rule> {
    let model = Policy::parse(text);
    let line = |start: Option<u32>| position(text, start.unwrap_or_default() as usize).0;
    let acls = policy["acls"].as_array().into_iter().flatten().enumerate().map(|(index, acl)| Rule {
        users: strings(&acl["src"]),
        ports: strings(&acl["dst"]),
        postures: strings(&acl["srcPosture"]),
        line: line(model.acls.as_ref().and_then(|acls| Some(acls.get(index)?.origin.start))),
    });
    let grants = policy["grants"].as_array().into_iter().flatten().enumerate().map(|(index, grant)| {
        let ports = strings(&grant["ip"]);
        let with_ports = |destination: &String| {
            ports.iter().map(|port| format!("{destination}:{}", port.rsplit(':').next().unwrap_or(port))).collect()
        };
        Rule {
            users: strings(&grant["src"]),
            ports: strings(&grant["dst"]).iter().flat_map(|dst| -> Vec<String> { with_ports(dst) }).collect(),
            postures: strings(&grant["srcPosture"]),
            line: line(model.grants.as_ref().and_then(|grants| Some(grants.get(index)?.origin.start))),
        }
    });
    acls.chain(grants).collect()
}

fn strings(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Returns whether a user is among the users of a source.
fn is_source(policy: &Value, source: &str, user: &str) -> bool {
    let is_member = || strings(&policy["groups"][source]).iter().any(|member| member == user);
    source == "*" || source == user || source == "autogroup:member" || is_member()
}

/// Returns whether `address:port` is among the `destination:ports` of a rule.
fn is_target(policy: &Value, target: &str, subject: &str) -> bool {
    let (Some((destination, ports)), Some((address, port))) = (target.rsplit_once(':'), subject.rsplit_once(':'))
    else {
        return false;
    };
    let host = policy["hosts"][destination].as_str();
    let is_destination = destination == "*" || destination == address || host == Some(address);
    let port: u16 = port.parse().unwrap_or_default();
    let is_port = |range: &str| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let bounds = first.parse::<u16>().ok().zip(last.parse::<u16>().ok());
        range == "*" || bounds.is_some_and(|(first, last)| (first..=last).contains(&port))
    };
    is_destination && ports.split(',').any(is_port)
}

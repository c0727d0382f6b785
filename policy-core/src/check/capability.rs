//! The bodies of capabilities that Tailscale's own programs read.
//!
//! Tailscale takes any JSON as the body of a capability. The program that reads it ignores a field that it does not
//! know, so a misspelt field grants nothing and nobody is told.

use crate::check::Checker;
use crate::diagnostic::{Code, Diagnostic, suggestion};
use crate::json::Value;
use crate::model::{Capability, Places, Shape};
use crate::source::Origin;

/// The capabilities of grants whose bodies are known, with the shape of one. Tailscale's documentation and the programs
/// that read them.
const OF_GRANTS: &[(&str, &str)] = &[
    ("tailscale.com/cap/drive", r#"{ shares: [string]; access?: "rw" | "ro"; }"#),
    ("tailscale.com/cap/golink", "{ admin?: bool; }"),
    (
        "tailscale.com/cap/kubernetes",
        "{ impersonate?: { groups?: [string]; }; recorder?: [string]; enforceRecorder?: bool; enableEvents?: bool; }",
    ),
    // The services of Tailscale's privileged access management have settings of their own.
    (
        "tailscale.com/cap/pam",
        "{ version?: string; permissions?: { database?: any; ssh?: any; kubernetes?: any; aws_s3?: any; http?: any; rdp?: any; vnc?: any; tcp?: any; }; }",
    ),
    ("tailscale.com/cap/proxy-to-grafana", r#"{ role: "viewer" | "editor" | "admin"; }"#),
    ("tailscale.com/cap/relay", "{}"),
    (
        "tailscale.com/cap/secrets",
        r#"{ action: ["get" | "info" | "put" | "create-version" | "activate" | "delete"]; secret: [string]; }"#,
    ),
    // The documentation has `dataSrc`, and the program reads `src`.
    ("tailscale.com/cap/tailsql", "{ dataSrc?: [string]; src?: [string]; }"),
    (
        "tailscale.com/cap/tsidp",
        "{ allow_admin_ui?: bool; allow_dcr?: bool; users?: [string]; resources?: [string]; extraClaims?: any; includeInUserInfo?: bool; }",
    ),
    ("tailscale.com/cap/webui", r#"{ canEdit?: ["*" | "ssh" | "subnets" | "exitnodes" | "account"]; }"#),
];

/// The same for capabilities of node attributes.
const OF_NODE_ATTRIBUTES: &[(&str, &str)] = &[(
    "tailscale.com/app-connectors",
    "{ name: string; connectors: [string]; domains?: [string]; routes?: [string]; presets?: any; }",
)];

/// Checks the bodies of a grant's capability.
pub(super) fn check_in_grant(checker: &mut Checker, capability: &Capability) {
    check(checker, capability, OF_GRANTS);
}

/// Checks the bodies of a node attribute's capability.
pub(super) fn check_in_node_attribute(checker: &mut Checker, capability: &Capability) {
    check(checker, capability, OF_NODE_ATTRIBUTES);
}

fn check(checker: &mut Checker, capability: &Capability, known: &[(&str, &str)]) {
    let Some((_, text)) = known.iter().find(|(name, _)| *name == capability.name.as_str()) else { return };
    let Ok(shape) = text.parse::<Shape>() else { return };
    for (value, places) in &capability.values {
        // `app` says that a body must be an object.
        if value.is_object() {
            Body { checker, capability, path: String::new() }.check(&shape, value, places);
        }
    }
}

/// A part of a capability's body.
struct Body<'c, 'a, 'p> {
    checker: &'c mut Checker<'p>,
    capability: &'a Capability,
    /// Its name, from the outermost field: `impersonate.groups`. Empty for all of the body.
    path: String,
}

impl Body<'_, '_, '_> {
    fn check(&mut self, shape: &Shape, value: &Value, places: &Places) {
        match (shape, value) {
            (Shape::Any, _)
            | (Shape::Bool, Value::Bool(_))
            | (Shape::Number, Value::Number(_))
            | (Shape::String, Value::String(_)) => {}
            (Shape::Choice(choices), Value::String(choice)) => {
                let is_known = choices.iter().any(|known| known.eq_ignore_ascii_case(choice));
                if !is_known {
                    let near = suggestion::nearest(choice, choices.iter().map(String::as_str));
                    let help = near
                        .map_or_else(|| format!("write {}", shape.noun()), |near| format!("did you mean `{near}`?"));
                    self.report(places.origin, format!("`{}` does not take `{choice}`", self.path), help);
                }
            }
            (Shape::List(item), Value::Array(values)) => {
                for (value, (_, places)) in values.iter().zip(&places.parts) {
                    self.check(item, value, places);
                }
            }
            (Shape::Record(_), Value::Object(_)) => self.check_fields(shape, value, places),
            _ => {
                let message = format!("`{}` must be {}, not {}", self.path, shape.noun(), value.noun());
                self.report(places.origin, message, format!("write {}", example(shape)));
            }
        }
    }

    fn check_fields(&mut self, shape: &Shape, value: &Value, places: &Places) {
        let Shape::Record(fields) = shape else { return };
        let mut given = Vec::new();
        for (name, part) in &places.parts {
            let Some(name) = name else { continue };
            // Programs in Go find a field in any case.
            match fields.iter().find(|field| field.name.eq_ignore_ascii_case(name)) {
                Some(field) => {
                    given.push(&field.name);
                    let Some(value) = value.get(name) else { continue };
                    if !value.is_null() {
                        let around = self.path.clone();
                        self.path = if around.is_empty() { name.to_string() } else { format!("{around}.{name}") };
                        self.check(&field.shape, value, part);
                        self.path = around;
                    }
                }
                None => {
                    let names = || fields.iter().map(|field| field.name.as_str());
                    let help = match suggestion::nearest(name, names()) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None if fields.is_empty() => "write `{}`".to_owned(),
                        None if fields.len() == 1 => {
                            format!("its only field is {}", names().map(|name| format!("`{name}`")).collect::<String>())
                        }
                        None => format!(
                            "its fields are {}",
                            names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
                        ),
                    };
                    let of = if self.path.is_empty() { self.capability.name.as_str() } else { &self.path };
                    self.report(name.origin, format!("`{of}` is not known to have a field `{name}`"), help);
                    // It may be meant as one that would otherwise be missing.
                    given.extend(fields.iter().map(|field| &field.name));
                }
            }
        }
        for field in fields.iter().filter(|field| !field.is_optional && !given.contains(&&field.name)) {
            let of = if self.path.is_empty() { self.capability.name.as_str() } else { &self.path };
            let message = format!("this value of `{of}` has no `{}`", field.name);
            self.report(places.origin, message, format!("add `\"{}\": {}`", field.name, bare_example(&field.shape)));
        }
    }

    fn report(&mut self, origin: Origin, message: String, help: String) {
        self.checker.report(Diagnostic::new(Code::CapabilityField, origin, message).help(help));
    }
}

/// Returns an example of a shape, in backticks.
fn example(shape: &Shape) -> String {
    format!("`{}`", bare_example(shape))
}

fn bare_example(shape: &Shape) -> String {
    match shape {
        Shape::Any => "{}".to_owned(),
        Shape::Bool => "true".to_owned(),
        Shape::Number => "1".to_owned(),
        Shape::String => "\"…\"".to_owned(),
        Shape::Choice(choices) => choices.first().map_or_else(String::new, |choice| format!("\"{choice}\"")),
        Shape::List(item) => format!("[{}]", bare_example(item)),
        Shape::Record(fields) => {
            let fields =
                fields.iter().take(1).map(|field| format!("\"{}\": {}", field.name, bare_example(&field.shape)));
            format!("{{{}}}", fields.collect::<String>())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_shape_can_be_read() {
        for (name, text) in OF_GRANTS.iter().chain(OF_NODE_ATTRIBUTES) {
            assert_eq!(text.parse::<Shape>().map(|shape| shape.to_string()).as_deref(), Ok(*text), "{name}");
        }
    }
}

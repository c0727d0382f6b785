//! The bodies of capabilities: those that Tailscale's own programs read, and those whose shape the
//! policy declares.
//!
//! Tailscale takes any JSON as the body of a capability. The program that reads it ignores a field
//! that it does not know, so a misspelt field silently grants nothing. A declared shape is part of
//! the policy, so a body that differs from it is an error.

use crate::check::Checker;
use crate::diagnostic::{Code, Diagnostic, Help, suggestion};
use crate::json::Value;
use crate::model::{Capability, DeclaredCapability, Field, KnownCapability, Places, Shape};
use crate::source::{Origin, Text};

/// Checks the bodies of a grant's capability.
pub(super) fn check_in_grant(checker: &mut Checker, capability: &Capability) {
    check(checker, capability, KnownCapability::of_grants());
}

/// Checks the bodies of a node attribute's capability.
pub(super) fn check_in_node_attribute(checker: &mut Checker, capability: &Capability) {
    check(checker, capability, KnownCapability::of_node_attributes());
}

fn check(checker: &mut Checker, capability: &Capability, known: &[KnownCapability]) {
    let policy = checker.policy;
    if let Some(declared) = policy.capability(&capability.name) {
        for (value, places) in &capability.values {
            body(checker, capability, Some(declared)).check(&declared.shape, value, places);
        }
        return;
    }
    let Some(known) = known.iter().find(|known| known.name == capability.name.as_str()) else { return };
    let shape = known.shape();
    for (value, places) in &capability.values {
        // If the body is not an object, `app` reports that.
        if value.is_object() {
            body(checker, capability, None).check(&shape, value, places);
        }
    }
}

fn body<'c, 'a, 'p>(
    checker: &'c mut Checker<'p>,
    capability: &'a Capability,
    declared: Option<&'a DeclaredCapability>,
) -> Body<'c, 'a, 'p> {
    Body {
        checker,
        capability,
        declared,
        declaration: declared.map(|declared| declared.name.origin),
        path: String::new(),
        is_item: false,
    }
}

/// A part of a capability's body.
struct Body<'c, 'a, 'p> {
    checker: &'c mut Checker<'p>,
    capability: &'a Capability,
    /// The declaration of the capability, if the policy declares it. The shape is then certain.
    declared: Option<&'a DeclaredCapability>,
    /// The place in the declaration that declares this part.
    declaration: Option<Origin>,
    /// The name of the part, from the outermost field: `impersonate.groups`. Empty for the whole
    /// body.
    path: String,
    /// True if it is an item of the list of that name.
    is_item: bool,
}

impl Body<'_, '_, '_> {
    fn check(&mut self, shape: &Shape, value: &Value, places: &Places) {
        match (shape, value) {
            (Shape::Any, _)
            | (Shape::Bool, Value::Bool(_))
            | (Shape::Number, Value::Number(_))
            | (Shape::String, Value::String(_)) => {}
            (Shape::Int, Value::Number(number)) => {
                if number.as_i64().is_none() {
                    let message = format!("`{}` must be {}, not `{number}`", self.path, shape.noun());
                    let help = "write it without a fraction and an exponent, in 64 bits".to_owned();
                    self.report(places.origin, message, help);
                }
            }
            (Shape::Choice(choices), Value::String(choice)) => {
                if !choices.iter().any(|known| self.is_same(known, choice)) {
                    let near = suggestion::nearest(choice, choices.iter().map(String::as_str));
                    let help = near.map_or_else(|| Help::from(format!("write {}", shape.noun())), Help::did_you_mean);
                    self.report(places.origin, format!("`{}` does not take `{choice}`", self.path), help);
                }
            }
            (Shape::List(item), Value::Array(values)) => {
                let is_item = std::mem::replace(&mut self.is_item, true);
                for (value, (_, places)) in values.iter().zip(&places.parts) {
                    self.check(item, value, places);
                }
                self.is_item = is_item;
            }
            (Shape::Record(fields), Value::Object(_)) => self.check_fields(fields, value, places),
            _ => {
                let what = if self.path.is_empty() {
                    format!("this value of `{}`", self.capability.name)
                } else if self.is_item {
                    format!("an item of `{}`", self.path)
                } else {
                    format!("`{}`", self.path)
                };
                let message = format!("{what} must be {}, not {}", shape.noun(), value.noun());
                self.report(places.origin, message, format!("write {}", example(shape)));
            }
        }
    }

    /// Returns true if the program that reads them treats two field names or two strings as equal.
    /// Go programs ignore the case of field names.
    fn is_same(&self, known: &str, given: &str) -> bool {
        if self.declared.is_some() { known == given } else { known.eq_ignore_ascii_case(given) }
    }

    /// Returns the name of the whole record, for use in a sentence.
    fn of(&self) -> String {
        if self.path.is_empty() { self.capability.name.to_string() } else { self.path.clone() }
    }

    fn check_fields(&mut self, fields: &[Field], value: &Value, places: &Places) {
        let mut given = Vec::new();
        for (name, part) in &places.parts {
            let Some(name) = name else { continue };
            match fields.iter().find(|field| self.is_same(&field.name, name)) {
                Some(field) => {
                    given.push(&field.name);
                    let Some(value) = value.get(name) else { continue };
                    if !value.is_null() || self.declared.is_some() && !field.is_optional {
                        let around = self.path.clone();
                        self.path = if around.is_empty() { name.to_string() } else { format!("{around}.{name}") };
                        let declaration = self.declaration;
                        self.declaration = self.place(field);
                        let is_item = std::mem::replace(&mut self.is_item, false);
                        self.check(&field.shape, value, part);
                        self.is_item = is_item;
                        self.declaration = declaration;
                        self.path = around;
                    }
                }
                None => {
                    self.report_unknown_field(fields, name);
                    // An unknown field may be a misspelling of a field that would otherwise be
                    // missing.
                    given.extend(fields.iter().map(|field| &field.name));
                }
            }
        }
        for field in fields.iter().filter(|field| !field.is_optional && !given.contains(&&field.name)) {
            let message = format!("this value of `{}` has no `{}`", self.of(), field.name);
            let declaration = self.declaration;
            self.declaration = self.place(field);
            self.report(places.origin, message, format!("add `\"{}\": {}`", field.name, bare_example(&field.shape)));
            self.declaration = declaration;
        }
    }

    fn place(&self, field: &Field) -> Option<Origin> {
        self.declared.map(|declared| declared.place(field))
    }

    fn report_unknown_field(&mut self, fields: &[Field], name: &Text) {
        let names = || fields.iter().map(|field| field.name.as_str());
        let help = match suggestion::nearest(name, names()) {
            Some(near) => Help::did_you_mean(near),
            None if fields.is_empty() => Help::from("write `{}`"),
            None if fields.len() == 1 => {
                Help::from(format!("its only field is {}", names().map(|name| format!("`{name}`")).collect::<String>()))
            }
            None => Help::from(format!(
                "its fields are {}",
                names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
            )),
        };
        let is = if self.declared.is_some() { "has no" } else { "is not known to have a" };
        self.report(name.origin, format!("`{}` {is} field `{name}`", self.of()), help);
    }

    fn report(&mut self, origin: Origin, message: String, help: impl Into<Help>) {
        let code = if self.declared.is_some() { Code::CapabilityShape } else { Code::CapabilityField };
        let finding = Diagnostic::new(code, origin, message).help(help);
        self.checker.report(match self.declaration {
            Some(declaration) => finding.note_at("declared here", declaration),
            None => finding,
        });
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
        Shape::Int | Shape::Number => "1".to_owned(),
        Shape::String => "\"…\"".to_owned(),
        Shape::Choice(choices) => choices.first().map_or_else(String::new, |choice| format!("\"{choice}\"")),
        Shape::List(item) => format!("[{}]", bare_example(item)),
        Shape::Record(fields) => {
            let required = fields.iter().filter(|field| !field.is_optional);
            // An object with a field in it is a better example than an empty one.
            let first = fields.iter().take(usize::from(required.clone().next().is_none()));
            let fields = required.chain(first);
            let fields = fields.map(|field| format!("\"{}\": {}", field.name, bare_example(&field.shape)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
    }
}

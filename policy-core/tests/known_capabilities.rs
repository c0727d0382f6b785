//! Tests of the bodies of all of Tailscale's own capabilities: a correct body, and each possible
//! mistake in one of its fields.
//!
//! The mistakes follow from the shapes, so no capability and no field can be forgotten.
//! `known_capabilities.txt` has the findings about each. To update it:
//! `UPDATE_SNAPSHOTS=1 cargo test -p tailnet-policy-core --test known_capabilities`. Read it before
//! you commit.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on should panic"
)]

use std::fmt::Write as _;
use std::path::Path;

use policy_core::json::{Map, Value, json};
use policy_core::model::{Field, KnownCapability, Shape};
use policy_core::{Code, Diagnostic, Policy};
use policy_test_support::snapshot;

/// A body with one mistake.
struct Mistake {
    /// The mistake, and the field that has it.
    what: String,
    body: Value,
    kind: Kind,
}

enum Kind {
    /// A field of this name is misspelt.
    Misspelt(String),
    /// Any other mistake.
    Other,
}

/// Returns a value of a shape with all fields.
fn right(shape: &Shape) -> Value {
    match shape {
        Shape::Bool => json!(true),
        Shape::Int | Shape::Number => json!(1),
        Shape::String => json!("tag:k8s"),
        Shape::Choice(choices) => json!(longest(choices)),
        Shape::List(item) => Value::Array(vec![right(item)]),
        Shape::Record(fields) => {
            Value::Object(fields.iter().map(|Field { name, shape, .. }| (name.clone(), right(shape))).collect())
        }
        _ => json!({"anything": [1, null]}),
    }
}

/// Returns values that are not of a shape.
fn wrong(shape: &Shape) -> Vec<Value> {
    match shape {
        Shape::Bool => vec![json!("true")],
        Shape::Int => vec![json!("1"), json!(1.5)],
        Shape::Number => vec![json!("1")],
        Shape::String => vec![json!(1)],
        Shape::Choice(choices) => vec![json!(misspell(&longest(choices))), json!(1)],
        Shape::List(item) => {
            let of_items = wrong(item).into_iter().map(|item| Value::Array(vec![item]));
            [right(item)].into_iter().chain(of_items).collect()
        }
        Shape::Record(_) => vec![json!("text")],
        // Any value is one.
        _ => Vec::new(),
    }
}

fn longest(choices: &[String]) -> String {
    choices.iter().max_by_key(|choice| choice.len()).unwrap().clone()
}

/// Returns a word without its second letter.
fn misspell(word: &str) -> String {
    word.chars().enumerate().filter(|(index, _)| *index != 1).map(|(_, char)| char).collect()
}

/// Returns `body` with each possible mistake in one field. `path` names the objects around it.
fn mistakes(shape: &Shape, body: &Value, path: &str) -> Vec<Mistake> {
    let mut out = Vec::new();
    match (shape, body) {
        (Shape::List(item), Value::Array(values)) => {
            let inside = mistakes(item, &values[0], path);
            out.extend(inside.into_iter().map(|mistake| Mistake { body: Value::Array(vec![mistake.body]), ..mistake }));
        }
        (Shape::Record(fields), Value::Object(members)) => {
            let with = |name: &str, value: Value| -> Map {
                members.clone().into_iter().chain([(name.to_owned(), value)]).collect()
            };
            for Field { name, shape, is_optional, .. } in fields {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                let mut add = |what: String, members: Map, kind: Kind| {
                    out.push(Mistake { what, body: Value::Object(members), kind });
                };
                let without: Map = members.clone().into_iter().filter(|(given, _)| given != name).collect();
                let mut misspelt = without.clone();
                misspelt.insert(misspell(name), members[name].clone());
                add(format!("`{path}` is misspelt"), misspelt, Kind::Misspelt(name.clone()));
                for value in wrong(shape) {
                    add(format!("`{path}` has a wrong value"), with(name, value), Kind::Other);
                }
                if !is_optional {
                    add(format!("`{path}` is missing"), without, Kind::Other);
                }
                for mistake in mistakes(shape, &members[name], &path) {
                    out.push(Mistake { body: Value::Object(with(name, mistake.body)), ..mistake });
                }
            }
            let of = if path.is_empty() { "A field".to_owned() } else { format!("A field of `{path}`") };
            let body = Value::Object(with("zzzzzz", json!(1)));
            out.push(Mistake { what: format!("{of} is like no other"), body, kind: Kind::Other });
        }
        _ => {}
    }
    out
}

/// Returns a policy that gives a capability with a body, and the findings about it.
fn check(name: &str, is_grant: bool, body: &Value) -> (Policy, Vec<Diagnostic>) {
    let app = format!("\"app\": {{\"{name}\": [{body}]}}");
    let (in_grant, in_attribute) = if is_grant {
        (format!(", {app}"), String::new())
    } else {
        (String::new(), format!("\"nodeAttrs\": [{{\"target\": [\"*\"], {app}}}],"))
    };
    let grant = format!("{{\"src\": [\"autogroup:member\"], \"dst\": [\"tag:k8s\"], \"ip\": [\"443\"]{in_grant}}}");
    let policy = Policy::parse(format!("{{\"tagOwners\": {{\"tag:k8s\": []}}, {in_attribute} \"grants\": [{grant}]}}"));
    let findings = policy.check();
    (policy, findings)
}

/// Adds a body, with each finding below the words that it is about.
fn write(out: &mut String, body: &Value, policy: &Policy, finding: &Diagnostic) {
    let body = body.to_string();
    let start = policy.text.find(&body).unwrap();
    let Diagnostic { message, help, code, .. } = finding;
    let range = finding.origin.range();
    let (before, about) = (&policy.text[start..range.start], &policy.text[range]);
    let marks = "^".repeat(about.chars().count());
    writeln!(out, "  {body}\n  {}{marks}\n  {code}: {message}", " ".repeat(before.chars().count())).unwrap();
    writeln!(out, "  help: {}\n", help.as_deref().unwrap()).unwrap();
}

#[test]
fn every_field_of_every_known_capability_is_checked() {
    let mut out = String::new();
    let grants = KnownCapability::of_grants().iter().map(|known| (known, true));
    let attributes = KnownCapability::of_node_attributes().iter().map(|known| (known, false));
    for (known, is_grant) in grants.chain(attributes) {
        let (name, shape) = (known.name, known.shape());
        let place = if is_grant { "grants" } else { "nodeAttrs" };
        writeln!(out, "# {name}, in {place}\n\n{}\n", known.doc).unwrap();
        let body = right(&shape);
        assert_eq!(check(name, is_grant, &body).1, [], "{name}: {body}");
        writeln!(out, "Right:\n\n  {body}\n").unwrap();
        for Mistake { what, body, kind } in mistakes(&shape, &body, "") {
            let (policy, findings) = check(name, is_grant, &body);
            let [finding] = findings.as_slice() else { panic!("{name}: {what}: {body}: {findings:?}") };
            assert_eq!(finding.code, Code::CapabilityField, "{name}: {what}: {body}");
            if let Kind::Misspelt(field) = kind {
                let about = &policy.text[finding.origin.range()];
                assert_eq!(about, format!("\"{}\"", misspell(&field)), "{name}: {what}");
                assert_eq!(finding.help.as_deref(), Some(&*format!("did you mean `{field}`?")), "{name}: {what}");
            }
            writeln!(out, "{what}:\n").unwrap();
            write(&mut out, &body, &policy, finding);
        }
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/known_capabilities.txt");
    if snapshot::should_update() {
        std::fs::write(&file, &out).unwrap();
    }
    let expected = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        out == expected,
        "`{}` is not up to date: run the test with UPDATE_SNAPSHOTS=1, and read it",
        file.display()
    );
}

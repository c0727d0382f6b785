//! Tests of `policy export`: the JSON Schema of a declared capability. A validator must accept what
//! `policy check` accepts.

use std::fs;
use std::process::Command;

use policy_test_support::process::Run;
use policy_test_support::require;

use crate::{directory, policy, policy_with_stdin};

const DECLARATION: &str = r#"// Who may query.
// policy: capability "example.com/cap/sql" {
//     role: "reader" | "writer";
//     // The tables.
//     tables: [string];
//     limit?: int;
//     options?: { ratio: number; explain?: bool; };
// }
"#;

const SCHEMA: &str = r#"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "additionalProperties": false,
  "description": "Who may query.",
  "properties": {
    "limit": {
      "anyOf": [
        {
          "maximum": 9223372036854775807,
          "minimum": -9223372036854775808,
          "type": "integer"
        },
        {
          "type": "null"
        }
      ]
    },
    "options": {
      "anyOf": [
        {
          "additionalProperties": false,
          "properties": {
            "explain": {
              "anyOf": [
                {
                  "type": "boolean"
                },
                {
                  "type": "null"
                }
              ]
            },
            "ratio": {
              "type": "number"
            }
          },
          "required": [
            "ratio"
          ],
          "type": "object"
        },
        {
          "type": "null"
        }
      ]
    },
    "role": {
      "enum": [
        "reader",
        "writer"
      ]
    },
    "tables": {
      "description": "The tables.",
      "items": {
        "type": "string"
      },
      "type": "array"
    }
  },
  "required": [
    "role",
    "tables"
  ],
  "title": "example.com/cap/sql",
  "type": "object"
}
"#;

/// Bodies, each with whether it has the declared shape.
const BODIES: &[(&str, bool)] = &[
    (r#"{"role": "reader", "tables": []}"#, true),
    (r#"{"role": "writer", "tables": ["a", "b"], "limit": -5}"#, true),
    (r#"{"role": "writer", "tables": [], "limit": null, "options": {"ratio": 1}}"#, true),
    (r#"{"role": "writer", "tables": [], "options": {"ratio": 0.5, "explain": true}}"#, true),
    (r#"{"role": "Reader", "tables": []}"#, false),
    (r#"{"role": null, "tables": []}"#, false),
    (r#"{"Role": "reader", "tables": []}"#, false),
    (r#"{"tables": []}"#, false),
    (r#"{"role": "reader", "tables": [1]}"#, false),
    (r#"{"role": "reader", "tables": "a"}"#, false),
    (r#"{"role": "reader", "tables": [], "limit": 2.5}"#, false),
    (r#"{"role": "reader", "tables": [], "limit": 9223372036854775808}"#, false),
    (r#"{"role": "reader", "tables": [], "limits": 2}"#, false),
    (r#"{"role": "reader", "tables": [], "options": {}}"#, false),
    (r#"{"role": "reader", "tables": [], "options": {"ratio": "1"}}"#, false),
    ("[]", false),
    ("\"reader\"", false),
];

fn text(body: &str) -> String {
    let app = format!(r#"{{"example.com/cap/sql": [{body}]}}"#);
    format!(
        "{DECLARATION}{{\"grants\": [{{\"src\": [\"autogroup:member\"], \"dst\": [\"autogroup:self\"], \"app\": {app}}}]}}\n"
    )
}

fn export(name: &str, text: &str) -> Run {
    policy_with_stdin(&directory("export/stdin"), &["export", "-", "--schema", name], text)
}

#[test]
fn prints_the_schema_of_a_declared_capability() {
    let run = export("example.com/cap/sql", &text("{\"role\": \"reader\", \"tables\": []}"));
    assert_eq!((run.status, run.stdout.as_str(), run.stderr.as_str()), (Some(0), SCHEMA, ""));
}

#[test]
fn a_capability_that_is_not_declared_has_no_schema() {
    let right = text("{\"role\": \"reader\", \"tables\": []}");
    for (name, text, help) in [
        ("example.com/cap/sqk", right.as_str(), "did you mean `example.com/cap/sql`?"),
        ("example.com/cap/wiki-edit", &right, "it declares `example.com/cap/sql`"),
        ("example.com/cap/sql", "{\"grants\": []}", "declare it in `capabilities { … }`"),
    ] {
        let run = export(name, text);
        let expected = format!("error: the policy declares no capability `{name}`\nhelp: {help}\n");
        assert_eq!((run.status, run.stdout.as_str(), run.stderr), (Some(2), "", expected));
    }
    let broken = export("example.com/cap/sql", &right.replace("int;", "integr;"));
    assert!(broken.status == Some(1) && broken.stderr.contains("capability-declaration"), "{}", broken.stderr);
}

#[test]
fn check_takes_what_has_the_declared_shape() {
    let directory = directory("export/check");
    for (body, fits) in BODIES {
        fs::write(directory.join("p.hujson"), text(body)).unwrap();
        let run = policy(&directory, &["check", "p.hujson"]);
        assert_eq!(run.status, Some(if *fits { 0 } else { 1 }), "{body}: {}{}", run.stdout, run.stderr);
        assert_eq!(run.stdout.contains("error[capability-shape]"), !fits, "{body}: {}", run.stdout);
        assert!(!run.stdout.contains("warning"), "{body}: {}", run.stdout);
    }
}

/// Validates every line of stdin against the schema in the file that the first argument names.
const VALIDATOR: &str = "\
import json, sys, jsonschema
schema = json.load(open(sys.argv[1]))
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
for body in sys.argv[2:]:
    print(validator.is_valid(json.loads(body)))
";

#[test]
fn a_validator_takes_what_check_takes() {
    let Some(python) = require::python_with(&["jsonschema"]) else { return };
    let file = directory("export/validator").join("schema.json");
    fs::write(&file, SCHEMA).unwrap();
    let bodies = BODIES.iter().map(|(body, _)| body);
    let output = Command::new(python).args(["-c", VALIDATOR]).arg(&file).args(bodies).output().unwrap();
    let answers = String::from_utf8(output.stdout).unwrap();
    let expected: String = BODIES.iter().map(|(_, fits)| if *fits { "True\n" } else { "False\n" }).collect();
    assert_eq!(answers, expected, "{}", String::from_utf8_lossy(&output.stderr));
}

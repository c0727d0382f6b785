//! The JSON Schema of a declared capability, for programs that are not in Rust.

use policy_core::json::{Map, Value, json};
use policy_core::model::{DeclaredCapability, Field, Shape};

/// The version of JSON Schema.
const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// Returns the JSON Schema of a capability's bodies. It accepts what the checks of a policy accept,
/// and also whole numbers with a fraction of zero, such as `1.0`.
///
/// ```
/// use policy_analysis::json_schema::json_schema;
/// use policy_core::Policy;
/// let policy = Policy::parse("// policy: capability \"example.com/cap/wiki\" { edit: bool; }\n{}");
/// let schema = json_schema(&policy.capabilities[0]);
/// assert_eq!(schema["properties"]["edit"]["type"], "boolean");
/// ```
pub fn json_schema(capability: &DeclaredCapability) -> Value {
    let mut schema = shape(&capability.shape);
    add(&mut schema, "$schema", json!(DRAFT));
    add(&mut schema, "title", json!(capability.name.as_str()));
    describe(&mut schema, capability.doc.as_deref());
    schema
}

fn shape(shape: &Shape) -> Value {
    match shape {
        Shape::Bool => json!({ "type": "boolean" }),
        Shape::Int => json!({ "type": "integer", "minimum": i64::MIN, "maximum": i64::MAX }),
        Shape::Number => json!({ "type": "number" }),
        Shape::String => json!({ "type": "string" }),
        Shape::Choice(choices) => {
            let choices: Vec<Value> = choices.iter().map(|choice| Value::from(choice.as_str())).collect();
            json!({ "enum": choices })
        }
        Shape::List(item) => json!({ "type": "array", "items": self::shape(item) }),
        Shape::Record(fields) => {
            let properties: Map = fields.iter().map(|field| (field.name.clone(), property(field))).collect();
            let required = fields.iter().filter(|field| !field.is_optional);
            let required: Vec<Value> = required.map(|field| Value::from(field.name.as_str())).collect();
            json!({
                "type": "object",
                "properties": Value::Object(properties),
                "required": required,
                "additionalProperties": false,
            })
        }
        // Any value.
        _ => json!({}),
    }
}

/// Returns the schema of a field. A field that is optional may also be `null`.
fn property(field: &Field) -> Value {
    let mut schema = shape(&field.shape);
    if field.is_optional {
        schema = json!({ "anyOf": [schema, { "type": "null" }] });
    }
    describe(&mut schema, field.doc.as_deref());
    schema
}

fn describe(schema: &mut Value, doc: Option<&str>) {
    if let Some(doc) = doc {
        add(schema, "description", json!(doc));
    }
}

/// Adds a keyword to a schema.
pub(crate) fn add(schema: &mut Value, key: &str, value: Value) {
    if let Some(members) = schema.as_object_mut() {
        members.insert(key.to_owned(), value);
    }
}

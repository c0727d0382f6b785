//! The JSON Schema of a policy file, for editors.

use policy_core::json::{Map, Value, json};
use policy_core::model::{
    Acceptance, Autogroup, Field, Key, KeyValue, KnownCapability, NamedValue, Protocol, SelectorContext, SelectorKind,
    Shape, Word,
};

use crate::json_schema::add;

/// The version of JSON Schema that most editors know.
const DRAFT: &str = "http://json-schema.org/draft-07/schema#";

/// Returns the JSON Schema of a policy file. It is made from the table that the reader follows.
///
/// It accepts every policy file that is accepted without a warning about a key or a setting. Only
/// the checks know which names are declared, what each place may name, and how texts are spelt.
///
/// ```
/// use policy_analysis::policy_schema::policy_schema;
/// let schema = policy_schema();
/// assert_eq!(schema["properties"]["grants"]["items"]["properties"]["via"]["type"][0], "array");
/// ```
pub fn policy_schema() -> Value {
    let mut schema = object(Key::of_policy());
    add(&mut schema, "$schema", json!(DRAFT));
    add(&mut schema, "title", json!("Tailscale policy file"));
    add(&mut schema, "description", json!("Who may reach what in a tailnet, in HuJSON."));
    // Not a part of JSON Schema. VS Code reads them.
    add(&mut schema, "allowComments", json!(true));
    add(&mut schema, "allowTrailingCommas", json!(true));
    schema
}

/// Returns the schema of an object with these keys and no others. Tailscale ignores their case.
fn object<'a>(keys: impl IntoIterator<Item = &'a Key>) -> Value {
    let (mut properties, mut patterns) = (Map::new(), Map::new());
    for key in keys {
        properties.insert(key.name.to_owned(), member(key));
        patterns.insert(any_case(key.name), value(key.value));
    }
    json!({
        "type": ["object", "null"],
        "properties": Value::Object(properties),
        "patternProperties": Value::Object(patterns),
        "additionalProperties": false,
    })
}

/// Returns the schema of an object that may have more than these keys.
fn open_object(keys: &[Key]) -> Value {
    let mut schema = object(keys);
    add(&mut schema, "additionalProperties", json!(true));
    schema
}

/// Returns the schema of a key's value, with the key's description.
fn member(key: &Key) -> Value {
    let mut schema = value(key.value);
    let doc = match key.replacement {
        Some(replacement) => format!("The old name of `{replacement}`."),
        None => key.doc.to_owned(),
    };
    if key.replacement.is_some() {
        add(&mut schema, "deprecationMessage", json!(doc));
    }
    add(&mut schema, "description", json!(doc));
    schema
}

fn value(value: KeyValue) -> Value {
    match value {
        KeyValue::Flag => json!({ "type": ["boolean", "null"] }),
        KeyValue::Number => json!({ "type": ["number", "null"] }),
        KeyValue::Text(word) => or_null(text(word)),
        KeyValue::Texts(word) => list(text(word)),
        KeyValue::Object(keys) => object(keys),
        KeyValue::Objects(keys) => list(object(keys)),
        KeyValue::OpenObject(keys) => open_object(keys),
        KeyValue::OpenObjects(keys) => list(open_object(keys)),
        KeyValue::Names(word, named) => names(word, named),
        KeyValue::App => app(),
        KeyValue::List => json!({ "type": ["array", "null"] }),
        // Anything, also what a later version adds.
        _ => json!({}),
    }
}

fn names(word: Word, named: &NamedValue) -> Value {
    let value = match *named {
        NamedValue::Text(word) => text(word),
        NamedValue::Texts(word) => list(text(word)),
        NamedValue::Scalar => json!({ "type": ["string", "number", "boolean", "null"] }),
        NamedValue::Object(keys) => open_object(keys),
        _ => json!({}),
    };
    let mut schema = json!({ "type": ["object", "null"], "additionalProperties": value });
    if let Some(prefix) = prefix(word) {
        add(&mut schema, "propertyNames", json!({ "pattern": format!("^{prefix}") }));
    }
    schema
}

/// Returns the start of every name of a kind.
fn prefix(word: Word) -> Option<&'static str> {
    match word {
        Word::Declaration(SelectorKind::Group) => Some("group:"),
        Word::Declaration(SelectorKind::Tag) => Some("tag:"),
        Word::Declaration(SelectorKind::IpSet) => Some("ipset:"),
        Word::Declaration(SelectorKind::Posture) => Some("posture:"),
        _ => None,
    }
}

fn list(items: Value) -> Value {
    json!({ "type": ["array", "null"], "items": items })
}

/// Returns a schema that also accepts `null`, which Tailscale treats as no value.
fn or_null(schema: Value) -> Value {
    match schema.get("type") {
        Some(Value::String(kind)) if schema.get("anyOf").is_none() => {
            let mut schema = schema.clone();
            let kinds = json!([kind.clone(), "null"]);
            add(&mut schema, "type", kinds);
            schema
        }
        _ => json!({ "anyOf": [schema, { "type": "null" }] }),
    }
}

/// Returns the schema of a text. The words that are always possible are listed, for editors to
/// complete. They are not the only ones.
fn text(word: Word) -> Value {
    let words: Vec<&str> = match word {
        Word::Choice(words) => {
            // Tailscale ignores spaces around the words of an SSH rule. Editors complete an `enum` only.
            let spaced = format!("^\\s*({})\\s*$", words.join("|"));
            return json!({ "type": "string", "anyOf": [{ "enum": words }, { "pattern": spaced }] });
        }
        Word::Selector(context) => selectors(context),
        Word::SelectorPorts(context) => {
            let selectors = selectors(context).into_iter().map(|selector| format!("{selector}:443"));
            let examples: Vec<Value> = selectors.map(Value::from).collect();
            return json!({ "type": "string", "examples": examples });
        }
        Word::Ports => vec!["*", "tcp:443", "udp:53", "icmp:*"],
        Word::Protocol => Protocol::names().map(|(name, _)| name).collect(),
        Word::Account => vec!["root", Autogroup::Nonroot.name(), "localpart:*@example.com"],
        Word::Duration => vec!["always", "12h"],
        _ => Vec::new(),
    };
    if words.is_empty() { json!({ "type": "string" }) } else { json!({ "type": "string", "examples": words }) }
}

/// Returns the selectors that need no declaration and are always allowed in a place.
fn selectors(context: SelectorContext) -> Vec<&'static str> {
    let wildcard = (context.verdict(SelectorKind::Wildcard) == Acceptance::Allowed).then_some("*");
    wildcard.into_iter().chain(context.autogroups().map(Autogroup::name)).collect()
}

/// Returns the schema of app capabilities. The bodies of Tailscale's own are described, but not
/// restricted: a later version may add fields.
fn app() -> Value {
    let known = KnownCapability::of_grants().iter().chain(KnownCapability::of_node_attributes());
    let properties: Map = known.map(|known| (known.name.to_owned(), capability(known))).collect();
    json!({
        "type": ["object", "null"],
        "properties": Value::Object(properties),
        "additionalProperties": { "type": ["array", "null"] },
    })
}

fn capability(known: &KnownCapability) -> Value {
    let mut schema = list(fields(&known.shape()));
    add(&mut schema, "description", json!(known.doc));
    schema
}

/// Returns a schema that describes the fields of a shape, and accepts anything.
fn fields(shape: &Shape) -> Value {
    match shape {
        Shape::Record(fields) => {
            let field = |field: &Field| {
                let mut schema = self::fields(&field.shape);
                add(&mut schema, "description", json!(field.doc.as_deref().unwrap_or_default()));
                (field.name.clone(), schema)
            };
            let properties: Map = fields.iter().map(field).collect();
            json!({ "properties": Value::Object(properties) })
        }
        Shape::List(item) => json!({ "items": fields(item) }),
        Shape::Choice(choices) => {
            let choices: Vec<Value> = choices.iter().map(|choice| Value::from(choice.as_str())).collect();
            json!({ "examples": choices })
        }
        _ => json!({}),
    }
}

/// Returns a regular expression that matches a key in any case.
fn any_case(key: &str) -> String {
    let letter = |letter: char| match letter.is_ascii_alphabetic() {
        true => format!("[{}{}]", letter.to_ascii_lowercase(), letter.to_ascii_uppercase()),
        false => letter.to_string(),
    };
    let letters: String = key.chars().map(letter).collect();
    format!("^{letters}$")
}

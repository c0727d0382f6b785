//! YAML as values. All scalars are texts, as in the inputs of an action.

use saphyr_parser::{Event, Parser};
use serde_json::{Map, Value};

/// A list or a map that is not complete yet. In a map, keys and values take turns.
struct Open {
    is_map: bool,
    values: Vec<Value>,
}

/// Reads a document.
///
/// # Panics
/// Panics if the text is not valid, or has an alias.
pub(crate) fn parse(text: &str) -> Value {
    let mut open: Vec<Open> = Vec::new();
    let mut document = Value::Null;
    for event in Parser::new_from_str(text) {
        let value = match event.unwrap().0 {
            Event::MappingStart(..) => {
                open.push(Open { is_map: true, values: Vec::new() });
                continue;
            }
            Event::SequenceStart(..) => {
                open.push(Open { is_map: false, values: Vec::new() });
                continue;
            }
            Event::MappingEnd | Event::SequenceEnd => close(open.pop().unwrap()),
            Event::Scalar(text, ..) => Value::String(text.into_owned()),
            Event::Alias(_) => panic!("an alias"),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) | Event::DocumentEnd => {
                continue;
            }
        };
        match open.last_mut() {
            Some(parent) => parent.values.push(value),
            None => document = value,
        }
    }
    document
}

fn close(Open { is_map, values }: Open) -> Value {
    if !is_map {
        return Value::Array(values);
    }
    let pairs = values.chunks_exact(2).map(|pair| (pair[0].as_str().unwrap().to_owned(), pair[1].clone()));
    let map: Map<String, Value> = pairs.collect();
    assert_eq!(map.len() * 2, values.len(), "a key is there twice");
    Value::Object(map)
}

#[test]
fn lists_maps_and_texts_are_read() {
    let value = parse("a: { b: [1, \"two\"] }\nc:\n  - d: |\n      e\n      f\n");
    assert_eq!(value, serde_json::json!({"a": {"b": ["1", "two"]}, "c": [{"d": "e\nf\n"}]}));
}

//! What the form of policy files has at the position of a cursor.

use policy_core::model::{Key, KeyValue, NamedValue, SelectorContext, Word};

use crate::cursor::Cursor;
use crate::lexer::Bracket;

/// What can be written at the position of a cursor.
#[derive(Clone, Debug)]
pub(crate) enum Expected {
    /// The name of a member of an object with these keys.
    Keys(Vec<&'static Key>),
    /// A text.
    Word(Word),
    /// A list of texts.
    List(Word),
    /// `true` or `false`.
    Flag,
    /// The name of a capability.
    Capability,
    /// A field of an object in the body of a capability: its name, and the names of the fields
    /// around.
    Fields(Vec<String>),
    /// The value of a field in the body of a capability.
    FieldValue(Vec<String>),
}

/// The type of a value on the way to the cursor.
enum Type {
    Policy,
    Value(KeyValue),
    /// A value in the body of a capability.
    Body(Vec<String>),
}

/// Returns what can be written at a cursor. `None` if anything can, or nothing.
pub(crate) fn expected(cursor: &Cursor) -> Option<Expected> {
    let mut around = Type::Policy;
    for (index, open) in cursor.around.iter().enumerate() {
        let is_last = index + 1 == cursor.around.len();
        let is_name = is_last && cursor.is_name;
        around = match (open.bracket, around) {
            (Bracket::Object, Type::Policy) if is_name => return Some(Expected::Keys(Key::of_policy().collect())),
            (Bracket::Object, Type::Policy) => value_of(Key::of_policy(), open.name.as_deref()?)?,
            (Bracket::Object, Type::Value(KeyValue::Object(keys))) => {
                if is_name {
                    return Some(Expected::Keys(keys.iter().collect()));
                }
                value_of(keys.iter(), open.name.as_deref()?)?
            }
            (Bracket::Object, Type::Value(KeyValue::Names(word, named))) => {
                if is_name {
                    return Some(Expected::Word(word));
                }
                Type::Value(match *named {
                    NamedValue::Text(word) => KeyValue::Text(word),
                    NamedValue::Texts(word) => KeyValue::Texts(word),
                    NamedValue::Object(keys) => KeyValue::Object(keys),
                    _ => return None,
                })
            }
            (Bracket::Object, Type::Value(KeyValue::App)) => {
                if is_name {
                    return Some(Expected::Capability);
                }
                Type::Body(vec![open.name.clone()?])
            }
            (Bracket::Object, Type::Body(mut path)) => {
                if is_name {
                    return Some(Expected::Fields(path));
                }
                let name = open.name.clone()?;
                if matches!(name.as_str(), "connectors" | "recorder") {
                    Type::Value(KeyValue::Texts(Word::Selector(SelectorContext::Recorder)))
                } else {
                    path.push(name);
                    Type::Body(path)
                }
            }
            (Bracket::Array, Type::Value(KeyValue::Objects(keys))) => Type::Value(KeyValue::Object(keys)),
            (Bracket::Array, Type::Value(KeyValue::Texts(word))) => Type::Value(KeyValue::Text(word)),
            (Bracket::Array, Type::Body(path)) => Type::Body(path),
            _ => return None,
        };
    }
    match around {
        Type::Value(KeyValue::Text(word)) => Some(Expected::Word(word)),
        Type::Value(KeyValue::Texts(word)) => Some(Expected::List(word)),
        Type::Value(KeyValue::Flag) => Some(Expected::Flag),
        Type::Body(path) => Some(Expected::FieldValue(path)),
        Type::Policy | Type::Value(_) => None,
    }
}

fn value_of(mut keys: impl Iterator<Item = &'static Key>, name: &str) -> Option<Type> {
    keys.find(|key| key.name.eq_ignore_ascii_case(name)).map(|key| Type::Value(key.value))
}

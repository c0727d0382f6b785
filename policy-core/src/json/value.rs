use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::{Display, Formatter};
use std::ops::Index;

use crate::json::{Number, write_string};

/// The members of an object, by name.
pub type Map = BTreeMap<String, Value>;

/// A JSON value.
///
/// `{}` writes it without white space, `{:#}` with indentation.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// `null`
    #[default]
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number
    Number(Number),
    /// A string
    String(String),
    /// A list
    Array(Vec<Value>),
    /// An object
    Object(Map),
}

const NULL: Value = Value::Null;

impl Value {
    /// Returns the type for use in a sentence: "a list".
    pub fn noun(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(true) => "true",
            Value::Bool(false) => "false",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
        }
    }

    /// Returns the string, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        if let Value::String(text) = self { Some(text) } else { None }
    }

    /// Returns the number, if it is an integer that is not negative.
    pub fn as_u64(&self) -> Option<u64> {
        if let Value::Number(number) = self { number.as_u64() } else { None }
    }

    /// Returns the items, if it is a list.
    pub fn as_array(&self) -> Option<&Vec<Value>> {
        if let Value::Array(items) = self { Some(items) } else { None }
    }

    /// Returns the members, if it is an object.
    pub fn as_object(&self) -> Option<&Map> {
        if let Value::Object(members) = self { Some(members) } else { None }
    }

    /// Returns the member of that name, if the value is an object with such a member.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.as_object()?.get(name)
    }

    /// Returns the members for modification, if it is an object.
    pub fn as_object_mut(&mut self) -> Option<&mut Map> {
        if let Value::Object(members) = self { Some(members) } else { None }
    }

    /// Returns true if it is an object.
    pub fn is_object(&self) -> bool {
        matches!(self, Value::Object(_))
    }

    /// Returns true if it is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// Appends the text, without white space.
    pub fn write(&self, out: &mut String) {
        self.write_at(out, None);
    }

    /// Appends the text: on lines indented from `level` on, or on one line.
    fn write_at(&self, out: &mut String, level: Option<usize>) {
        match self {
            Value::Null => out.push_str("null"),
            Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Value::Number(number) => out.push_str(&number.to_string()),
            Value::String(text) => write_string(out, text),
            Value::Array(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    separate(out, index, level);
                    item.write_at(out, level.map(|level| level + 1));
                }
                close(out, ']', items.is_empty(), level);
            }
            Value::Object(members) => {
                out.push('{');
                for (index, (name, value)) in members.iter().enumerate() {
                    separate(out, index, level);
                    write_string(out, name);
                    out.push_str(if level.is_some() { ": " } else { ":" });
                    value.write_at(out, level.map(|level| level + 1));
                }
                close(out, '}', members.is_empty(), level);
            }
        }
    }
}

/// Starts an item: with a comma unless it is the first, and on its own line if the text is on
/// several lines.
fn separate(out: &mut String, index: usize, level: Option<usize>) {
    if index > 0 {
        out.push(',');
    }
    if let Some(level) = level {
        break_line(out, level + 1);
    }
}

fn close(out: &mut String, bracket: char, is_empty: bool, level: Option<usize>) {
    if let (false, Some(level)) = (is_empty, level) {
        break_line(out, level);
    }
    out.push(bracket);
}

fn break_line(out: &mut String, level: usize) {
    out.push('\n');
    (0..level).for_each(|_| out.push_str("  "));
}

impl Display for Value {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let mut text = String::new();
        self.write_at(&mut text, f.alternate().then_some(0));
        f.write_str(&text)
    }
}

/// Returns the member of that name. `null` if there is none, or if the value is not an object.
impl Index<&str> for Value {
    type Output = Value;

    fn index(&self, name: &str) -> &Value {
        self.as_object().and_then(|members| members.get(name)).unwrap_or(&NULL)
    }
}

/// Returns the item at that index. `null` if there is none, or if the value is not a list.
impl Index<usize> for Value {
    type Output = Value;

    fn index(&self, place: usize) -> &Value {
        self.as_array().and_then(|items| items.get(place)).unwrap_or(&NULL)
    }
}

impl PartialEq<str> for Value {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == Some(other)
    }
}

impl PartialEq<&str> for Value {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == Some(*other)
    }
}

/// Converts a float. `null` if it is infinite or NaN.
impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Number::from_f64(value).map_or(Value::Null, Value::Number)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::String(text)
    }
}

impl From<Cow<'_, str>> for Value {
    fn from(text: Cow<'_, str>) -> Self {
        Value::String(text.into_owned())
    }
}

impl From<Map> for Value {
    fn from(members: Map) -> Self {
        Value::Object(members)
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Self {
        Value::Array(items)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::String(text.to_owned())
    }
}

impl<T: Into<Value>> FromIterator<T> for Value {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Value::Array(items.into_iter().map(Into::into).collect())
    }
}

/// A type that can be a value, or part of one, in [`json!`](crate::json::json).
pub trait ToJson {
    /// Converts to a value.
    fn to_json(&self) -> Value;
}

macro_rules! whole_numbers {
    ($($small:ty as $large:ty),*) => {
        $(impl From<$small> for Value {
            fn from(value: $small) -> Self {
                Value::Number(<$large>::from(value).into())
            }
        })*
    };
}

whole_numbers!(u8 as u64, u16 as u64, u32 as u64, u64 as u64, i32 as i64, i64 as i64);

impl From<usize> for Value {
    fn from(value: usize) -> Self {
        Value::Number(u64::try_from(value).unwrap_or(u64::MAX).into())
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Value::Bool(value)
    }
}

macro_rules! clones {
    ($($type:ty),*) => {
        $(impl ToJson for $type {
            fn to_json(&self) -> Value {
                Value::from(self.clone())
            }
        })*
    };
}

clones!(bool, u8, u16, u32, u64, i32, i64, usize, f64, String, Cow<'_, str>, Map, Value);

impl ToJson for str {
    fn to_json(&self) -> Value {
        Value::from(self)
    }
}

impl<T: ToJson + ?Sized> ToJson for &T {
    fn to_json(&self) -> Value {
        (*self).to_json()
    }
}

/// Converts to `null` if it is `None`.
impl<T: ToJson> ToJson for Option<T> {
    fn to_json(&self) -> Value {
        self.as_ref().map_or(Value::Null, T::to_json)
    }
}

impl<T: ToJson> ToJson for [T] {
    fn to_json(&self) -> Value {
        Value::Array(self.iter().map(T::to_json).collect())
    }
}

impl<T: ToJson> ToJson for Vec<T> {
    fn to_json(&self) -> Value {
        self.as_slice().to_json()
    }
}

impl<T: ToJson, const N: usize> ToJson for [T; N] {
    fn to_json(&self) -> Value {
        self.as_slice().to_json()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;
    use proptest::prelude::*;

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "\\PC{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a-c\"\\n]{0,3}", inner, 0..4).prop_map(Value::from),
            ]
        })
    }

    proptest! {
        #[test]
        fn both_forms_are_written_as_another_library_writes_them(value in values()) {
            let theirs: serde_json::Value = serde_json::from_str(&value.to_string()).unwrap();
            prop_assert_eq!(&serde_json::from_str::<serde_json::Value>(&format!("{value:#}")).unwrap(), &theirs);
            if !value.to_string().contains('e') {
                prop_assert_eq!(value.to_string(), theirs.to_string());
                prop_assert_eq!(format!("{value:#}"), format!("{theirs:#}"));
            }
        }
    }

    #[test]
    fn a_value_is_written_as_it_reads() {
        let names = vec!["b", "a"];
        let value = json!({
            "names": names, "list": [1, -2, null, {"x": []}, [[]], names.len()], "text": format!("{}!", "é\u{1}"),
            "none": None::<bool>, "object": {},
        });
        assert_eq!(
            value.to_string(),
            r#"{"list":[1,-2,null,{"x":[]},[[]],2],"names":["b","a"],"none":null,"object":{},"text":"é\u0001!"}"#
        );
        assert_eq!(value["list"][3]["x"], json!([]));
        assert_eq!(value["names"][1], "a");
        assert!(value["missing"]["deeper"][7].is_null());
    }
}

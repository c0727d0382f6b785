//! Shapes of capability bodies: fields and their types.

use std::fmt;
use std::ops::Range;

/// The shape of a JSON value, such as `{ shares: [string]; access?: "rw" | "ro"; }`.
///
/// ```
/// use policy_core::model::Shape;
/// let shape: Shape = r#"{ role: "reader" | "writer"; tables?: [string]; limit?: { rows: number; }; }"#.parse()?;
/// assert_eq!(shape.to_string(), r#"{ role: "reader" | "writer"; tables?: [string]; limit?: { rows: number; }; }"#);
/// # Ok::<(), policy_core::model::ShapeError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shape {
    /// `any`: any JSON value.
    Any,
    /// `bool`
    Bool,
    /// `int`: a signed 64-bit integer.
    Int,
    /// `number`
    Number,
    /// `string`
    String,
    /// `"reader" | "writer"`: one of these strings.
    Choice(Vec<String>),
    /// `[string]`: a list of values of one shape.
    List(Box<Shape>),
    /// `{ name: string; }`: an object with these fields.
    Record(Vec<Field>),
}

/// A field of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Field {
    /// The name.
    pub name: String,
    /// The shape of its value.
    pub shape: Shape,
    /// True if the field may be left out.
    pub is_optional: bool,
    /// The comment above it.
    pub doc: Option<String>,
    /// The range of the name in the text that the shape was read from.
    pub range: Range<usize>,
}

impl Shape {
    /// Returns a description of its values for use in a sentence: "a list of strings".
    pub fn noun(&self) -> String {
        match self {
            Shape::Any => "any value".to_owned(),
            Shape::Bool => "true or false".to_owned(),
            Shape::Int => "a whole number".to_owned(),
            Shape::Number => "a number".to_owned(),
            Shape::String => "a string".to_owned(),
            Shape::Choice(choices) => quoted_list(choices),
            Shape::Record(_) => "an object".to_owned(),
            Shape::List(item) => match &**item {
                Shape::Any => "a list".to_owned(),
                Shape::Bool => "a list of true and false".to_owned(),
                Shape::Int => "a list of whole numbers".to_owned(),
                Shape::Number => "a list of numbers".to_owned(),
                Shape::String => "a list of strings".to_owned(),
                Shape::Choice(choices) => format!("a list of {}", quoted_list(choices)),
                Shape::List(_) => "a list of lists".to_owned(),
                Shape::Record(_) => "a list of objects".to_owned(),
            },
        }
    }
}

/// Lists strings: `"reader"`, `"writer"` or `"owner"`.
fn quoted_list(choices: &[String]) -> String {
    let quoted: Vec<String> = choices.iter().map(|choice| format!("`\"{choice}\"`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

impl Field {
    /// Returns the text before the colon: `limit?`, or a quoted name if it is not a word.
    pub fn head(&self) -> String {
        let mark = if self.is_optional { "?" } else { "" };
        if is_word(&self.name) { format!("{}{mark}", self.name) } else { format!("\"{}\"{mark}", self.name) }
    }
}

/// Returns true if a name needs no quotes, as a field or as a Rust token.
fn is_word(name: &str) -> bool {
    let is_part = |part: &str| {
        part.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    name != "_" && name.split('-').all(is_part)
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Shape::Any => f.write_str("any"),
            Shape::Bool => f.write_str("bool"),
            Shape::Int => f.write_str("int"),
            Shape::Number => f.write_str("number"),
            Shape::String => f.write_str("string"),
            Shape::Choice(choices) => {
                let quoted: Vec<String> = choices.iter().map(|choice| format!("\"{choice}\"")).collect();
                f.write_str(&quoted.join(" | "))
            }
            Shape::List(item) => write!(f, "[{item}]"),
            Shape::Record(fields) if fields.is_empty() => f.write_str("{}"),
            Shape::Record(fields) => {
                f.write_str("{ ")?;
                for field in fields {
                    write!(f, "{}: {}; ", field.head(), field.shape)?;
                }
                f.write_str("}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_has_a_noun() {
        let noun = |text: &str| text.parse::<Shape>().unwrap().noun();
        assert_eq!(noun("[\"a\" | \"b\" | \"c\"]"), "a list of `\"a\"`, `\"b\"` or `\"c\"`");
        assert_eq!(noun("\"a\""), "`\"a\"`");
        assert_eq!(noun("[{}]"), "a list of objects");
    }
}

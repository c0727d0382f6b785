//! The shapes of capability bodies: which fields they have, and of which type.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

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
    /// `any`: whatever JSON there is.
    Any,
    /// `bool`
    Bool,
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
    /// True if it may be left out.
    pub is_optional: bool,
}

impl Shape {
    /// Returns what a value of the shape is, for a sentence: "a list of strings".
    pub fn noun(&self) -> String {
        match self {
            Shape::Any => "any value".to_owned(),
            Shape::Bool => "true or false".to_owned(),
            Shape::Number => "a number".to_owned(),
            Shape::String => "a string".to_owned(),
            Shape::Choice(choices) => quoted_list(choices),
            Shape::Record(_) => "an object".to_owned(),
            Shape::List(item) => match &**item {
                Shape::Any => "a list".to_owned(),
                Shape::Bool => "a list of true and false".to_owned(),
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

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Shape::Any => f.write_str("any"),
            Shape::Bool => f.write_str("bool"),
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
                for Field { name, shape, is_optional } in fields {
                    write!(f, "{name}{}: {shape}; ", if *is_optional { "?" } else { "" })?;
                }
                f.write_str("}")
            }
        }
    }
}

/// Why a text is not a shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShapeError {
    /// What is wrong.
    pub message: String,
    /// Which bytes of the text it is about.
    pub range: Range<usize>,
}

impl fmt::Display for ShapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ShapeError {}

impl FromStr for Shape {
    type Err = ShapeError;

    fn from_str(text: &str) -> Result<Shape, ShapeError> {
        let mut parser = Parser { text, at: 0 };
        let shape = parser.shape(DEPTH)?;
        match parser.next() {
            Token::End => Ok(shape),
            _ => Err(parser.error("expected the end of the shape")),
        }
    }
}

/// How deep shapes may be nested.
const DEPTH: usize = 32;

struct Parser<'t> {
    text: &'t str,
    at: usize,
}

/// The next token of a shape. Its length is in bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Token<'t> {
    Word(&'t str),
    String(&'t str),
    Sign(char),
    End,
}

impl<'t> Parser<'t> {
    /// Returns the next token, which begins where white space ends.
    fn next(&mut self) -> Token<'t> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let rest = rest.trim_start();
        self.at = self.text.len() - rest.len();
        let Some(first) = rest.chars().next() else { return Token::End };
        if first == '"' {
            let inside = rest.get(1..).unwrap_or_default();
            return inside.split_once('"').map_or(Token::Sign('"'), |(string, _)| Token::String(string));
        }
        let is_of_word = |char: char| char.is_alphanumeric() || matches!(char, '_' | '-');
        let length = rest.find(|char| !is_of_word(char)).unwrap_or(rest.len());
        rest.get(..length).filter(|word| !word.is_empty()).map_or(Token::Sign(first), Token::Word)
    }

    fn take(&mut self, token: Token) {
        self.at += match token {
            Token::Word(word) => word.len(),
            Token::String(string) => string.len() + 2,
            Token::Sign(sign) => sign.len_utf8(),
            Token::End => 0,
        };
    }

    fn take_sign(&mut self, sign: char) -> bool {
        let is_next = self.next() == Token::Sign(sign);
        if is_next {
            self.take(Token::Sign(sign));
        }
        is_next
    }

    fn expect_sign(&mut self, sign: char) -> Result<(), ShapeError> {
        if self.take_sign(sign) { Ok(()) } else { Err(self.error(&format!("expected `{sign}`"))) }
    }

    /// Returns an error at the next token.
    fn error(&mut self, message: &str) -> ShapeError {
        let token = self.next();
        let start = self.at;
        self.take(token);
        let range = start..self.at;
        let message = match self.text.get(range.clone()).filter(|found| !found.is_empty()) {
            Some(found) => format!("{message}, found `{found}`"),
            None => message.to_owned(),
        };
        ShapeError { message, range }
    }

    fn shape(&mut self, depth: usize) -> Result<Shape, ShapeError> {
        if depth == 0 {
            return Err(self.error("shapes are not nested this deep"));
        }
        let token = self.next();
        let simple = match token {
            Token::Word("any") => Shape::Any,
            Token::Word("bool") => Shape::Bool,
            Token::Word("number") => Shape::Number,
            Token::Word("string") => Shape::String,
            Token::String(_) => return self.choice(),
            Token::Sign('[') => {
                self.take(token);
                let item = self.shape(depth - 1)?;
                self.expect_sign(']')?;
                return Ok(Shape::List(Box::new(item)));
            }
            Token::Sign('{') => {
                self.take(token);
                return self.fields(depth - 1);
            }
            _ => return Err(self.error("expected `string`, `number`, `bool`, `any`, a string, a list or an object")),
        };
        self.take(token);
        Ok(simple)
    }

    fn choice(&mut self) -> Result<Shape, ShapeError> {
        let mut choices = Vec::new();
        loop {
            let token = self.next();
            let Token::String(choice) = token else { return Err(self.error("expected a string")) };
            self.take(token);
            choices.push(choice.to_owned());
            if !self.take_sign('|') {
                return Ok(Shape::Choice(choices));
            }
        }
    }

    /// Reads fields up to the closing brace.
    fn fields(&mut self, depth: usize) -> Result<Shape, ShapeError> {
        let mut fields: Vec<Field> = Vec::new();
        while !self.take_sign('}') {
            let token = self.next();
            let (Token::Word(name) | Token::String(name)) = token else {
                return Err(self.error("expected the name of a field or `}`"));
            };
            if fields.iter().any(|field| field.name == name) {
                return Err(ShapeError {
                    message: format!("there are two fields `{name}`"),
                    range: self.at..self.at + name.len(),
                });
            }
            self.take(token);
            let is_optional = self.take_sign('?');
            self.expect_sign(':')?;
            let shape = self.shape(depth)?;
            fields.push(Field { name: name.to_owned(), shape, is_optional });
            // The last field needs no `;`.
            if self.next() != Token::Sign('}') {
                self.expect_sign(';')?;
            }
        }
        Ok(Shape::Record(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_written_as_they_are_read() {
        for text in [
            "any",
            "[number]",
            "{}",
            "[[bool]]",
            "\"a b\" | \"c\"",
            "{ a: string; b?: { c: [\"x\" | \"y\"]; }; }",
            "{ allow_dcr?: bool; }",
        ] {
            assert_eq!(text.parse::<Shape>().unwrap().to_string(), text);
        }
        assert_eq!("{a:string}".parse::<Shape>().unwrap().to_string(), "{ a: string; }");
        assert_eq!("{ \"a\" ? : string ; }".parse::<Shape>().unwrap().to_string(), "{ a?: string; }");
    }

    #[test]
    fn what_is_not_a_shape_is_reported_at_its_place() {
        let expected = "expected `string`, `number`, `bool`, `any`, a string, a list or an object";
        for (text, message, at) in [
            ("", expected.to_owned(), ""),
            ("text", format!("{expected}, found `text`"), "text"),
            ("[string", "expected `]`".to_owned(), ""),
            ("{ a string; }", "expected `:`, found `string`".to_owned(), "string"),
            ("{ a: string b: string }", "expected `;`, found `b`".to_owned(), "b"),
            ("{ a: string; a: bool; }", "there are two fields `a`".to_owned(), "a"),
            ("\"a\" | b", "expected a string, found `b`".to_owned(), "b"),
            ("string string", "expected the end of the shape, found `string`".to_owned(), "string"),
            ("{ é: ü; }", format!("{expected}, found `ü`"), "ü"),
            ("{ ; }", "expected the name of a field or `}`, found `;`".to_owned(), ";"),
        ] {
            let error = text.parse::<Shape>().unwrap_err();
            assert_eq!((error.message, text.get(error.range).unwrap()), (message, at), "{text}");
        }
        assert!("[".repeat(100_000).parse::<Shape>().is_err());
    }

    #[test]
    fn a_shape_has_a_noun() {
        let noun = |text: &str| text.parse::<Shape>().unwrap().noun();
        assert_eq!(noun("[\"a\" | \"b\" | \"c\"]"), "a list of `\"a\"`, `\"b\"` or `\"c\"`");
        assert_eq!(noun("\"a\""), "`\"a\"`");
        assert_eq!(noun("[{}]"), "a list of objects");
    }
}

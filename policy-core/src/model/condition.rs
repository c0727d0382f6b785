use std::ops::Range;

use crate::diagnostic::{Code, Problem};
use crate::model::{Comparison, Condition, Scalar};
use crate::source::Text;

impl Condition {
    /// Reads an assertion of a posture:
    ///
    /// ```text
    /// assertion = attr [ op scalar | [ "NOT" ] "IN" "[" scalar { "," scalar } "]" | ( "IS" | "NOT" ) "SET" ]
    /// attr      = namespace ":" name
    /// op        = "==" | "!=" | "<" | "<=" | ">" | ">="
    /// scalar    = "'" … "'" | '"' … '"' | number | "true" | "false"
    /// ```
    ///
    /// Keywords may be in lower case. Tailscale documents this grammar, except for double quotes,
    /// which a reimplementation accepts. It is unknown whether Tailscale accepts more.
    ///
    /// # Errors
    /// If the text does not match, with what was expected and where.
    ///
    /// ```
    /// use policy_core::model::{Comparison, Condition, Scalar};
    /// use policy_core::source::{Origin, Text};
    /// let parse = |text: &str| Condition::parse(&Text::verbatim(text, Origin::default(), 0));
    /// let condition = parse("node:os == 'macos'").unwrap();
    /// assert_eq!(condition.comparison, Comparison::Equal(Scalar::Text("macos".into())));
    /// assert_eq!(parse("node:os = 'macos'").unwrap_err().help.as_deref(), Some("write `==`"));
    /// ```
    pub fn parse(text: &Text) -> Result<Condition, Problem> {
        let mut parser = Parser::new(text);
        let attribute = parser.attribute()?;
        let comparison = parser.comparison()?;
        let attribute = text.slice(attribute);
        Ok(Condition { text: text.clone(), attribute, comparison })
    }

    /// Returns the values of the comparison as written, in order. `1.60` is the number 1.6, but as
    /// a version it differs from `1.6`.
    pub fn written_values(&self) -> Vec<&str> {
        let mut parser = Parser::new(&self.text);
        let is_read = parser.attribute().is_ok() && parser.comparison().is_ok();
        parser.values.iter().filter(|_| is_read).map(|value| parser.slice(value)).collect()
    }
}

/// The text, and the position in it.
struct Parser<'a> {
    text: &'a str,
    at: usize,
    /// The values so far.
    values: Vec<Range<usize>>,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Self {
        Parser { text, at: 0, values: Vec::new() }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_blanks(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    /// Returns the longest run of matching characters, after spaces.
    fn run(&mut self, of: impl Fn(char) -> bool) -> Range<usize> {
        self.skip_blanks();
        let length = self.rest().find(|letter| !of(letter)).unwrap_or(self.rest().len());
        let start = self.at;
        self.at += length;
        start..self.at
    }

    fn slice(&self, part: &Range<usize>) -> &'a str {
        self.text.get(part.clone()).unwrap_or_default()
    }

    /// Takes the keyword if it is next, ignoring case.
    fn keyword(&mut self, keyword: &str) -> bool {
        let start = self.at;
        let word = self.run(|letter| letter.is_ascii_alphabetic());
        let found = self.slice(&word).eq_ignore_ascii_case(keyword);
        if !found {
            self.at = start;
        }
        found
    }

    /// Returns a problem with the next word.
    fn unexpected(&mut self, expected: &str) -> Problem {
        self.skip_blanks();
        let start = self.at;
        let word = self.run(|letter| !letter.is_whitespace());
        match self.slice(&word) {
            "" => Problem::word(Code::InvalidCondition, format!("the condition ends where {expected} should be")),
            found => Problem::word(Code::InvalidCondition, format!("expected {expected}, found `{found}`"))
                .part(start..word.end),
        }
    }

    fn attribute(&mut self) -> Result<Range<usize>, Problem> {
        let attribute = self.run(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.' | ':'));
        match self.slice(&attribute).split_once(':') {
            Some((namespace, name)) if !namespace.is_empty() && !name.is_empty() && !name.contains(':') => {
                Ok(attribute)
            }
            _ => {
                self.at = attribute.start;
                Err(self.unexpected("an attribute").help("write a namespace and a name, such as `node:os`"))
            }
        }
    }

    fn comparison(&mut self) -> Result<Comparison, Problem> {
        self.skip_blanks();
        if self.rest().is_empty() {
            return Ok(Comparison::IsTrue);
        }
        let comparison = if self.keyword("IS") {
            self.set()?;
            Comparison::IsSet
        } else if self.keyword("NOT") {
            if self.keyword("IN") {
                Comparison::NotIn(self.scalars()?)
            } else {
                self.set()?;
                Comparison::NotSet
            }
        } else if self.keyword("IN") {
            Comparison::In(self.scalars()?)
        } else {
            let operator = self.operator()?;
            operator(self.scalar()?)
        };
        self.end()?;
        Ok(comparison)
    }

    fn set(&mut self) -> Result<(), Problem> {
        if self.keyword("SET") { Ok(()) } else { Err(self.unexpected("`SET`")) }
    }

    fn operator(&mut self) -> Result<fn(Scalar) -> Comparison, Problem> {
        let operator = self.run(|letter| matches!(letter, '=' | '!' | '<' | '>' | '~'));
        Ok(match self.slice(&operator) {
            "==" => Comparison::Equal,
            "!=" => Comparison::NotEqual,
            "<" => Comparison::Less,
            "<=" => Comparison::LessOrEqual,
            ">" => Comparison::Greater,
            ">=" => Comparison::GreaterOrEqual,
            found => {
                let meant = match found {
                    "=" | "===" => Some("write `==`".to_owned()),
                    "=<" => Some("write `<=`".to_owned()),
                    "=>" => Some("write `>=`".to_owned()),
                    "<>" | "!" => Some("write `!=`".to_owned()),
                    _ => None,
                };
                self.at = operator.start;
                return Err(self
                    .unexpected("a comparison")
                    .help("write `==`, `!=`, `<`, `<=`, `>`, `>=`, `IN`, `NOT IN`, `IS SET` or `NOT SET`")
                    .help_if(meant));
            }
        })
    }

    fn scalars(&mut self) -> Result<Vec<Scalar>, Problem> {
        self.skip_blanks();
        if !self.rest().starts_with('[') {
            return Err(self.unexpected("a list").help("write the values in brackets, such as `['macos', 'linux']`"));
        }
        self.at += 1;
        let mut scalars = Vec::new();
        loop {
            scalars.push(self.scalar()?);
            self.skip_blanks();
            match self.rest().chars().next() {
                Some(',') => self.at += 1,
                Some(']') => {
                    self.at += 1;
                    return Ok(scalars);
                }
                _ => return Err(self.unexpected("`,` or `]`")),
            }
        }
    }

    fn scalar(&mut self) -> Result<Scalar, Problem> {
        self.skip_blanks();
        let start = self.at;
        let scalar = self.scalar_from(start)?;
        self.values.push(start..self.at);
        Ok(scalar)
    }

    fn scalar_from(&mut self, start: usize) -> Result<Scalar, Problem> {
        match self.rest().chars().next() {
            Some(quote @ ('\'' | '"')) => {
                let inner = self.rest().get(1..).unwrap_or_default();
                let Some(length) = inner.find(quote) else {
                    return Err(Problem::word(Code::InvalidCondition, "the closing quote is missing")
                        .part(start..self.text.len()));
                };
                self.at += length + 2;
                Ok(Scalar::Text(inner.get(..length).unwrap_or_default().to_owned()))
            }
            Some('[') => Err(self.unexpected("one value").help("write `IN` to compare with a list")),
            _ => {
                let word = self.run(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '+' | '_'));
                let value = self.slice(&word);
                let numeric = value.starts_with(|letter: char| letter.is_ascii_digit() || matches!(letter, '-' | '+'));
                match value {
                    "true" => Ok(Scalar::Bool(true)),
                    "false" => Ok(Scalar::Bool(false)),
                    _ => match value.parse::<f64>() {
                        Ok(number) if numeric && number.is_finite() => Ok(Scalar::Number(number)),
                        _ => {
                            self.at = start;
                            let help =
                                (!value.is_empty()).then(|| format!("write `'{value}'`: text has single quotes"));
                            Err(self.unexpected("a value").help_if(help))
                        }
                    },
                }
            }
        }
    }

    fn end(&mut self) -> Result<(), Problem> {
        self.skip_blanks();
        if self.rest().is_empty() {
            return Ok(());
        }
        let (start, more) = (self.at, self.rest());
        let also = more.starts_with("&&") || more.to_ascii_uppercase().starts_with("AND ");
        let either = more.starts_with("||") || more.to_ascii_uppercase().starts_with("OR ");
        let help = match (also, either) {
            (true, _) => Some("write a condition for each: all of them must hold"),
            (_, true) => Some("write a posture for each: one of a rule's postures must hold"),
            _ => None,
        };
        Err(Problem::word(Code::InvalidCondition, format!("a condition is one comparison, and `{more}` follows it"))
            .part(start..self.text.len())
            .help_if(help.map(str::to_owned)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Origin;

    fn parse(text: &str) -> Result<Condition, Problem> {
        Condition::parse(&Text::verbatim(text, Origin::default(), 0))
    }

    fn text(value: &str) -> Scalar {
        Scalar::Text(value.to_owned())
    }

    #[test]
    fn every_form_is_read() {
        use Comparison::*;
        for (written, attribute, comparison) in [
            ("node:tsAutoUpdate", "node:tsAutoUpdate", IsTrue),
            ("node:os == 'macos'", "node:os", Equal(text("macos"))),
            ("node:os!='linux'", "node:os", NotEqual(text("linux"))),
            ("node:os == \"it's\"", "node:os", Equal(text("it's"))),
            ("falcon:ztaScore >= 80", "falcon:ztaScore", GreaterOrEqual(Scalar::Number(80.0))),
            ("custom:temp < -1.5", "custom:temp", Less(Scalar::Number(-1.5))),
            ("custom:a > 1", "custom:a", Greater(Scalar::Number(1.0))),
            ("custom:a <= 1", "custom:a", LessOrEqual(Scalar::Number(1.0))),
            ("custom:mdm == true", "custom:mdm", Equal(Scalar::Bool(true))),
            ("node:os IN ['macos', 'linux']", "node:os", In(vec![text("macos"), text("linux")])),
            ("node:os in ['macos']", "node:os", In(vec![text("macos")])),
            ("  node:os  NOT IN [ 'js' ]  ", "node:os", NotIn(vec![text("js")])),
            ("fleetPolicy:disk-encryption IS SET", "fleetPolicy:disk-encryption", IsSet),
            ("custom:x not set", "custom:x", NotSet),
        ] {
            let condition = parse(written).unwrap();
            assert_eq!((condition.attribute.as_str(), condition.comparison), (attribute, comparison), "{written}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_underlined_and_explained() {
        for (written, part, message, help) in [
            (
                "",
                None,
                "the condition ends where an attribute should be",
                "write a namespace and a name, such as `node:os`",
            ),
            (
                "os == 'macos'",
                Some(0..2),
                "expected an attribute, found `os`",
                "write a namespace and a name, such as `node:os`",
            ),
            ("node:os = 'macos'", Some(8..9), "expected a comparison, found `=`", "write `==`"),
            (
                "node:os == macos",
                Some(11..16),
                "expected a value, found `macos`",
                "write `'macos'`: text has single quotes",
            ),
            (
                "node:os == ['a']",
                Some(11..16),
                "expected one value, found `['a']`",
                "write `IN` to compare with a list",
            ),
            (
                "node:os IN 'macos'",
                Some(11..18),
                "expected a list, found `'macos'`",
                "write the values in brackets, such as `['macos', 'linux']`",
            ),
            (
                "node:os == 'a' && node:os != 'b'",
                Some(15..32),
                "a condition is one comparison, and `&& node:os != 'b'` follows it",
                "write a condition for each: all of them must hold",
            ),
        ] {
            let problem = parse(written).unwrap_err();
            assert_eq!(
                (problem.origin, problem.message.as_str(), problem.help.as_deref()),
                (part, message, Some(help)),
                "{written}"
            );
        }
        for written in [
            "node:os == 'macos",
            "node:os == \"macos'",
            "node:os IS",
            "node:os IS 'x'",
            "node:os IN []",
            "node:os IN ['a' 'b']",
            "node:os == inf",
        ] {
            assert!(parse(written).is_err(), "{written}");
        }
    }
}

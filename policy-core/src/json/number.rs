use std::fmt::{Display, Formatter};
use std::str::FromStr;

/// A number: whole if it is written so and fits in 64 bits, else the nearest 64-bit float.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Number(Kind);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Unsigned(u64),
    /// Always below zero.
    Negative(i64),
    /// Always finite.
    Float(f64),
}

impl Number {
    /// Makes a number of a float. Returns `None` if it is infinite or not a number, which JSON cannot say.
    pub fn from_f64(value: f64) -> Option<Number> {
        value.is_finite().then_some(Number(Kind::Float(value)))
    }

    /// Returns the nearest float.
    pub fn as_f64(self) -> f64 {
        match self.0 {
            Kind::Unsigned(value) => value as f64,
            Kind::Negative(value) => value as f64,
            Kind::Float(value) => value,
        }
    }

    /// Returns it if it is whole and not below zero.
    pub fn as_u64(self) -> Option<u64> {
        match self.0 {
            Kind::Unsigned(value) => Some(value),
            Kind::Negative(_) | Kind::Float(_) => None,
        }
    }

    /// Returns it if it is whole and fits in 64 bits with a sign.
    pub fn as_i64(self) -> Option<i64> {
        match self.0 {
            Kind::Unsigned(value) => i64::try_from(value).ok(),
            Kind::Negative(value) => Some(value),
            Kind::Float(_) => None,
        }
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Number {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Kind::Unsigned(value) => serializer.serialize_u64(value),
            Kind::Negative(value) => serializer.serialize_i64(value),
            Kind::Float(value) => serializer.serialize_f64(value),
        }
    }
}

/// A number that is beyond what a float can be, such as `1e999`, or that is not a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfRange;

impl Display for OutOfRange {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str("number out of range")
    }
}

impl std::error::Error for OutOfRange {}

impl FromStr for Number {
    type Err = OutOfRange;

    /// Reads a JSON number.
    fn from_str(text: &str) -> Result<Number, OutOfRange> {
        if let Ok(value) = text.parse() {
            return Ok(Number(Kind::Unsigned(value)));
        }
        match text.parse() {
            // `-0` is a float: no whole number is negative and zero.
            Ok(value @ ..0) => Ok(Number(Kind::Negative(value))),
            _ => text.parse().ok().and_then(Number::from_f64).ok_or(OutOfRange),
        }
    }
}

impl From<u64> for Number {
    fn from(value: u64) -> Self {
        Number(Kind::Unsigned(value))
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Number(u64::try_from(value).map_or(Kind::Negative(value), Kind::Unsigned))
    }
}

impl Display for Number {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Kind::Unsigned(value) => value.fmt(f),
            Kind::Negative(value) => value.fmt(f),
            // `Debug` keeps the point of a whole float, so that it is read as a float again.
            Kind::Float(value) => write!(f, "{value:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn another_reader_reads_the_same(text in "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,8})?([eE][-+]?[0-9]{1,3})?") {
            let theirs = serde_json::from_str::<serde_json::Number>(&text);
            let ours = text.parse::<Number>();
            prop_assert_eq!(ours.is_ok(), theirs.is_ok());
            if let (Ok(ours), Ok(theirs)) = (ours, theirs) {
                // Their floats may be off by a bit.
                let (float, other) = (ours.as_f64(), theirs.as_f64().unwrap());
                prop_assert!((float - other).abs() <= other.abs() * f64::EPSILON, "{} is read as {}", text, ours);
                prop_assert_eq!(ours.as_u64(), theirs.as_u64());
                prop_assert_eq!(ours.as_i64(), theirs.as_i64());
                prop_assert_eq!(ours.to_string().parse(), Ok(ours), "{} is written {}", text, ours);
            }
        }
    }
}

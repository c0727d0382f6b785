use std::fmt::{Display, Formatter};
use std::str::FromStr;

/// A number. An integer literal that fits in 64 bits stays an integer. Any other is the nearest
/// 64-bit float.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Number(Kind);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Unsigned(u64),
    /// Always negative.
    Negative(i64),
    /// Always finite.
    Float(f64),
}

impl Number {
    /// Makes a number from a float. Returns `None` if the float is infinite or NaN, which JSON
    /// cannot express.
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

    /// Returns the number if it is an integer that is not negative.
    pub fn as_u64(self) -> Option<u64> {
        match self.0 {
            Kind::Unsigned(value) => Some(value),
            Kind::Negative(_) | Kind::Float(_) => None,
        }
    }

    /// Returns the number if it is an integer that fits in an `i64`.
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

/// An error for a number that a float cannot represent, such as `1e999`, or for text that is not a
/// number.
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

    /// Parses a JSON number.
    fn from_str(text: &str) -> Result<Number, OutOfRange> {
        if let Ok(value) = text.parse() {
            return Ok(Number(Kind::Unsigned(value)));
        }
        match text.parse() {
            // `-0` is a float, because no integer is negative zero.
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
            // `Debug` keeps the decimal point of a whole float, so that it is read as a float
            // again.
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
                // Floats may differ in the last bit.
                let (float, other) = (ours.as_f64(), theirs.as_f64().unwrap());
                prop_assert!((float - other).abs() <= other.abs() * f64::EPSILON, "{} is read as {}", text, ours);
                prop_assert_eq!(ours.as_u64(), theirs.as_u64());
                prop_assert_eq!(ours.as_i64(), theirs.as_i64());
                prop_assert_eq!(ours.to_string().parse(), Ok(ours), "{} is written {}", text, ours);
            }
        }
    }
}

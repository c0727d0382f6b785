use crate::model::List;
use crate::source::{Origin, Text};

/// A member of `postures`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Posture {
    /// `posture:…`, prefix included.
    pub name: Text,
    /// The conditions. A device must meet all of them.
    pub conditions: List<Condition>,
    /// The comment above it.
    pub doc: Option<String>,
    /// The member of the section, name and value.
    pub origin: Origin,
}

/// One assertion about a source device, such as `node:os == 'macos'`. [`Condition::parse`] reads
/// it.
#[derive(Clone, Debug)]
pub struct Condition {
    /// As written.
    pub text: Text,
    /// The attribute, such as `node:os`.
    pub attribute: Text,
    /// The comparison with its values.
    pub comparison: Comparison,
}

/// A comparison of an attribute. If the attribute is not set, every comparison except
/// [`Comparison::NotSet`] is false.
#[derive(Clone, Debug, PartialEq)]
pub enum Comparison {
    /// The attribute alone, which must be true.
    IsTrue,
    /// `== x`
    Equal(Scalar),
    /// `!= x`
    NotEqual(Scalar),
    /// `< x`
    Less(Scalar),
    /// `<= x`
    LessOrEqual(Scalar),
    /// `> x`
    Greater(Scalar),
    /// `>= x`
    GreaterOrEqual(Scalar),
    /// `IN [x, …]`
    In(Vec<Scalar>),
    /// `NOT IN [x, …]`
    NotIn(Vec<Scalar>),
    /// `IS SET`
    IsSet,
    /// `NOT SET`
    NotSet,
}

impl Comparison {
    /// Returns the values to compare with.
    pub fn values(&self) -> &[Scalar] {
        match self {
            Comparison::IsTrue | Comparison::IsSet | Comparison::NotSet => &[],
            Comparison::Equal(value)
            | Comparison::NotEqual(value)
            | Comparison::Less(value)
            | Comparison::LessOrEqual(value)
            | Comparison::Greater(value)
            | Comparison::GreaterOrEqual(value) => std::slice::from_ref(value),
            Comparison::In(values) | Comparison::NotIn(values) => values,
        }
    }

    /// Returns whether it is `<`, `<=`, `>` or `>=`.
    pub const fn is_ordering(&self) -> bool {
        matches!(
            self,
            Comparison::Less(_) | Comparison::LessOrEqual(_) | Comparison::Greater(_) | Comparison::GreaterOrEqual(_)
        )
    }
}

/// A value of a posture attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    /// Text in single quotes.
    Text(String),
    /// A number.
    Number(f64),
    /// `true` or `false`.
    Bool(bool),
}

impl std::fmt::Display for Scalar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Scalar::Text(text) => write!(f, "'{text}'"),
            Scalar::Number(number) => number.fmt(f),
            Scalar::Bool(value) => value.fmt(f),
        }
    }
}

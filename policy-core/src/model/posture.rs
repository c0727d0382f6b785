use super::{List, Origin, Text};

/// A member of `postures`.
#[derive(Clone, Debug)]
pub struct Posture {
    /// `posture:…`, prefix included.
    pub name: Text,
    /// All must hold.
    pub conditions: List<Condition>,
    /// The member of the section, name and value.
    pub origin: Origin,
}

/// One assertion about a source device, as `node:os == 'macos'`.
#[derive(Clone, Debug)]
pub struct Condition {
    /// As written.
    pub text: Text,
    /// As `node:os`.
    pub attribute: Text,
    /// What must be true of it.
    pub comparison: Comparison,
}

/// What must be true of an attribute. One that is unset makes all false but [`Comparison::NotSet`].
#[derive(Clone, Debug, PartialEq)]
pub enum Comparison {
    /// The attribute alone: it is true.
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

/// A value of a posture attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    /// In single quotes.
    Text(String),
    /// A number.
    Number(f64),
    /// `true` or `false`.
    Bool(bool),
}

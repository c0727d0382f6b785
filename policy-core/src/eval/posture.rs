//! Whether a device is in the state that a rule asks for.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use crate::model::{Comparison, Condition, Policy, Scalar, Selector};

/// The postures of which a device must have one: a rule's own, or the default ones if it has none.
pub(crate) fn required<'p>(policy: &'p Policy, own: &'p [Selector]) -> &'p [Selector] {
    if own.is_empty() { &policy.default_src_posture } else { own }
}

/// Whether a device with these attributes has one of the required postures, if there are any.
pub(super) fn holds(policy: &Policy, required: &[Selector], attributes: &Map<String, Value>) -> bool {
    required.is_empty()
        || required.iter().any(|name| {
            let posture = policy.postures.iter().find(|posture| posture.name.as_str() == name.text.as_str());
            posture.is_some_and(|posture| posture.conditions.iter().all(|condition| is_met(condition, attributes)))
        })
}

/// An attribute that is not set meets only `NOT SET`.
fn is_met(condition: &Condition, attributes: &Map<String, Value>) -> bool {
    let Some(value) = attributes.get(condition.attribute.as_str()).filter(|value| !value.is_null()) else {
        return condition.comparison == Comparison::NotSet;
    };
    let order = |scalar: &Scalar| compare(value, scalar);
    let equal = |scalar: &Scalar| order(scalar) == Some(Ordering::Equal);
    match &condition.comparison {
        Comparison::IsTrue => *value == Value::Bool(true),
        Comparison::Equal(scalar) => equal(scalar),
        Comparison::NotEqual(scalar) => !equal(scalar),
        Comparison::Less(scalar) => order(scalar).is_some_and(Ordering::is_lt),
        Comparison::LessOrEqual(scalar) => order(scalar).is_some_and(Ordering::is_le),
        Comparison::Greater(scalar) => order(scalar).is_some_and(Ordering::is_gt),
        Comparison::GreaterOrEqual(scalar) => order(scalar).is_some_and(Ordering::is_ge),
        Comparison::In(scalars) => scalars.iter().any(equal),
        Comparison::NotIn(scalars) => !scalars.iter().any(equal),
        Comparison::IsSet => true,
        Comparison::NotSet => false,
    }
}

/// Values of one type; texts are compared as versions, number by number, since that is what is compared of them.
fn compare(value: &Value, scalar: &Scalar) -> Option<Ordering> {
    match (value, scalar) {
        (Value::String(text), Scalar::Text(wanted)) => Some(version(text).cmp(&version(wanted))),
        (Value::Number(number), Scalar::Number(wanted)) => number.as_f64()?.partial_cmp(wanted),
        (Value::Bool(value), Scalar::Bool(wanted)) => Some(value.cmp(wanted)),
        _ => None,
    }
}

/// The parts of a version. Words come after numbers.
fn version(text: &str) -> Vec<Result<u64, &str>> {
    text.split(['.', '-']).map(|part| part.parse().map_err(|_| part)).collect()
}

//! Evaluates postures: whether a device is in the state that a rule requires.

use std::cmp::Ordering;

use crate::json::{Map, Value};

use crate::model::{Comparison, Condition, Policy, Posture, Scalar, Selector};

/// Returns the postures of which a device must meet one: the rule's own, or the default ones if the
/// rule has none.
pub fn required<'p>(policy: &'p Policy, own: &'p [Selector]) -> &'p [Selector] {
    if own.is_empty() { &policy.default_src_posture } else { own }
}

/// Returns whether a device with these attributes meets one of the required postures. True if none
/// is required.
pub fn holds(policy: &Policy, required: &[Selector], attributes: &Map) -> bool {
    required.is_empty()
        || required
            .iter()
            .filter_map(|name| posture(policy, name))
            .any(|posture| posture.conditions.iter().all(|condition| is_met(condition, attributes)))
}

/// Returns the first condition of the first required posture that a device with these attributes
/// does not meet.
pub fn first_unmet<'p>(policy: &'p Policy, required: &[Selector], attributes: &Map) -> Option<&'p Condition> {
    let postures = required.iter().filter_map(|name| posture(policy, name));
    postures.flat_map(|posture| &posture.conditions).find(|condition| !is_met(condition, attributes))
}

fn posture<'p>(policy: &'p Policy, name: &Selector) -> Option<&'p Posture> {
    policy.postures.iter().find(|posture| posture.name.as_str() == name.text.as_str())
}

/// Returns whether a condition is met. An attribute that is not set meets only `NOT SET`.
fn is_met(condition: &Condition, attributes: &Map) -> bool {
    let Some(value) = attributes.get(condition.attribute.as_str()).filter(|value| !value.is_null()) else {
        return condition.comparison == Comparison::NotSet;
    };
    let order = |scalar: &Scalar| compare(&condition.attribute, value, scalar);
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

/// Compares values of one type. Only versions and numbers are ordered. Other texts are equal or
/// not.
fn compare(attribute: &str, value: &Value, scalar: &Scalar) -> Option<Ordering> {
    match (value, scalar) {
        (Value::String(text), Scalar::Text(wanted)) if VERSIONS.contains(&attribute) => {
            Some(compare_versions(text, wanted))
        }
        (Value::String(text), Scalar::Text(wanted)) => (text == wanted).then_some(Ordering::Equal),
        (Value::Number(number), Scalar::Number(wanted)) => number.as_f64().partial_cmp(wanted),
        (Value::Bool(value), Scalar::Bool(wanted)) => (value == wanted).then_some(Ordering::Equal),
        _ => None,
    }
}

/// The attributes that are versions.
const VERSIONS: [&str; 2] = ["node:osVersion", "node:tsVersion"];

/// Compares versions as Tailscale's `util/cmpver` does: by turns, a part without digits as text and
/// a part of digits as a number. A missing number counts as 0, but a missing dot does not count as
/// a dot: `12` comes before `12.0`.
fn compare_versions(mut a: &str, mut b: &str) -> Ordering {
    while !a.is_empty() || !b.is_empty() {
        let ((words_a, rest_a), (words_b, rest_b)) = (run(a, false), run(b, false));
        let ((digits_a, rest_a), (digits_b, rest_b)) = (run(rest_a, true), run(rest_b, true));
        let order = words_a.cmp(words_b).then_with(|| compare_digits(digits_a, digits_b));
        if order.is_ne() {
            return order;
        }
        (a, b) = (rest_a, rest_b);
    }
    Ordering::Equal
}

/// Splits off the longest prefix of digits, or of other characters, and returns it with the rest.
fn run(text: &str, digits: bool) -> (&str, &str) {
    let end = text.find(|letter: char| letter.is_ascii_digit() != digits).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// Compares numbers of any length.
fn compare_digits(a: &str, b: &str) -> Ordering {
    let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

#[cfg(test)]
mod tests {
    use crate::json::json;

    use super::*;
    use crate::source::{Origin, Text};

    #[test]
    fn versions_are_compared_run_by_run() {
        for (less, more) in [
            ("1.8.9", "1.40"),
            ("12", "12.0"),
            ("", "0"),
            ("1.2", "1.2.3"),
            ("1.2-pre1", "1.2-pre10"),
            ("1.99999999999999999999998", "1.99999999999999999999999"),
            ("13.2", "13.10.1"),
            ("1.2.a", "1.2.b"),
        ] {
            let is_less = if less.is_empty() { Ordering::Equal } else { Ordering::Less };
            assert_eq!(compare_versions(less, more), is_less, "{less} {more}");
            assert_eq!(compare_versions(more, less), is_less.reverse(), "{more} {less}");
        }
        assert_eq!(compare_versions("1.040", "1.40"), Ordering::Equal);
    }

    #[test]
    fn conditions_ask_of_an_attribute_what_they_say() {
        let attributes = json!({"node:tsVersion": "1.40.0", "node:os": "linux", "custom:level": 3, "custom:mdm": true,
            "custom:build": "10", "custom:off": false, "custom:nothing": null});
        let attributes = attributes.as_object().unwrap();
        let holds =
            |text: &str| is_met(&Condition::parse(&Text::verbatim(text, Origin::default(), 0)).unwrap(), attributes);
        for met in [
            "node:tsVersion >= '1.8'",
            "node:tsVersion != '1.40'",
            "node:os in ['macos', 'linux']",
            "node:os Not In ['macos']",
            "node:os != 'macos'",
            "node:os is set",
            "custom:level > 2",
            "custom:level == 3",
            "custom:level IN [1, 3]",
            "custom:mdm",
            "custom:mdm == true",
            "custom:off == false",
            "custom:absent NOT SET",
            "custom:nothing not set",
        ] {
            assert!(holds(met), "{met}");
        }
        for not in [
            "node:tsVersion >= '1.40.1'",
            "node:tsVersion == '1.40'",
            "node:os == 'Linux'",
            "custom:level > 3",
            "custom:level == '3'",
            "custom:off",
            "node:os NOT SET",
            // Text is not ordered, even if it looks like a number.
            "custom:build > '9'",
            "custom:build < '9'",
            "custom:build == '10.0'",
            "custom:build <= '10 '",
            // An attribute that is not set meets only `NOT SET`.
            "custom:absent != 'x'",
            "custom:absent NOT IN ['x']",
            "custom:absent == false",
            "custom:absent",
            "custom:absent IS SET",
            "custom:nothing IS SET",
        ] {
            assert!(!holds(not), "{not}");
        }
    }
}

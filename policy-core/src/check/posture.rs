//! `postures`: attributes of devices, and the values they can be compared with.

use crate::check::Checker;
use crate::diagnostic::{Code, Diagnostic, Help, suggestion};
use crate::model::{Comparison, Condition, POSTURE_ATTRIBUTES, POSTURE_NAMESPACES, PostureType as Type, Scalar};

pub(super) fn check(checker: &mut Checker) {
    let policy = checker.policy;
    for condition in policy.postures.iter().flat_map(|posture| &posture.conditions) {
        check_condition(checker, condition);
    }
}

fn check_condition(checker: &mut Checker, condition: &Condition) {
    let attribute = &condition.attribute;
    let namespace = attribute.split(':').next().unwrap_or_default();
    let known = POSTURE_ATTRIBUTES.iter().find(|(name, _)| *name == attribute.as_str());
    let r#type = known.map_or(Type::Any, |&(_, r#type)| r#type);
    if known.is_none() && !POSTURE_NAMESPACES.contains(&namespace) {
        unknown(checker, condition, namespace);
    }
    if namespace == "custom" && attribute.len() > 50 {
        let message = "the name of a custom attribute has at most 50 letters, `custom:` included";
        checker.report(Diagnostic::new(Code::UnknownPostureAttribute, attribute.origin, message));
    }
    double_quotes(checker, condition);
    ordering(checker, condition, r#type);
    for (value, written) in condition.comparison.values().iter().zip(condition.written_values()) {
        check_value(checker, condition, r#type, value, written);
    }
    if condition.comparison == Comparison::IsTrue && !matches!(r#type, Type::Bool | Type::Any) {
        let message = format!("`{attribute}` is not true or false, so it cannot stand alone");
        mismatch(checker, condition, message, "write what it is compared with, such as `== 'value'`".to_owned());
    }
}

fn unknown(checker: &mut Checker, condition: &Condition, namespace: &str) {
    let attribute = &condition.attribute;
    let namespaces = POSTURE_ATTRIBUTES
        .iter()
        .filter_map(|(name, _)| name.split(':').next())
        .chain(POSTURE_NAMESPACES.iter().copied());
    let near = suggestion::nearest(attribute, POSTURE_ATTRIBUTES.iter().map(|(name, _)| *name))
        .map(str::to_owned)
        .or_else(|| {
            let near = suggestion::nearest(namespace, namespaces).filter(|near| *near != namespace)?;
            Some(attribute.replacen(namespace, near, 1))
        });
    let message = format!("Tailscale is not known to have an attribute `{attribute}`");
    let help = match near {
        Some(near) => Help::did_you_mean(near),
        None => {
            let name = attribute.split_once(':').map_or("", |(_, name)| name);
            Help::from(format!("write `custom:{name}` for an attribute of your own"))
        }
    };
    checker.report(Diagnostic::new(Code::UnknownPostureAttribute, attribute.origin, message).help(help));
}

/// Reports text in double quotes. Tailscale does not document them, and a reimplementation accepts
/// them.
fn double_quotes(checker: &mut Checker, condition: &Condition) {
    let values = condition.written_values();
    let Some(value) = values.iter().find(|value| value.starts_with('"')) else { return };
    let message = format!("whether Tailscale reads `{value}` as text is not known");
    let help = match value.trim_matches('"') {
        text if text.contains('\'') => "write text in single quotes".to_owned(),
        text => format!("write `'{text}'`"),
    };
    checker.report(Diagnostic::new(Code::DoubtfulSetting, condition.text.origin, message).help(help));
}

/// Reports `<` and `>` on attributes other than numbers and versions. The help keeps the meaning: a
/// corrected posture must not match more devices.
fn ordering(checker: &mut Checker, condition: &Condition, r#type: Type) {
    if !condition.comparison.is_ordering() {
        return;
    }
    let attribute = &condition.attribute;
    let [value] = condition.comparison.values() else { return };
    match value {
        Scalar::Bool(_) => unordered(checker, condition, equal_boolean(&condition.comparison)),
        _ if r#type == Type::Bool => unordered(checker, condition, None),
        Scalar::Text(text) if r#type != Type::Version => {
            let is_number = text.parse::<f64>().is_ok_and(f64::is_finite) && matches!(r#type, Type::Number | Type::Any);
            let help = if is_number {
                format!("write `{text}`, without quotes")
            } else {
                "write `==`, `!=` or `IN`".to_owned()
            };
            mismatch(
                checker,
                condition,
                format!("only numbers and versions can be less or more, and `{attribute}` is text here"),
                help,
            );
        }
        Scalar::Text(_) | Scalar::Number(_) => {}
    }
}

/// Reports `<` or `>` on a boolean attribute.
fn unordered(checker: &mut Checker, condition: &Condition, equal: Option<bool>) {
    let help = match equal {
        Some(value) => Help::write(format!("{} == {value}", condition.attribute)),
        None => Help::from("compare with `==`, and with `true` or `false`"),
    };
    let message = "`<`, `<=`, `>` and `>=` cannot compare booleans";
    checker.report(Diagnostic::new(Code::ConditionType, condition.text.origin, message).help(help));
}

/// Returns the one value that meets a comparison of booleans, with false less than true, if exactly
/// one does.
fn equal_boolean(comparison: &Comparison) -> Option<bool> {
    match comparison {
        Comparison::Greater(Scalar::Bool(false)) | Comparison::GreaterOrEqual(Scalar::Bool(true)) => Some(true),
        Comparison::Less(Scalar::Bool(true)) | Comparison::LessOrEqual(Scalar::Bool(false)) => Some(false),
        _ => None,
    }
}

fn check_value(checker: &mut Checker, condition: &Condition, r#type: Type, value: &Scalar, written: &str) {
    let attribute = &condition.attribute;
    let ordering = condition.comparison.is_ordering();
    match (r#type, value) {
        (Type::Version, Scalar::Number(_)) => {
            let message = format!("`{attribute}` is text, never `{written}`");
            mismatch(checker, condition, message, format!("write `'{written}'`, with quotes"));
        }
        (Type::Bool, Scalar::Text(_) | Scalar::Number(_)) if !ordering => {
            let message = format!("`{attribute}` is true or false, never `{written}`");
            mismatch(checker, condition, message, "write `true` or `false`, without quotes".to_owned());
        }
        (Type::Number, Scalar::Text(_) | Scalar::Bool(_)) if !ordering => {
            let message = format!("`{attribute}` is a number, never `{written}`");
            let number = written.trim_matches(['\'', '"']);
            let help = match number.parse::<f64>() {
                Ok(_) => format!("write `{number}`, without quotes"),
                Err(_) => "write a number, without quotes".to_owned(),
            };
            mismatch(checker, condition, message, help);
        }
        (Type::OneOf(values), Scalar::Text(text)) if !values.contains(&text.as_str()) => {
            let near =
                suggestion::nearest(text, values.iter().copied()).map(|near| format!("did you mean `'{near}'`?"));
            checker.report(
                Diagnostic::new(
                    Code::PostureValue,
                    condition.text.origin,
                    format!("`{attribute}` is never `'{text}'`"),
                )
                .help(near.unwrap_or_else(|| one_of(values))),
            );
        }
        (Type::OneOf(values), Scalar::Number(_) | Scalar::Bool(_)) => {
            mismatch(checker, condition, format!("`{attribute}` is text, never `{written}`"), one_of(values));
        }
        _ => {}
    }
}

fn one_of(values: &[&str]) -> String {
    format!("it is one of {}", values.iter().map(|value| format!("`'{value}'`")).collect::<Vec<_>>().join(", "))
}

fn mismatch(checker: &mut Checker, condition: &Condition, message: String, help: impl Into<Help>) {
    checker.report(Diagnostic::new(Code::PostureValue, condition.text.origin, message).help(help));
}

#[cfg(test)]
mod tests {
    use crate::model::Policy;

    /// Returns the first text in backticks of a help: the text that it proposes.
    fn word(help: &str) -> Option<&str> {
        help.starts_with("write `").then(|| help.split('`').nth(1))?
    }

    #[test]
    fn a_help_keeps_the_operator_and_the_value() {
        for (written, fixed) in [
            ("node:tsVersion >= 1.60", "node:tsVersion >= '1.60'"),
            ("node:osVersion == 14", "node:osVersion == '14'"),
            ("node:osVersion NOT IN [10.0, '11.1', 12.30]", "node:osVersion NOT IN ['10.0', '11.1', '12.30']"),
            ("falcon:ztaScore >= '80'", "falcon:ztaScore >= 80"),
            ("falcon:ztaScore == '080'", "falcon:ztaScore == 080"),
            ("custom:score < '7.50'", "custom:score < 7.50"),
            ("custom:managed > false", "custom:managed == true"),
            ("custom:managed <= false", "custom:managed == false"),
        ] {
            let mut text = written.to_owned();
            // Each finding is about one value of a list, so several rounds may be needed.
            for _ in 0..4 {
                let policy = Policy::parse(format!(r#"{{"grants": [], "postures": {{"posture:a": ["{text}"]}}}}"#));
                let condition = &policy.postures[0].conditions[0];
                let findings = policy.check();
                let Some(finding) = findings.iter().find(|finding| finding.origin == condition.text.origin) else {
                    break;
                };
                let help = finding.help.as_deref().unwrap();
                let new = word(help).unwrap_or_else(|| panic!("{text}: {help}"));
                text = if new.contains(' ') {
                    new.to_owned()
                } else {
                    let bare = new.trim_matches('\'');
                    let old = condition
                        .written_values()
                        .into_iter()
                        .find(|value| value.trim_matches('\'') == bare && *value != new);
                    text.replacen(old.unwrap(), new, 1)
                };
            }
            assert_eq!(text, fixed, "{written}");
        }
    }

    #[test]
    fn no_help_where_the_meaning_is_not_clear() {
        for written in ["custom:managed > true", "node:tsAutoUpdate >= 1", "node:os < 'macos'", "custom:name < 'x'"] {
            let policy = Policy::parse(format!(r#"{{"grants": [], "postures": {{"posture:a": ["{written}"]}}}}"#));
            let origin = policy.postures[0].conditions[0].text.origin;
            let helps: Vec<_> = policy
                .check()
                .into_iter()
                .filter(|finding| finding.origin == origin)
                .filter_map(|it| it.help)
                .collect();
            assert!(
                !helps.is_empty() && helps.iter().all(|help| word(help).is_none_or(|word| word == "==")),
                "{helps:?}"
            );
        }
    }
}

//! `postures`: attributes of devices, and what they can be compared with.

use crate::check::Checker;
use crate::diagnostic::{Code, Diagnostic, suggestion};
use crate::model::{Comparison, Condition, Scalar};

/// Type of a posture attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Type {
    Bool,
    Number,
    /// Text that is compared as a version
    Version,
    /// Text with known values
    OneOf(&'static [&'static str]),
    /// Whatever the integration gives
    Any,
}

/// The attributes whose type Tailscale documents.
const ATTRIBUTES: &[(&str, Type)] = &[
    ("node:os", Type::OneOf(&["macos", "windows", "linux", "ios", "android", "freebsd", "openbsd", "illumos", "js"])),
    ("node:osVersion", Type::Version),
    ("node:tsVersion", Type::Version),
    ("node:tsAutoUpdate", Type::Bool),
    ("node:tsStateEncrypted", Type::Bool),
    ("node:tsReleaseTrack", Type::OneOf(&["stable", "unstable"])),
    ("ip:country", Type::Any),
    ("ip:publicAddress", Type::Any),
    ("falcon:ztaScore", Type::Number),
    ("kandji:mdmEnabled", Type::Bool),
    ("kandji:agentInstalled", Type::Bool),
    ("sentinelOne:operationalState", Type::Any),
    ("sentinelOne:activeThreats", Type::Any),
    ("sentinelOne:agentVersion", Type::Any),
    ("sentinelOne:encryptedApplications", Type::Any),
    ("sentinelOne:firewallEnabled", Type::Any),
    ("sentinelOne:infected", Type::Any),
    ("kolide:authState", Type::Any),
    ("fleet:present", Type::Any),
    ("huntress:defenderStatus", Type::Any),
    ("huntress:defenderPolicyStatus", Type::Any),
    ("huntress:firewallStatus", Type::Any),
    ("jamfPro:remoteManaged", Type::Any),
    ("jamfPro:supervised", Type::Any),
    ("jamfPro:firewallEnabled", Type::Any),
    ("jamfPro:fileVaultStatus", Type::Any),
    ("jamfPro:SIPEnabled", Type::Any),
    ("intune:complianceState", Type::Any),
    ("intune:azureADRegistered", Type::Any),
    ("intune:deviceRegistrationState", Type::Any),
    ("intune:isSupervised", Type::Any),
    ("intune:isEncrypted", Type::Any),
    ("intune:managedDeviceOwnerType", Type::Any),
];

/// Namespaces in which any name may stand.
const OPEN_NAMESPACES: &[&str] = &["custom", "fleetPolicy"];

pub(super) fn check(checker: &mut Checker) {
    let policy = checker.policy;
    for condition in policy.postures.iter().flat_map(|posture| &posture.conditions) {
        check_condition(checker, condition);
    }
}

fn check_condition(checker: &mut Checker, condition: &Condition) {
    let attribute = &condition.attribute;
    let namespace = attribute.split(':').next().unwrap_or_default();
    let known = ATTRIBUTES.iter().find(|(name, _)| *name == attribute.as_str());
    let r#type = known.map_or(Type::Any, |&(_, r#type)| r#type);
    if known.is_none() && !OPEN_NAMESPACES.contains(&namespace) {
        unknown(checker, condition, namespace);
    }
    if namespace == "custom" && attribute.len() > 50 {
        let message = "the name of a custom attribute has at most 50 letters, `custom:` included";
        checker.report(Diagnostic::new(Code::UnknownPostureAttribute, attribute.origin, message));
    }
    ordering(checker, condition, r#type);
    for value in condition.comparison.values() {
        check_value(checker, condition, r#type, value);
    }
    if condition.comparison == Comparison::IsTrue && !matches!(r#type, Type::Bool | Type::Any) {
        let message = format!("`{attribute}` is not true or false, so it cannot stand alone");
        mismatch(checker, condition, message, "write what it is compared with, as `== 'value'`".to_owned());
    }
}

fn unknown(checker: &mut Checker, condition: &Condition, namespace: &str) {
    let attribute = &condition.attribute;
    let namespaces =
        ATTRIBUTES.iter().filter_map(|(name, _)| name.split(':').next()).chain(OPEN_NAMESPACES.iter().copied());
    let near =
        suggestion::nearest(attribute, ATTRIBUTES.iter().map(|(name, _)| *name)).map(str::to_owned).or_else(|| {
            let near = suggestion::nearest(namespace, namespaces).filter(|near| *near != namespace)?;
            Some(attribute.replacen(namespace, near, 1))
        });
    let message = format!("Tailscale is not known to have an attribute `{attribute}`");
    let help = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => {
            let name = attribute.split_once(':').map_or("", |(_, name)| name);
            format!("write `custom:{name}` for an attribute of your own")
        }
    };
    checker.report(Diagnostic::new(Code::UnknownPostureAttribute, attribute.origin, message).help(help));
}

/// Less and more are for numbers and versions.
fn ordering(checker: &mut Checker, condition: &Condition, r#type: Type) {
    if !condition.comparison.is_ordering() {
        return;
    }
    let attribute = &condition.attribute;
    let boolean = matches!(condition.comparison.values(), [Scalar::Bool(_)]);
    let text = matches!(condition.comparison.values(), [Scalar::Text(_)]);
    if boolean || r#type == Type::Bool {
        checker.report(
            Diagnostic::new(
                Code::ConditionType,
                condition.text.origin,
                "true and false are not less or more than each other",
            )
            .help(format!("write `{attribute} == true`")),
        );
    } else if text && r#type != Type::Version {
        mismatch(
            checker,
            condition,
            format!("only numbers and versions can be less or more, and `{attribute}` is text here"),
            "write `==`, `!=` or `IN`".to_owned(),
        );
    }
}

fn check_value(checker: &mut Checker, condition: &Condition, r#type: Type, value: &Scalar) {
    let attribute = &condition.attribute;
    let ordering = condition.comparison.is_ordering();
    match (r#type, value) {
        (Type::Version, Scalar::Number(number)) => {
            let message = format!("`{attribute}` is text, never `{value}`");
            mismatch(checker, condition, message, format!("write `'{number}'`, with quotes"));
        }
        (Type::Bool, Scalar::Text(_) | Scalar::Number(_)) if !ordering => {
            let message = format!("`{attribute}` is true or false, never `{value}`");
            mismatch(checker, condition, message, "write `true` or `false`, without quotes".to_owned());
        }
        (Type::Number, Scalar::Text(_) | Scalar::Bool(_)) if !ordering => {
            let message = format!("`{attribute}` is a number, never `{value}`");
            mismatch(checker, condition, message, "write a number, without quotes".to_owned());
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
            mismatch(checker, condition, format!("`{attribute}` is text, never `{value}`"), one_of(values));
        }
        _ => {}
    }
}

fn one_of(values: &[&str]) -> String {
    format!("it is one of {}", values.iter().map(|value| format!("`'{value}'`")).collect::<Vec<_>>().join(", "))
}

fn mismatch(checker: &mut Checker, condition: &Condition, message: String, help: String) {
    checker.report(Diagnostic::new(Code::PostureValue, condition.text.origin, message).help(help));
}

//! The rules of an answer, with the access that each allows.

use policy_core::access::{AccessRule, Families, PortSet, RuleRef, posture};
use policy_core::model::{Action, App, Capability, CheckPeriod, Policy, Selector, SshRule};
use policy_core::source::Origin;

/// A rule that opens ports between two ends.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct RuleMatch {
    /// The rule, or the whole policy if it has no rules.
    pub rule: Origin,
    /// The ports that it opens between the two ends.
    pub ports: PortSet,
    /// The required postures, if there are any. The source must meet one of them.
    pub postures: Vec<String>,
    /// The tags of the routers that traffic must go through, if the rule has `via`.
    pub via: Vec<String>,
    /// The families of addresses over which the ports are open, if these are not all that one of
    /// the ends has. A single address only counts for its own family.
    pub families: Option<Families>,
}

/// A grant of capabilities to a source for the applications of a destination.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct AppRuleMatch {
    /// The grant.
    pub rule: Origin,
    /// Each capability with its values.
    pub capabilities: Vec<(String, Vec<policy_core::json::Value>)>,
    /// See [`RuleMatch::postures`].
    pub postures: Vec<String>,
}

/// An SSH rule that allows logins.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct SshRuleMatch {
    /// The rule.
    pub rule: Origin,
    /// With or without a check.
    pub action: Action,
    /// The accounts.
    pub users: Vec<String>,
    /// The period of a check, such as `12h` or `always`. `None` if there is no check.
    pub check_period: Option<String>,
    /// See [`RuleMatch::postures`].
    pub postures: Vec<String>,
    /// The tags of the session recorders, if sessions are recorded.
    pub recorder: Vec<String>,
}

impl RuleMatch {
    pub(super) fn new(rule: &AccessRule) -> RuleMatch {
        RuleMatch {
            rule: rule.rule.origin(),
            ports: PortSet::new(rule.ports.iter().copied()),
            postures: texts(rule.postures),
            via: texts(rule.via()),
            families: None,
        }
    }
}

impl AppRuleMatch {
    pub(super) fn new(rule: &AccessRule) -> Option<AppRuleMatch> {
        let values = |capability: &Capability| capability.values.iter().map(|(value, _)| value.clone()).collect();
        let capabilities = granted_app(rule)?.capabilities.iter();
        Some(AppRuleMatch {
            rule: rule.rule.origin(),
            capabilities: capabilities.map(|capability| (capability.name.to_string(), values(capability))).collect(),
            postures: texts(rule.postures),
        })
    }
}

/// Returns the capabilities that a rule grants, if it grants any. A grant with `via` grants none.
pub(super) fn granted_app<'p>(rule: &AccessRule<'p>) -> Option<&'p App> {
    match rule.rule {
        RuleRef::Grant(grant) if grant.via.is_empty() => grant.app.as_ref().filter(|app| !app.is_absent_or_empty()),
        _ => None,
    }
}

impl SshRuleMatch {
    /// Returns what an SSH rule allows, if its action is valid.
    pub(super) fn new(policy: &Policy, rule: &SshRule) -> Option<SshRuleMatch> {
        let action = rule.action?;
        Some(SshRuleMatch {
            rule: rule.origin,
            action,
            users: rule.users.iter().map(ToString::to_string).collect(),
            check_period: (action == Action::Check).then(|| check_period(rule.check_period.as_ref())),
            postures: texts(posture::required(policy, &rule.src_posture)),
            recorder: texts(&rule.recorder),
        })
    }
}

fn texts(selectors: &[Selector]) -> Vec<String> {
    selectors.iter().map(Selector::to_string).collect()
}

/// Returns the period of a check in the syntax of a policy.
fn check_period(declared: Option<&CheckPeriod>) -> String {
    let default = CheckPeriod::DEFAULT.to_string();
    let default = default.strip_suffix("0m0s").unwrap_or(&default);
    declared.map_or_else(|| default.to_owned(), |period| period.text.to_string())
}

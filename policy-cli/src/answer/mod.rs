//! Answers to questions about a policy, formatted for people and for programs.
//!
//! The formatters are pure functions from answers to text.

mod expiring;
mod explain;
mod names;
mod reach;

use std::borrow::Cow;
use std::path::Path;

use policy_analysis::query::{AppRuleMatch, RuleTexts, SshRuleMatch};
use policy_core::Policy;
use policy_core::access::PortSet;
use policy_core::json::{ToJson, Value, json};
use policy_core::source::Origin;

use crate::argument::Choice;
use crate::locations::{Location, Locations};
use crate::style::{PLACE, paint};
use crate::text::{join, padded, visible};

pub(crate) use expiring::ExpiringAnswer;
pub(crate) use explain::{ExplainAnswer, describe_obstacle};
pub(crate) use names::NamesAnswer;
pub(crate) use reach::{Listing, ReachAnswer, describe_login};

/// A formatter of rules with their locations.
pub(crate) struct RulePrinter<'a> {
    policy: &'a Policy,
    locations: Locations<'a>,
    texts: RuleTexts<'a>,
}

impl<'a> RulePrinter<'a> {
    pub(crate) fn new(path: &'a Path, policy: &'a Policy) -> Self {
        RulePrinter { policy, locations: Locations::new(path, policy), texts: RuleTexts::new(policy) }
    }

    /// Returns the name of the policy's file, for programs.
    fn file(&self) -> Cow<'a, str> {
        self.locations.path.to_string_lossy()
    }

    /// Returns the location of a rule.
    pub(crate) fn location(&self, rule: Origin) -> Location<'a> {
        self.locations.location(rule)
    }

    fn place(&self, rule: Origin) -> String {
        visible(&self.locations.link(rule))
    }

    /// Returns a rule on one line.
    pub(crate) fn text(&self, rule: Origin) -> String {
        visible(&self.texts.text(rule))
    }

    /// Returns the last day of a rule, for programs.
    fn until(&self, rule: Origin) -> Option<String> {
        self.texts.until(rule).map(|date| date.to_string())
    }

    /// Lists rules. The location of each is in a column before it, and its notes are below.
    pub(crate) fn rules(&self, rules: &[(Origin, Vec<String>)]) -> String {
        let width = rules.iter().map(|(rule, _)| self.place(*rule).chars().count()).max().unwrap_or(0);
        let mut text = String::new();
        for (rule, said) in rules {
            let place = paint(PLACE, &padded(&self.place(*rule), width));
            text.push_str(&format!("  {place}  {}\n", self.text(*rule)));
            for line in said {
                text.push_str(&format!("  {}    {}\n", padded("", width), visible(line)));
            }
        }
        text
    }

    /// Returns the condition that a rule's postures are, if there are any.
    pub(crate) fn posture(&self, postures: &[String]) -> Option<String> {
        let describe = |name: &String| {
            let posture = self.policy.postures.iter().find(|posture| *posture.name == **name);
            let conditions = posture.map_or(&[][..], |posture| &posture.conditions);
            let conditions = join(conditions, " and ", &|condition| format!("`{}`", condition.text));
            format!("`{name}` ({conditions})")
        };
        (!postures.is_empty()).then(|| format!("if the source meets {}", join(postures, " or ", &describe)))
    }

    fn app_json(&self, app: &AppRuleMatch) -> Value {
        let capabilities: policy_core::json::Map =
            app.capabilities.iter().map(|(name, values)| (name.clone(), values.clone().into())).collect();
        let mut value = json!({"app": capabilities, "srcPosture": app.postures, "until": self.until(app.rule)});
        self.location(app.rule).add_to(&mut value);
        value
    }

    /// Adds the line, the text and the last day of a rule to `said`, for programs.
    fn rule_json(&self, rule: Origin, mut said: Value) -> Value {
        self.location(rule).add_to(&mut said);
        if let Some(object) = said.as_object_mut() {
            object.insert("rule".to_owned(), self.texts.text(rule).into());
            object.insert("until".to_owned(), self.until(rule).to_json());
        }
        said
    }

    fn ssh_json(&self, login: &SshRuleMatch) -> Value {
        let said = json!({
            "action": login.action.to_string(),
            "users": login.users,
            "checkPeriod": login.check_period,
            "srcPosture": login.postures,
            "recorder": login.recorder,
        });
        self.rule_json(login.rule, said)
    }
}

/// Returns a name for programs: words of the policy without backticks.
fn bare(name: &str) -> String {
    match name.strip_prefix('`').and_then(|name| name.strip_suffix('`')) {
        Some(inner) if !inner.contains('`') => inner.to_owned(),
        _ => name.replace('`', ""),
    }
}

fn bare_all(names: &[String]) -> Vec<String> {
    names.iter().map(|name| bare(name)).collect()
}

/// Describes ports for people. A number without a protocol is a TCP port, because nearly all ports
/// are.
fn describe_ports(ports: &PortSet) -> String {
    match ports.to_string() {
        all if all == "*" => "everything".to_owned(),
        some => some,
    }
}

/// A format of answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum AnswerFormat {
    #[default]
    Text,
    Json,
}

impl AnswerFormat {
    /// All formats, each with its name on the command line and a line of help.
    pub(crate) const ALL: &[Choice<AnswerFormat>] = &[
        (AnswerFormat::Text, "text", "for people"),
        (AnswerFormat::Json, "json", "one JSON document, with every name and rule"),
    ];
}

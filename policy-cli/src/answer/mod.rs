//! Answers to questions about a policy, written for people and for machines.
//!
//! They are pure functions from answers to text.

mod explain;
mod reach;

use std::borrow::Cow;
use std::path::Path;

use annotate_snippets::normalize_untrusted_str as visible;
use policy_analysis::query::{AppRuleMatch, RuleTexts, SshRuleMatch};
use policy_core::Policy;
use policy_core::access::port_set::PortSet;
use policy_core::source::Origin;
use serde_json::{Value, json};

use crate::argument::Choice;
use crate::places::Places;

pub(crate) use explain::ExplainAnswer;
pub(crate) use reach::{Listing, ReachAnswer, describe_login};

/// Writes the rules of a policy, with their places.
pub(crate) struct RulePrinter<'a> {
    policy: &'a Policy,
    places: Places<'a>,
    texts: RuleTexts<'a>,
}

impl<'a> RulePrinter<'a> {
    pub(crate) fn new(path: &'a Path, policy: &'a Policy) -> Self {
        RulePrinter { policy, places: Places::new(path, policy), texts: RuleTexts::new(policy) }
    }

    /// What programs call the policy.
    fn file(&self) -> Cow<'a, str> {
        self.places.path.to_string_lossy()
    }

    /// The line of a rule; `None` for what a policy without rules allows.
    pub(crate) fn line(&self, rule: Origin) -> Option<usize> {
        self.places.line(rule)
    }

    fn place(&self, rule: Origin) -> String {
        visible(&self.places.link(rule))
    }

    /// The rule on one line.
    pub(crate) fn text(&self, rule: Origin) -> String {
        visible(&self.texts.text(rule))
    }

    /// Each rule with its place before it, the places in a column of their own, and below it what is said of it.
    pub(crate) fn rules(&self, rules: &[(Origin, Vec<String>)]) -> String {
        let width = rules.iter().map(|(rule, _)| self.place(*rule).chars().count()).max().unwrap_or(0);
        let mut text = String::new();
        for (rule, said) in rules {
            text.push_str(&format!("  {:width$}  {}\n", self.place(*rule), self.text(*rule)));
            for line in said {
                text.push_str(&format!("  {:width$}    {}\n", "", visible(line)));
            }
        }
        text
    }

    /// Under which condition a rule with these postures counts, if there are any.
    fn posture(&self, postures: &[String]) -> Option<String> {
        let conditions = |name: &String| {
            let posture = self.policy.postures.iter().find(|posture| *posture.name == **name);
            let conditions = posture.into_iter().flat_map(|posture| &posture.conditions);
            let conditions: Vec<String> = conditions.map(|condition| format!("`{}`", condition.text)).collect();
            format!("`{name}` ({})", conditions.join(" and "))
        };
        let named: Vec<String> = postures.iter().map(conditions).collect();
        (!named.is_empty()).then(|| format!("if the source meets {}", named.join(" or ")))
    }

    fn app_json(&self, app: &AppRuleMatch) -> Value {
        let capabilities: serde_json::Map<String, Value> =
            app.capabilities.iter().map(|(name, values)| (name.clone(), values.clone().into())).collect();
        json!({"line": self.line(app.rule), "app": capabilities, "srcPosture": app.postures})
    }

    fn ssh_json(&self, login: &SshRuleMatch) -> Value {
        json!({
            "line": self.line(login.rule),
            "rule": self.texts.text(login.rule),
            "action": login.action.to_string(),
            "users": login.users,
            "checkPeriod": login.check_period,
            "srcPosture": login.postures,
            "recorder": login.recorder,
        })
    }
}

/// A name as programs have it: words of the policy without backticks.
fn bare(name: &str) -> String {
    match name.strip_prefix('`').and_then(|name| name.strip_suffix('`')) {
        Some(inner) if !inner.contains('`') => inner.to_owned(),
        _ => name.replace('`', ""),
    }
}

fn bare_all(names: &[String]) -> Vec<String> {
    names.iter().map(|name| bare(name)).collect()
}

/// Describes ports as people read them: a number is a port of TCP, which nearly all of them are.
fn describe_ports(ports: &PortSet) -> String {
    match ports.to_string() {
        all if all == "*" => "everything".to_owned(),
        some => some,
    }
}

/// How to write an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum AnswerFormat {
    #[default]
    Text,
    Json,
}

impl AnswerFormat {
    /// All of them, with the name on the command line and a line of help.
    pub(crate) const ALL: &[Choice<AnswerFormat>] = &[
        (AnswerFormat::Text, "text", "for people"),
        (AnswerFormat::Json, "json", "one JSON document, with every name and rule"),
    ];
}

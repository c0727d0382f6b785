//! Answers to questions about a policy, written for people and for machines.
//!
//! They are pure functions from answers to text.

mod explain;
mod reach;

use std::borrow::Cow;
use std::path::Path;

use annotate_snippets::normalize_untrusted_str as visible;
use clap::builder::PossibleValue;
use clap::{Arg, ArgMatches};
use policy_analysis::query::{AppRuleMatch, QueryError, RuleTexts, SshRuleMatch};
use policy_core::Policy;
use policy_core::access::port_set::PortSet;
use policy_core::diagnostic::Problem;
use policy_core::json::{Value, json};
use policy_core::model::{PortRange, Protocol};
use policy_core::source::Origin;

use crate::outcome::Failure;
use crate::places::Places;

pub(crate) use explain::Explained;
pub(crate) use reach::{Direction, Listed, in_short};

/// The policy that is asked, and where its rules stand.
pub(crate) struct Asked<'a> {
    policy: &'a Policy,
    places: Places<'a>,
    texts: RuleTexts<'a>,
}

impl<'a> Asked<'a> {
    pub(crate) fn new(path: &'a Path, policy: &'a Policy) -> Self {
        Asked { policy, places: Places::new(path, policy), texts: RuleTexts::new(policy) }
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
        let capabilities: policy_core::json::Map =
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

/// PortSet as people read them: a number is a port of TCP, which nearly all of them are.
fn in_words(ports: &PortSet) -> String {
    match ports.to_string() {
        all if all == "*" => "everything".to_owned(),
        some => some,
    }
}

/// `--format`.
pub(crate) fn format_argument() -> Arg {
    let formats = [
        PossibleValue::new("text").help("for people"),
        PossibleValue::new("json").help("one JSON document, with every name and rule"),
    ];
    Arg::new("format")
        .long("format")
        .value_name("FORMAT")
        .value_parser(formats)
        .default_value("text")
        .help("How to write the answer")
}

pub(crate) fn is_json(matches: &ArgMatches) -> bool {
    matches.get_one::<String>("format").is_some_and(|format| format == "json")
}

/// The ports of a question.
pub(crate) fn range(text: &str) -> Result<PortRange, Failure> {
    text.parse::<PortRange>().map_err(|problem| failure(&problem))
}

/// One port of a question.
pub(crate) fn port(text: &str) -> Result<u16, Failure> {
    let range = range(text)?;
    match range.first == range.last {
        true => Ok(range.first),
        false => Err(Failure::new(format_args!("`{text}` is more than one port")).help("ask about one, as `443`")),
    }
}

/// The protocol of a question.
pub(crate) fn protocol(text: &str) -> Result<Protocol, Failure> {
    text.parse::<Protocol>().map_err(|problem| failure(&problem))
}

fn failure(problem: &Problem) -> Failure {
    let failure = Failure::new(&problem.message);
    match &problem.help {
        Some(help) => failure.help(help),
        None => failure,
    }
}

/// Why there is no answer.
pub(crate) fn refused(refusal: &QueryError) -> Failure {
    let failure = Failure::new(&refusal.message);
    match &refusal.help {
        Some(help) => failure.help(help),
        None => failure,
    }
}

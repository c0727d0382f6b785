use std::collections::BTreeSet;

use policy_core::model::{Action, CheckPeriod, Duration, SshRule};
use policy_core::source::Text;

/// The terms of an SSH rule: all its parts that concern a connection, except the accounts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct SshTerms {
    action: Action,
    /// For a check, how long an authentication lasts. `None` if every connection needs one.
    period: Option<Duration>,
    accept_env: BTreeSet<String>,
    recorder: BTreeSet<String>,
    is_enforced: bool,
}

impl SshTerms {
    /// Returns the terms of a rule. `action` is its action.
    pub(super) fn new(rule: &SshRule, action: Action) -> SshTerms {
        let period = match (action, &rule.check_period) {
            (Action::Check, Some(period)) => period.duration,
            _ => Some(CheckPeriod::DEFAULT),
        };
        SshTerms {
            action,
            period,
            accept_env: rule.accept_env.iter().map(Text::to_string).collect(),
            recorder: rule.recorder.iter().map(|tag| tag.text.to_ascii_lowercase()).collect(),
            is_enforced: rule.enforce_recorder && !rule.recorder.is_empty(),
        }
    }

    /// Returns whether these terms allow every connection that the other terms allow, without an
    /// additional authentication.
    pub(super) fn are_no_stricter_than(&self, other: &SshTerms) -> bool {
        let is_easier = self.action == Action::Accept || other.action == Action::Check && self.period >= other.period;
        let same_record = (&self.recorder, self.is_enforced) == (&other.recorder, other.is_enforced);
        is_easier && same_record && other.accept_env.is_subset(&self.accept_env)
    }

    /// Describes the terms as an SSH rule of `policy!` does, with the accounts in their place.
    pub(super) fn describe(&self, accounts: &str) -> String {
        let list = |words: &BTreeSet<String>| words.iter().cloned().collect::<Vec<_>>().join(", ");
        let mut text = format!("{} as {accounts}", self.action);
        if self.action == Action::Check && self.period != Some(CheckPeriod::DEFAULT) {
            let period = self.period.map_or("always".to_owned(), |period| period.to_string());
            text.push_str(&format!(" checkPeriod {period}"));
        }
        if !self.accept_env.is_empty() {
            text.push_str(&format!(" acceptEnv {}", list(&self.accept_env)));
        }
        if !self.recorder.is_empty() {
            text.push_str(&format!(" recorder {}", list(&self.recorder)));
        }
        if self.is_enforced {
            text.push_str(" enforceRecorder");
        }
        text
    }
}

use std::str::FromStr;

use crate::diagnostic::{Code, Help, Problem, go_quote, suggestion};
use crate::model::{Duration, List, Selector, Until};
use crate::source::{Origin, Text};

/// An entry of `ssh`.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct SshRule {
    /// `action`. `None` if it is missing or invalid, which [`super::Policy::unreadable`] reports.
    pub action: Option<Action>,
    /// `src`
    pub src: List<Selector>,
    /// `dst`
    pub dst: List<Selector>,
    /// `users`: accounts on the machine. Tailscale accepts almost any text as an account.
    pub users: List<Text>,
    /// `checkPeriod`
    pub check_period: Option<CheckPeriod>,
    /// `acceptEnv`: patterns of environment variables.
    pub accept_env: List<Text>,
    /// `srcPosture`
    pub src_posture: List<Selector>,
    /// `recorder`
    pub recorder: List<Selector>,
    /// `enforceRecorder`
    pub enforce_recorder: bool,
    /// The end date.
    pub until: Option<Until>,
    /// The comment above it.
    pub doc: Option<String>,
    /// The whole entry.
    pub origin: Origin,
}

/// Returns the domain of `localpart:*@domain`, which stands for each user's own account. Without a
/// domain, the text is an ordinary account name.
pub fn localpart_domain(account: &str) -> Option<&str> {
    account.strip_prefix("localpart:*@").filter(|domain| !domain.is_empty())
}

/// The action of an SSH rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum Action {
    /// Allows the login.
    Accept,
    /// Allows the login for users who have authenticated within the check period.
    Check,
}

impl Action {}

impl FromStr for Action {
    type Err = Problem;

    /// Reads `accept` or `check`, in lower case.
    ///
    /// # Errors
    /// For any other text, with Tailscale's message. `ssh-malformed-action-empty`
    /// `ssh-malformed-action-uppercase`
    fn from_str(text: &str) -> Result<Action, Problem> {
        match text {
            "accept" => Ok(Action::Accept),
            "check" => Ok(Action::Check),
            "" => Err(Problem::word(Code::MissingField, "an SSH rule needs an action")
                .help("write `accept` or `check`")
                .tailscale("action must be specified")),
            _ => {
                let help = match suggestion::nearest(text, ["accept", "check"]) {
                    Some(action) => Help::write(action),
                    None => Help::from("write `accept` or `check`; what no rule allows is denied"),
                };
                Err(Problem::word(Code::InvalidAction, format!("`{text}` is not an SSH action"))
                    .help(help)
                    .tailscale(format!("{} is not a valid action", go_quote(text))))
            }
        }
    }
}

impl std::fmt::Display for Action {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Action::Accept => "accept",
            Action::Check => "check",
        })
    }
}

/// The time for which an authentication is valid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckPeriod {
    /// As written.
    pub text: Text,
    /// The duration. `None`, written `always`, if each connection requires authentication.
    pub duration: Option<Duration>,
}

impl CheckPeriod {
    /// The default if a rule has no `checkPeriod`.
    pub const DEFAULT: Duration = Duration::hours(12);
    /// The maximum that Tailscale accepts.
    pub const MAX: Duration = Duration::hours(168);

    /// Reads `always`, or a duration from 0 to 168 hours.
    ///
    /// # Errors
    /// If it is invalid, with Tailscale's message, which has the duration as Go prints it.
    /// `ssh-malformed-checkperiod-too-long`
    pub fn parse(text: &Text) -> Result<CheckPeriod, Problem> {
        let period = Self::parse_unbounded(text)?;
        let Some(duration) = period.duration else { return Ok(period) };
        if duration < Duration::ZERO {
            return Err(Problem::word(Code::InvalidDuration, "a check period cannot be negative")
                .help("write `always` to check at every connection")
                .tailscale(format!("checkPeriod {duration} must be a positive duration")));
        }
        if duration > CheckPeriod::MAX {
            return Err(Problem::word(Code::InvalidDuration, "a check period is at most 168 hours, which is a week")
                .help("write `168h` or less")
                .tailscale(format!("checkPeriod {duration} is above the max (168h)")));
        }
        Ok(period)
    }

    /// Reads `always`, or a duration of any length: headscale checks the bounds only after it has
    /// read everything.
    ///
    /// # Errors
    /// If it is not a duration.
    pub fn parse_unbounded(text: &Text) -> Result<CheckPeriod, Problem> {
        let duration = if text.as_str() == "always" { None } else { Some(text.parse::<Duration>()?) };
        Ok(CheckPeriod { text: text.clone(), duration })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_is_in_lower_case() {
        assert_eq!("check".parse::<Action>(), Ok(Action::Check));
        let problem = "ACCEPT".parse::<Action>().unwrap_err();
        assert_eq!(problem.help.as_deref(), Some("write `accept`"));
        assert_eq!(problem.tailscale.as_deref(), Some("\"ACCEPT\" is not a valid action"));
        assert_eq!("".parse::<Action>().unwrap_err().tailscale.as_deref(), Some("action must be specified"));
    }

    #[test]
    fn a_check_period_has_bounds() {
        let parse = |text: &str| CheckPeriod::parse(&Text::verbatim(text, Origin::default(), 0));
        assert_eq!(parse("always").unwrap().duration, None);
        for good in ["0s", "30s", "12h0m", "168h"] {
            assert!(parse(good).is_ok(), "{good}");
        }
        for (bad, message) in [
            ("168h0m1s", "checkPeriod 168h0m1s is above the max (168h)"),
            ("200h", "checkPeriod 200h0m0s is above the max (168h)"),
            ("-1m", "checkPeriod -1m0s must be a positive duration"),
            ("abc", "time: invalid duration \"abc\""),
        ] {
            assert_eq!(parse(bad).unwrap_err().tailscale.as_deref(), Some(message), "{bad}");
        }
    }
}

//! Waits that a watchdog cannot keep.

use std::time::{Duration, SystemTime};

use policy_core::model;

use super::error::WatchdogError;
use super::parent::IS_SUPPORTED;
use crate::api::Client;

/// The shortest time in which a person can confirm a push.
pub const SHORTEST_WAIT: Duration = Duration::from_secs(10);
/// The longest wait. A push that nobody has confirmed for a day is forgotten.
pub const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);
/// How long a watchdog tries to put the policy back if the server cannot be reached.
pub const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// Whether the API of the control plane can be reached when the policy lets nobody pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiPath {
    /// The way to it does not lead through the tailnet, as far as is known.
    Outside,
    /// The way to it leads through the tailnet, for this reason, such as "`ctl.example.ts.net` is a name of the
    /// tailnet".
    Inside(String),
}

/// What decides whether a watchdog could put the policy back.
#[derive(Clone, Debug)]
pub struct WatchPlan {
    /// How long it is to wait.
    pub wait: Duration,
    /// The way to the API.
    pub api: ApiPath,
    /// How long the token is valid, if it cannot be renewed and its end is known.
    pub token_left: Option<Duration>,
    /// [`super::IS_SUPPORTED`].
    pub is_supported: bool,
}

impl WatchPlan {
    /// Creates the plan of a client that has sent a request, on this system.
    pub fn new(client: &Client, wait: Duration, api: ApiPath) -> WatchPlan {
        let end = client.token_expiry().filter(|_| !client.can_renew_token());
        let token_left = end.map(|end| end.duration_since(SystemTime::now()).unwrap_or_default());
        WatchPlan { wait, api, token_left, is_supported: IS_SUPPORTED }
    }

    /// Returns the reasons why the push must not be made with a watchdog.
    pub fn refusals(&self) -> Vec<WatchdogError> {
        let all = [self.system(), self.length(), self.way(), self.token()];
        all.into_iter().flatten().collect()
    }

    fn system(&self) -> Option<WatchdogError> {
        (!self.is_supported).then(|| {
            WatchdogError::new("`--confirm-within` is not supported on this system, which has no process groups")
                .help("push from a system of the Unix family, or without `--confirm-within`")
        })
    }

    fn length(&self) -> Option<WatchdogError> {
        let (problem, limit) = if self.wait < SHORTEST_WAIT {
            ("less", SHORTEST_WAIT)
        } else if self.wait > LONGEST_WAIT {
            ("more", LONGEST_WAIT)
        } else {
            return None;
        };
        let message = format_args!("`--confirm-within {}` is {problem} than {}", show(self.wait), show(limit));
        Some(WatchdogError::new(message).help("write a time from `10s` to `24h`, such as `5m`"))
    }

    fn way(&self) -> Option<WatchdogError> {
        match &self.api {
            ApiPath::Outside => None,
            ApiPath::Inside(reason) => {
                let message = format_args!(
                    "a policy that locks you out would also keep the watchdog from putting it back: {reason}"
                );
                let help =
                    "push from a machine that reaches the API without the tailnet, or without `--confirm-within`";
                Some(WatchdogError::new(message).help(help))
            }
        }
    }

    fn token(&self) -> Option<WatchdogError> {
        let left = self.token_left?;
        if self.wait.saturating_add(PATIENCE) <= left {
            return None;
        }
        let message = format_args!(
            "the token expires in {}, and the watchdog may need it for {}: the wait, and {} to put the policy back",
            show(left),
            show(self.wait.saturating_add(PATIENCE)),
            show(PATIENCE)
        );
        let help = match left.checked_sub(PATIENCE).filter(|longest| *longest >= SHORTEST_WAIT) {
            Some(longest) => {
                format!("wait for at most `{}`, or use an OAuth client, whose token is renewed", whole_seconds(longest))
            }
            None => "use an OAuth client, whose token is renewed, or a new token".to_owned(),
        };
        Some(WatchdogError::new(message).help(help))
    }
}

/// Returns the time as it is written in options, without zeros at the end: `5m`, and not `5m0s`.
fn show(time: Duration) -> String {
    let nanoseconds = i64::try_from(time.as_nanos()).unwrap_or(i64::MAX);
    let text = model::Duration(nanoseconds).to_string();
    let text = text.strip_suffix("m0s").map_or(text.clone(), |rest| format!("{rest}m"));
    text.strip_suffix("h0m").map_or(text.clone(), |rest| format!("{rest}h"))
}

fn whole_seconds(time: Duration) -> String {
    show(Duration::from_secs(time.as_secs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn plan() -> WatchPlan {
        WatchPlan { wait: 5 * MINUTE, api: ApiPath::Outside, token_left: None, is_supported: true }
    }

    #[test]
    fn a_wait_that_can_be_kept_is_not_refused() {
        for plan in [
            plan(),
            WatchPlan { wait: SHORTEST_WAIT, ..plan() },
            WatchPlan { wait: LONGEST_WAIT, ..plan() },
            WatchPlan { wait: 45 * MINUTE, token_left: Some(60 * MINUTE), ..plan() },
        ] {
            assert_eq!(plan.refusals(), [], "{plan:?}");
        }
    }

    #[test]
    fn a_wait_that_cannot_be_kept_is_refused_with_the_reason() {
        for (plan, message, help) in [
            (
                WatchPlan { wait: Duration::from_millis(9500), ..plan() },
                "`--confirm-within 9.5s` is less than 10s",
                "write a time from `10s` to `24h`, such as `5m`",
            ),
            (
                WatchPlan { wait: LONGEST_WAIT + MINUTE, ..plan() },
                "`--confirm-within 24h1m` is more than 24h",
                "write a time from `10s` to `24h`, such as `5m`",
            ),
            (
                WatchPlan { api: ApiPath::Inside("`100.64.0.9` is an address of the tailnet".into()), ..plan() },
                "a policy that locks you out would also keep the watchdog from putting it back: `100.64.0.9` is an \
                 address of the tailnet",
                "push from a machine that reaches the API without the tailnet, or without `--confirm-within`",
            ),
            (
                WatchPlan { wait: 46 * MINUTE, token_left: Some(60 * MINUTE), ..plan() },
                "the token expires in 1h, and the watchdog may need it for 1h1m: the wait, and 15m to put the policy \
                 back",
                "wait for at most `45m`, or use an OAuth client, whose token is renewed",
            ),
            (
                WatchPlan { token_left: Some(10 * MINUTE), ..plan() },
                "the token expires in 10m, and the watchdog may need it for 20m: the wait, and 15m to put the policy \
                 back",
                "use an OAuth client, whose token is renewed, or a new token",
            ),
            (
                WatchPlan { is_supported: false, ..plan() },
                "`--confirm-within` is not supported on this system, which has no process groups",
                "push from a system of the Unix family, or without `--confirm-within`",
            ),
        ] {
            assert_eq!(plan.refusals(), [WatchdogError::new(message).help(help)]);
        }
    }

    #[test]
    fn times_are_written_as_in_options() {
        for (seconds, text) in [(10, "10s"), (60, "1m"), (90, "1m30s"), (3600, "1h"), (3660, "1h1m"), (3601, "1h0m1s")]
        {
            assert_eq!(show(Duration::from_secs(seconds)), text);
        }
    }
}

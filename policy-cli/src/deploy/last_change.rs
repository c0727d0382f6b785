//! The last change of the live policy, from the tailnet's audit log.

use std::time::{SystemTime, UNIX_EPOCH};

use policy_core::model::Date;
use policy_deploy::api::{ApiErrorKind, PolicyChange};
use policy_deploy::{ApiError, Client};

use super::history;
use crate::failure::Failure;
use crate::output;

/// How long Tailscale keeps the log, in seconds.
const KEPT: u64 = 90 * DAY;
const DAY: u64 = 24 * 60 * 60;

/// A change of the live policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LastChange {
    /// The login of a person, or the name of a credential.
    pub(crate) actor: String,
    /// In the server's words, such as `2027-03-31T12:00:00Z`.
    pub(crate) time: String,
    /// From where, in the server's words, such as `ADMIN_CONSOLE`.
    pub(crate) origin: String,
    /// Whether this change stored the live version. If not, the log does not have the change that did.
    pub(crate) is_live_version: bool,
}

impl LastChange {
    /// Returns a sentence.
    pub(crate) fn describe(&self) -> String {
        let LastChange { actor, time, origin, is_live_version } = self;
        let place = match origin.as_str() {
            "ADMIN_CONSOLE" => "in the admin console".to_owned(),
            "CONFIG_API" => "through the API".to_owned(),
            "" => "from an unknown place".to_owned(),
            other => format!("from `{other}`"),
        };
        if *is_live_version {
            format!("`{actor}` stored it on {time}, {place}.")
        } else {
            format!("The last change in the audit log is not this version: `{actor}` on {time}, {place}.")
        }
    }
}

/// Asks the audit log who changed the policy last. If the server has none, or does not show it to this credential, says
/// so and returns `None`.
///
/// # Errors
/// Fails if the clock cannot be read.
pub(crate) fn last_change(client: &Client, live: &str) -> Result<Option<LastChange>, Failure> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    // The end is exclusive, and the server's clock may be ahead.
    match client.policy_changes(&time(now.saturating_sub(KEPT))?, &time(now + DAY)?) {
        Ok(changes) => Ok(choose(changes, live)),
        Err(ApiError { kind: ApiErrorKind::NotSupported, .. }) => Ok(None),
        Err(ApiError { message, help, .. }) => {
            let help = help.map(|help| format!("; {help}")).unwrap_or_default();
            output::say(&format!("note: it is not known who changed the policy: {message}{help}\n"));
            Ok(None)
        }
    }
}

/// Returns the change that stored the live version, or otherwise the newest change.
fn choose(mut changes: Vec<PolicyChange>, live: &str) -> Option<LastChange> {
    // Times of RFC 3339 in UTC are in the order of their texts.
    changes.sort_by(|a, b| a.time.cmp(&b.time));
    let is_live = |change: &PolicyChange| change.new.as_deref().is_some_and(|new| history::is_same(new, live));
    let found = changes.iter().rev().find(|change| is_live(change));
    let is_live_version = found.is_some();
    let change = found.or_else(|| changes.last())?;
    Some(LastChange {
        actor: change.actor.clone().unwrap_or_else(|| "somebody".to_owned()),
        time: change.time.clone(),
        origin: change.origin.clone().unwrap_or_default(),
        is_live_version,
    })
}

/// Returns a time in seconds since 1970 as RFC 3339.
fn time(seconds: u64) -> Result<String, Failure> {
    let date = Date::today(None, std::time::Duration::from_secs(seconds))?;
    let (hour, minute, second) = (seconds % DAY / 3600, seconds % 3600 / 60, seconds % 60);
    Ok(format!("{date}T{hour:02}:{minute:02}:{second:02}Z"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_one_of_rfc_3339() {
        assert_eq!(time(0).unwrap(), "1970-01-01T00:00:00Z");
        assert_eq!(time(1_835_481_599).unwrap(), "2028-02-29T23:59:59Z");
    }

    #[test]
    fn the_change_is_the_one_that_stored_the_version() {
        let change = |time: &str, actor: Option<&str>, new: Option<&str>| PolicyChange {
            time: time.to_owned(),
            actor: actor.map(str::to_owned),
            origin: Some("CONFIG_API".to_owned()),
            old: None,
            new: new.map(str::to_owned),
        };
        let changes = vec![
            change("2027-03-02T00:00:00Z", Some("ben"), Some("{\"a\":1}")),
            change("2027-03-03T00:00:00Z", None, None),
            change("2027-03-01T00:00:00Z", Some("amy"), Some("{\"a\":1}")),
        ];
        let chosen = |live: &str| choose(changes.clone(), live).unwrap();
        assert_eq!((chosen("{\"a\": 1}").actor.as_str(), chosen("{\"a\": 1}").is_live_version), ("ben", true));
        assert_eq!(
            chosen("{}").describe(),
            "The last change in the audit log is not this version: `somebody` on 2027-03-03T00:00:00Z, through the API."
        );
        assert_eq!(choose(Vec::new(), "{}"), None);
    }
}

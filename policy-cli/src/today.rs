//! The day that a policy is checked for.

use std::time::{SystemTime, UNIX_EPOCH};

use policy_core::Policy;
use policy_core::model::Date;

use crate::failure::Failure;

/// Returns the day that the environment names, or that of the clock.
///
/// # Errors
/// If the environment names no day.
pub(crate) fn today() -> Result<Date, Failure> {
    let variable = std::env::var_os(Date::TODAY_VARIABLE).map(|value| value.to_string_lossy().into_owned());
    let clock = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(Date::today(variable.as_deref(), clock)?)
}

/// Returns the policy as one that is checked for today, if anything of it depends on the day.
pub(crate) fn checked_for_today(policy: Policy) -> Result<Policy, Failure> {
    if policy.endings().is_empty() { Ok(policy) } else { Ok(policy.with_today(today()?)) }
}

//! The date for which a policy is checked.

use std::time::{SystemTime, UNIX_EPOCH};

use policy_core::Policy;
use policy_core::model::Date;

use crate::failure::Failure;
use crate::memory;

/// Returns the date in the environment, or otherwise the date of the clock.
///
/// # Errors
/// Fails if the value in the environment is not a date.
pub fn today() -> Result<Date, Failure> {
    if let Some((variable, clock)) = memory::ask(|memory| (memory.today(), memory.time())) {
        return Ok(Date::today(variable.as_deref(), clock)?);
    }
    let variable = std::env::var_os(Date::TODAY_VARIABLE).map(|value| value.to_string_lossy().into_owned());
    let clock = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(Date::today(variable.as_deref(), clock)?)
}

/// Returns the policy, checked for today if a part of it depends on the date.
pub fn checked_for_today(policy: Policy) -> Result<Policy, Failure> {
    if policy.endings().is_empty() { Ok(policy) } else { Ok(policy.with_today(today()?)) }
}

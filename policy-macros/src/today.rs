//! The day of the build, which end dates are compared with.

use std::time::{SystemTime, UNIX_EPOCH};

use policy_core::diagnostic::Problem;
use policy_core::model::{Date, Policy};
use proc_macro2::TokenStream;
use quote::quote;

use crate::span_range::{Finding, SpanRange};

/// The day, or the problem with the day in the environment.
pub(crate) struct Today(Result<Date, Problem>);

impl Today {
    /// Reads the environment and the clock.
    pub(crate) fn read() -> Today {
        let variable = std::env::var_os(Date::TODAY_VARIABLE).map(|value| value.to_string_lossy().into_owned());
        let clock = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Today(Date::today(variable.as_deref(), clock))
    }

    pub(crate) fn date(&self) -> Option<Date> {
        self.0.as_ref().ok().copied()
    }

    /// Reports an invalid day in the environment, if the policy has an end date.
    pub(crate) fn report(self, policy: &Policy) -> Option<Finding> {
        let problem = self.0.err()?;
        (!policy.endings().is_empty()).then(|| problem.map_origins(|_| SpanRange::call_site()))
    }
}

/// Makes cargo build the crate again when the environment names another day, if the policy has an
/// end date. The passing of a day does not trigger a build.
pub(crate) fn track(policy: &Policy) -> Option<TokenStream> {
    let variable = Date::TODAY_VARIABLE;
    (!policy.endings().is_empty())
        .then(|| quote! { const _: ::core::option::Option<&str> = ::core::option_env!(#variable); })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const ENDS: &str =
        "{\"grants\": [\n// policy: until 2027-03-31\n{\"src\": [\"*\"], \"dst\": [\"*\"], \"ip\": [\"*\"]}]}";

    #[test]
    fn only_a_policy_with_an_end_depends_on_the_day() {
        let today = || Today(Date::today(Some("31.03.2027"), Duration::ZERO));
        let (ends, stays) = (Policy::parse(ENDS), Policy::parse("{\"grants\": []}"));
        assert!(today().date().is_none() && today().report(&stays).is_none() && track(&stays).is_none());
        let finding = today().report(&ends).unwrap();
        assert_eq!(finding.message, "`31.03.2027`, the value of `POLICY_TODAY`, is not a valid date");
        assert_eq!(finding.help.as_deref(), Some("write `POLICY_TODAY=2027-03-31`"));
        let tracked = track(&ends).unwrap().to_string();
        assert!(tracked.contains("option_env") && tracked.contains("\"POLICY_TODAY\""), "{tracked}");
    }
}

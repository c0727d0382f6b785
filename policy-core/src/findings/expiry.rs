//! Rules and other items that have ended or end soon.

use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Ending, EndingKind, LintLevels, Policy};

/// The number of days before the end from which an item is reported.
const NOTICE: i64 = 14;

/// Returns the items that have ended or end soon, on the day that the policy is checked for.
/// Without a day, nothing is returned.
pub(super) fn endings(policy: &Policy) -> Vec<Diagnostic> {
    let Some(today) = policy.today else { return Vec::new() };
    let levels = LintLevels::new(policy);
    let finding = |ending: Ending| {
        let Ending { until, kind, .. } = ending;
        let days = today.days_until(until.date);
        let (what, date) = (kind.noun(), until.date);
        let (code, message) = if days < 0 {
            (Code::Expired, format!("this {what} ended on {date}, {} ago", count_days(-days)))
        } else if days == 0 {
            (Code::ExpiresSoon, format!("this {what} ends today, on {date}"))
        } else {
            (Code::ExpiresSoon, format!("this {what} ends on {date}, in {}", count_days(days)))
        };
        let out = match kind {
            EndingKind::Allow => "fix what it allows and remove it",
            EndingKind::Grant | EndingKind::Acl | EndingKind::SshRule => "remove the rule",
            EndingKind::Test | EndingKind::SshTest => "remove the test",
        };
        Diagnostic::new(code, until.origin, message).help(format!("{out}, or write a later date"))
    };
    // The `until` comment is above the rule, and an `allow` of this warning is there, too.
    let is_reported = |ending: &Ending| {
        let days = today.days_until(ending.until.date);
        days < 0 || days <= NOTICE && !levels.allows(Code::ExpiresSoon, ending.origin)
    };
    policy.endings().into_iter().filter(is_reported).map(finding).collect()
}

fn count_days(days: i64) -> String {
    if days == 1 { "1 day".to_owned() } else { format!("{days} days") }
}

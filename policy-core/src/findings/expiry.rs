//! What has ended, and what ends soon.

use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Ending, EndingKind, Policy};

/// How many days before its end something is reported.
const NOTICE: i64 = 14;

/// Returns what has ended or ends soon, on the day that the policy is checked for. Without a day, nothing has.
pub(super) fn endings(policy: &Policy) -> Vec<Diagnostic> {
    let Some(today) = policy.today else { return Vec::new() };
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
            EndingKind::Allow => "the `allow`",
            EndingKind::Grant | EndingKind::Acl | EndingKind::SshRule => "the rule",
            EndingKind::Test | EndingKind::SshTest => "the test",
        };
        Diagnostic::new(code, until.origin, message).help(format!("take {out} out, or write a later date"))
    };
    let endings = policy.endings().into_iter();
    endings.filter(|ending| today.days_until(ending.until.date) <= NOTICE).map(finding).collect()
}

fn count_days(days: i64) -> String {
    if days == 1 { "1 day".to_owned() } else { format!("{days} days") }
}

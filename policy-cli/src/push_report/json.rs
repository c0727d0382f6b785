//! The JSON format, for programs.

use policy_core::json::{ToJson, Value, json};
use policy_deploy::api::{Verdict, VerdictItem};

use super::{Difference, GuardRow, PushReport};
use crate::diff_report;
use crate::json::{VERSION, array};

/// Returns the whole report as one object.
pub(crate) fn value(report: &PushReport) -> Value {
    let review = report.review.as_ref();
    let end = report.end.as_ref();
    let difference = review.map_or(Value::Null, |review| match &review.difference {
        Difference::Access(report) => diff_report::json::value(report),
        Difference::Text(_) => Value::Null,
    });
    let text = review.and_then(|review| match &review.difference {
        Difference::Access(_) => None,
        Difference::Text(text) => Some(text.as_str()),
    });
    let backup = end.and_then(|end| end.backup.as_ref());
    json!({
        "version": VERSION,
        "policy": report.policy,
        "tailnet": report.tailnet,
        "api": report.api,
        "from": report.live.as_ref().map(|live| live.hash.as_str()),
        "to": report.to,
        "live": report.live.as_ref().map(|live| live.standing.as_str()),
        "difference": difference,
        "textDifference": text,
        "guards": review.map_or(Value::Null, |review| array(&review.guards, &guard)),
        "server": review.map_or(Value::Null, |review| json!({
            "new": verdict(review.server.new.as_ref()),
            "live": verdict(review.server.live.as_ref()),
        })),
        "notes": review.map_or(Value::Null, |review| array(&review.notes, &|note| note.to_json())),
        "outcome": end.map(|end| end.outcome),
        "exitStatus": end.map(|end| end.status),
        "message": end.map(|end| end.message.as_str()),
        "help": end.and_then(|end| end.help.as_deref()),
        "backup": backup.map_or(Value::Null, |backup| json!({
            "path": backup.path.to_string_lossy(),
            "restore": backup.restore,
        })),
    })
}

fn guard(row: &GuardRow) -> Value {
    json!({
        "name": row.name,
        "title": row.title,
        "result": row.state.name(),
        "details": array(&row.details, &|detail| detail.to_json()),
        "stops": row.stops,
        "accepted": row.is_accepted,
    })
}

fn verdict(verdict: Option<&Verdict>) -> Value {
    let item = |item: &VerdictItem| {
        json!({
            "subject": item.subject,
            "message": item.message,
            "line": item.position.map(|(line, _)| line),
            "column": item.position.map(|(_, column)| column),
        })
    };
    verdict.map_or(Value::Null, |verdict| {
        json!({
            "accepted": verdict.is_accepted(),
            "errors": array(&verdict.errors, &item),
            "warnings": array(&verdict.warnings, &item),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{end, report};
    use super::*;

    #[test]
    fn every_key_is_always_there() {
        let mut whole = report(Difference::Text("-a\n".to_owned()));
        whole.end = Some(end());
        let mut empty = report(Difference::Text(String::new()));
        (empty.live, empty.review) = (None, None);
        let keys = |report: &PushReport| value(report).as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(&whole), keys(&empty));
        let value = value(&whole).to_string();
        assert!(value.contains(r#""outcome":"written""#) && value.contains(r#""accepted":true"#), "{value}");
    }
}

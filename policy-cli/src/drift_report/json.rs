//! The JSON format, for programs.

use policy_core::json::{Value, json};

use super::{Difference, DriftReport};
use crate::deploy::history::{Commit, Standing};
use crate::diff_report;
use crate::json::VERSION;
use crate::report::Report;

pub(super) fn value(report: &DriftReport) -> Value {
    let diff = match &report.difference {
        Difference::Access(diff) => Some(diff),
        _ => None,
    };
    json!({
        "version": VERSION,
        "policy": report.path.to_string_lossy(),
        "server": report.server,
        "etag": report.etag,
        "difference": match report.difference {
            Difference::None => "none",
            Difference::Comments => "comments",
            Difference::Text => "text",
            Difference::Access(_) => "access",
            Difference::Unreadable { .. } => "unreadable",
        },
        "newAccess": diff.is_some_and(|diff| diff.gives_access()),
        "changes": diff.map_or_else(|| json!([]), |diff| diff_report::json::changes(diff, diff.diff)),
        "devices": diff.and_then(|diff| Some(diff_report::json::changes(diff, diff.devices?))),
        "standing": standing(report.standing),
        "lastChange": report.change.map(|change| json!({
            "actor": change.actor,
            "time": change.time,
            "origin": change.origin,
            "isLiveVersion": change.is_live_version,
        })),
        "diagnostics": report.findings.map(Report::to_json),
    })
}

fn standing(standing: &Standing) -> Value {
    let commit = |commit: &Commit| json!({"id": commit.id, "date": commit.date, "subject": commit.subject});
    match standing {
        Standing::Live => json!({"kind": "live"}),
        Standing::Ancestor { commit: found, behind } => {
            json!({"kind": "ancestor", "commit": commit(found), "behind": behind})
        }
        Standing::Other { commit: found, branch } => {
            json!({"kind": "other", "commit": commit(found), "branch": branch})
        }
        Standing::Default => json!({"kind": "default"}),
        Standing::Unknown { is_shallow, compared } => {
            json!({"kind": "unknown", "isShallow": is_shallow, "compared": compared})
        }
        Standing::NoHistory { reason } => json!({"kind": "noHistory", "reason": reason}),
    }
}

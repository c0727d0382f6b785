//! The JSON format, for programs.

use policy_analysis::diff::{Area, Change, Diff, Direction, Relation, Term};
use policy_core::json::{Value, json};

use super::DiffReport;
use crate::json::{VERSION, array};

/// Returns the changes of one comparison.
pub(crate) fn changes(report: &DiffReport, diff: &Diff) -> Value {
    array(&diff.changes, &|change| change_value(report, change))
}

/// Returns all differences as one object.
pub(crate) fn value(report: &DiffReport) -> Value {
    let changes = |diff: &Diff| changes(report, diff);
    let mut value = json!({
        "version": VERSION,
        "old": report.old.path.to_string_lossy(),
        "new": report.new.path.to_string_lossy(),
        "textChanged": report.diff.is_text_changed,
        "meaningChanged": !report.is_empty(),
        "newAccess": report.gives_access(),
        "changes": changes(report.diff),
    });
    if let (Some(devices), Some(object)) = (report.devices, value.as_object_mut()) {
        object.insert("devices".to_owned(), changes(devices));
    }
    value
}

fn change_value(report: &DiffReport, change: &Change) -> Value {
    let terms = |terms: &[Term]| array(terms, &|term| json!({"word": term.word, "except": term.except}));
    let locations = report.locations(change);
    let mut rule = json!({"column": locations.column(change.rule)});
    locations.location(change.rule).add_to(&mut rule);
    json!({
        "area": area(change.area),
        "direction": match change.direction {
            Direction::Gained => "gained",
            Direction::Lost => "lost",
        },
        "newAccess": change.is_new_access,
        "sources": terms(&change.sources),
        "destinations": terms(&change.destinations),
        "between": match change.relation {
            Relation::Any => "any",
            Relation::Own => "ownDevices",
            Relation::Others => "devicesOfOthers",
        },
        "what": change.what,
        "when": change.when,
        "unless": change.unless,
        "via": change.via,
        "after": change.after.map(|date| date.to_string()),
        "until": change.until.map(|date| date.to_string()),
        "rule": rule,
        "text": change.to_string(),
    })
}

fn area(area: Area) -> &'static str {
    match area {
        Area::Access => "access",
        Area::Ssh => "ssh",
        Area::App => "app",
        Area::Ownership => "tagOwners",
        Area::Tag => "tags",
        Area::Approval => "autoApprovers",
        Area::Attribute => "nodeAttrs",
        Area::Posture => "postures",
        Area::Setting => "settings",
    }
}

//! The Markdown format, for a comment on a pull request.

use policy_analysis::diff::{Change, Diff, Direction};

use super::{AREAS, DiffReport, sign};
use crate::render::markdown;
use crate::render::prose::{Prose, Span, Table};

/// The maximum number of rows in a table. GitHub refuses comments that are too long.
const MOST_ROWS: usize = 100;

/// Returns the comment. Gained access is visible, and everything else is folded.
pub(crate) fn page(report: &DiffReport) -> String {
    let mut out = String::from("### Effects of this policy change\n\n");
    out.push_str(&body(report));
    out
}

/// Returns the comment without its title.
pub(crate) fn body(report: &DiffReport) -> String {
    if report.is_empty() {
        return format!("{}\n", report.describe_sameness());
    }
    let mut out = String::new();
    let is_lost = |change: &Change| change.area.is_access() && change.direction == Direction::Lost;
    let is_other = |change: &Change| !change.is_new_access && !is_lost(change);
    match table(report, report.diff, |change| change.is_new_access) {
        Some((count, table)) => out.push_str(&format!("**New access: {count}**\n\n{table}\n")),
        None => out.push_str("**No new access.**\n\n"),
    }
    fold(&mut out, "Removed access", table(report, report.diff, is_lost));
    fold(&mut out, "Other differences", table(report, report.diff, is_other));
    if let Some(devices) = report.devices {
        let all = table(report, devices, |_| true);
        if all.is_none() {
            out.push_str("Nothing changes between the devices that are known.\n\n");
        }
        fold(&mut out, "Device by device", all);
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn fold(out: &mut String, title: &str, table: Option<(usize, String)>) {
    if let Some((count, table)) = table {
        out.push_str(&format!("<details><summary>{title}: {count}</summary>\n\n{table}\n</details>\n\n"));
    }
}

/// Returns the number of some changes, and a table of them.
fn table(report: &DiffReport, diff: &Diff, is_told: impl Fn(&Change) -> bool) -> Option<(usize, String)> {
    let areas =
        AREAS.iter().flat_map(|&(area, heading)| report.changes_in(diff, area).map(move |change| (heading, change)));
    let all: Vec<(&str, &Change)> = areas.filter(|(_, change)| is_told(change)).collect();
    let rows = all.iter().take(MOST_ROWS).map(|(heading, change)| {
        let to = Prose::codes(change.destination_text());
        vec![
            Prose(vec![Span::Code(sign(change.direction).to_string()), Span::Text(format!(" {heading}"))]),
            Prose::codes(change.sources.iter().map(ToString::to_string)),
            to,
            Prose::codes([change.access_text()]),
            Prose::text(report.line(change)),
        ]
    });
    let headings = ["", "from", "to", "what", "rule"].map(Prose::text).to_vec();
    let mut text = markdown::table(&Table { headings, rows: rows.collect() });
    if all.len() > MOST_ROWS {
        text.push_str(&format!("\nand {} more, which `policy diff` prints\n", all.len() - MOST_ROWS));
    }
    (!all.is_empty()).then_some((all.len(), text))
}

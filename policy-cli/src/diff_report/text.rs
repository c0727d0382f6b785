//! The text format, for people.

use policy_analysis::diff::Diff;

use super::{AREAS, DiffReport, sign};
use crate::text::visible;

/// Returns all changes by area, each with the location of its rule.
pub(crate) fn page(report: &DiffReport) -> String {
    let mut out = String::new();
    section(&mut out, report, report.diff, "");
    if let Some(devices) = report.devices {
        section(&mut out, report, devices, ", device by device");
        if devices.is_empty() && !report.diff.is_empty() {
            out.push_str("Nothing changes between the devices that are known.\n\n");
        }
    }
    if report.is_empty() {
        return format!("{}\n", report.describe_sameness());
    }
    out.push_str(&format!("{}\n", report.summary()));
    out
}

fn section(out: &mut String, report: &DiffReport, diff: &Diff, title: &str) {
    for (area, heading) in AREAS {
        let lines: Vec<(String, String)> = report
            .changes_in(diff, area)
            .map(|change| (visible(&format!("{} {change}", sign(change.direction))), visible(&report.line(change))))
            .collect();
        if lines.is_empty() {
            continue;
        }
        out.push_str(&format!("{heading}{title}\n"));
        let width = lines.iter().map(|(line, _)| line.chars().count()).filter(|width| *width <= WIDEST).max();
        for (line, place) in lines {
            let pad = width.unwrap_or_default().saturating_sub(line.chars().count());
            out.push_str(&format!("  {line}{}  ({place})\n", " ".repeat(pad)));
        }
        out.push('\n');
    }
}

/// The width up to which locations are aligned. A longer line has its location directly after it.
const WIDEST: usize = 90;

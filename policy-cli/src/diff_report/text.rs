//! The text format, for people.

use policy_analysis::diff::{Diff, Direction};

use super::{AREAS, DiffReport, sign};
use crate::style::{BAD, GOOD, HEADING, PLACE, paint};
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
        let lines: Vec<Line> = report
            .changes_in(diff, area)
            .map(|change| Line {
                direction: change.direction,
                change: visible(&format!("{} {change}", sign(change.direction))),
                place: visible(&report.line(change)),
            })
            .collect();
        if lines.is_empty() {
            continue;
        }
        out.push_str(&format!("{}\n", paint(HEADING, &format!("{heading}{title}"))));
        let width = lines.iter().map(|line| line.change.chars().count()).filter(|width| *width <= WIDEST).max();
        for Line { direction, change, place } in lines {
            let pad = width.unwrap_or_default().saturating_sub(change.chars().count());
            let style = match direction {
                Direction::Gained => GOOD,
                Direction::Lost => BAD,
            };
            let change = paint(style, &change);
            out.push_str(&format!("  {change}{}  ({})\n", " ".repeat(pad), paint(PLACE, &place)));
        }
        out.push('\n');
    }
}

/// A change as it is printed.
struct Line {
    direction: Direction,
    change: String,
    place: String,
}

/// The width up to which locations are aligned. A longer line has its location directly after it.
const WIDEST: usize = 90;

//! The text format, for people.

use std::path::Path;

use super::{Difference, DriftReport};
use crate::deploy::LIVE;
use crate::style::{BAD, GOOD, HEADING, paint};
use crate::text::{harmless, visible};
use crate::{diff, diff_report};

pub(super) fn page(report: &DriftReport) -> String {
    let mut out = String::new();
    let style = if report.differs() { BAD } else { GOOD };
    let headline = visible(&report.headline());
    out.push_str(&format!("{}\n", paint(style, &headline)));
    for fact in report.facts() {
        out.push_str(&format!("{}\n", visible(&fact)));
    }
    match &report.difference {
        Difference::None => {}
        Difference::Access(diff) => {
            let name = visible(&report.path.to_string_lossy());
            let legend = format!("`+` is in the tailnet's policy and not in {name}, `-` is the reverse.");
            out.push_str(&format!("{}\n\n{}", legend, diff_report::text::page(diff)));
        }
        Difference::Comments | Difference::Text | Difference::Unreadable { .. } => {
            out.push_str(&format!("\n{}", harmless(&texts(report.path, report.texts))));
        }
    }
    if let Some(findings) = report.findings {
        let found = findings.to_texts();
        if !found.is_empty() {
            let heading = "In the present tailnet, the policy has errors:";
            out.push_str(&format!("\n{}\n{}", paint(HEADING, heading), found.concat()));
        }
    }
    out
}

/// Returns the lines that differ, from ours to those of the tailnet.
pub(super) fn texts(path: &Path, [ours, live]: [&str; 2]) -> String {
    let name = path.as_os_str().as_encoded_bytes();
    String::from_utf8_lossy(&diff::between([name, LIVE.as_bytes()], ours.as_bytes(), live.as_bytes())).into_owned()
}

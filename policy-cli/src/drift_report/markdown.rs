//! The Markdown format, for an issue or a comment on a pull request.

use super::text::texts;
use super::{Difference, DriftReport};
use crate::diff_report;
use crate::render::markdown;
use crate::render::prose::{Block, Prose};
use crate::text::visible_lines;

/// The maximum length of a difference of texts. GitHub refuses comments that are too long.
const LONGEST: usize = 30_000;

pub(super) fn page(report: &DriftReport) -> String {
    let mut out = String::from("### Drift of the tailnet's policy\n\n");
    let mut blocks = vec![Block::Paragraph(Prose::comment(&report.headline()))];
    blocks.extend(report.facts().iter().map(|fact| Block::Paragraph(Prose::comment(fact))));
    out.push_str(&markdown::blocks(&blocks));
    match &report.difference {
        Difference::None => {}
        Difference::Access(diff) => {
            let legend = format!(
                "`+` is in the tailnet's policy and not in {}, `-` is the reverse.",
                report.path.to_string_lossy()
            );
            out.push_str(&markdown::blocks(&[Block::Paragraph(Prose::comment(&legend))]));
            out.push_str(&format!("{}\n", diff_report::markdown::body(diff)));
        }
        Difference::Comments | Difference::Text | Difference::Unreadable { .. } => {
            let lines = texts(report.path, report.texts);
            fold(&mut out, "Lines that differ", &block("diff", &lines));
        }
    }
    if let Some(findings) = report.findings.map(|report| report.to_texts()).filter(|found| !found.is_empty()) {
        fold(&mut out, "Errors in the present tailnet", &block("text", &findings.concat()));
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn fold(out: &mut String, title: &str, content: &str) {
    out.push_str(&format!("<details><summary>{title}</summary>\n\n{content}\n</details>\n\n"));
}

/// Returns a code block that its content cannot end.
fn block(language: &str, content: &str) -> String {
    let cut = content.char_indices().nth(LONGEST).map_or(content.len(), |(at, _)| at);
    let content = visible_lines(&content.get(..cut).unwrap_or_default().replace('\t', "    "));
    let longest = content.split(|char| char != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}\n", content.trim_end_matches('\n'))
}

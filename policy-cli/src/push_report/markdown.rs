//! The Markdown format, for a comment on a pull request or the summary of a job.

use super::{Difference, PushReport, Review, short, shown};
use crate::diff_report;
use crate::render::markdown;
use crate::render::prose::{Block, Prose, Span, Table};
use crate::text::visible_lines;

/// Returns the whole report.
pub(crate) fn page(report: &PushReport) -> String {
    let mut out = String::from("## Push of the tailnet policy\n\n");
    if let Some(end) = &report.end {
        let sentence = format!("{}.", end.message);
        let mut blocks = vec![Block::Paragraph(Prose::comment(&sentence))];
        blocks.extend(end.help.iter().map(|help| Block::Paragraph(Prose::comment(&format!("Help: {help}.")))));
        out.push_str(&markdown::blocks(&blocks));
    }
    out.push_str(&markdown::blocks(&[Block::List(header(report))]));
    if let Some(review) = &report.review {
        match &review.difference {
            Difference::Access(report) => out.push_str(&diff_report::markdown::page(report)),
            Difference::Text(text) => out.push_str(&format!("{0}diff\n{1}{0}\n", fence(text), visible_lines(text))),
        }
        out.push_str("\n### Guards\n\n");
        out.push_str(&markdown::table(&guards(review)));
        out.push('\n');
        let notes: Vec<Prose> = review.notes.iter().map(|note| Prose::comment(note)).collect();
        if !notes.is_empty() {
            out.push_str(&markdown::blocks(&[Block::List(notes)]));
        }
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn header(report: &PushReport) -> Vec<Prose> {
    let text = |text: String| Span::Text(text);
    let code = |hash: &str| Span::Code(short(hash).to_owned());
    let mut items = vec![Prose::text(format!("Tailnet: {}", report.target()))];
    if let Some(live) = &report.live {
        items.push(Prose(vec![text("Live: ".to_owned()), code(&live.hash), text(format!(", {}", live.standing))]));
    }
    items.push(Prose(vec![text("New: ".to_owned()), code(&report.to), text(format!(", {}", report.policy))]));
    if let Some(backup) = report.end.as_ref().and_then(|end| end.backup.as_ref()) {
        let path = backup.path.to_string_lossy();
        items.push(Prose(vec![text("Backup: ".to_owned()), Span::Code(path.into_owned())]));
    }
    items
}

fn guards(review: &Review) -> Table {
    let row = |mark: char, title: String, details: &[String]| {
        vec![Prose::text(mark), Prose::comment(&title), Prose::comment(&shown(details).join("; "))]
    };
    let mut rows = Vec::new();
    for guard in &review.guards {
        let accepted = if guard.is_accepted { " (accepted)" } else { "" };
        rows.push(row(guard.state.mark(), format!("{}{accepted}", guard.title), &guard.details));
    }
    let server = &review.server;
    rows.push(row(server.state().mark(), server.summary().to_owned(), &server.details()));
    Table { headings: ["", "guard", "found"].map(Prose::text).to_vec(), rows }
}

/// Returns a fence that is longer than any in the text.
fn fence(text: &str) -> String {
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or_default();
    "`".repeat(longest.saturating_add(1).max(3))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{end, report};
    use super::*;

    #[test]
    fn the_end_comes_first() {
        let mut report = report(Difference::Text("-```\n+b\n".to_owned()));
        report.end = Some(end());
        assert_eq!(
            page(&report),
            "\
## Push of the tailnet policy

the policy is live.

- Tailnet: the tailnet of the credential, at https://headscale.example.com
- Live: `aaaaaaaaaaaa`, commit 1a2b3c4, 2 commits behind
- New: `bbbbbbbbbbbb`, policy.hujson
- Backup: `/state/a.hujson`

````diff
-```
+b
````

### Guards

| | guard | found |
| --- | --- | --- |
| ✓ | administrators keep port 22 and SSH | |
| ✗ | tags in use keep an owner (accepted) | `tag:web` on `www` has no owner |
| ? | this machine keeps what it reaches | its address is unknown |
| ✓ | the server accepts this policy, and would take the live one back | warning: alice@example.com: user not found |

- users and devices are those of the API
"
        );
    }
}

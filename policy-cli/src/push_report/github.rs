//! The format of GitHub Actions: one annotation for each thing to look at, and one for the end.

use super::{GuardState, PushReport, line, shown};
use crate::report::github_command;

/// Returns the annotations.
pub(crate) fn page(report: &PushReport) -> String {
    let mut out = String::new();
    let mut add = |level: &str, title: &str, message: String| {
        out.push_str(&github_command(level, &[("title", title.to_owned())], &message));
    };
    if let Some(review) = &report.review {
        for guard in review.guards.iter().filter(|guard| guard.state != GuardState::Holds) {
            let level = if guard.stops && !guard.is_accepted { "error" } else { "warning" };
            let lines: Vec<String> = std::iter::once(guard.title.clone()).chain(shown(&guard.details)).collect();
            add(level, guard.name, lines.join("\n"));
        }
        if let Some(new) = &review.server.new {
            for (level, items) in [("error", &new.errors), ("warning", &new.warnings)] {
                items.iter().for_each(|item| add(level, "server", line(item)));
            }
        }
        for item in review.server.live_errors() {
            add("warning", "server", format!("the live policy: {}", line(item)));
        }
    }
    if let Some(end) = &report.end {
        let help = end.help.iter().map(|help| format!("help: {help}"));
        let lines: Vec<String> = std::iter::once(end.message.clone()).chain(help).collect();
        add(if end.status == 0 { "notice" } else { "error" }, end.outcome, lines.join("\n"));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::tests::{end, report};
    use super::super::{Difference, End};
    use super::*;

    #[test]
    fn what_holds_is_not_annotated() {
        let mut report = report(Difference::Text(String::new()));
        report.end = Some(End { status: 1, help: Some("push again".to_owned()), ..end() });
        assert_eq!(
            page(&report),
            "\
::warning title=tags::tags in use keep an owner%0A`tag:web` on `www` has no owner
::error title=this-machine::this machine keeps what it reaches%0Aits address is unknown
::warning title=server::alice@example.com: user not found
::error title=written::the policy is live%0Ahelp: push again
"
        );
    }
}

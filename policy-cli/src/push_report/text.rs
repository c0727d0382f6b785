//! The text format, for people. It is printed in pieces, because a question comes in between.

use super::{Difference, GuardState, PushReport, Review, short, shown};
use crate::diff_report;
use crate::style::{BAD, GOOD, HEADING, UNKNOWN, paint};
use crate::text::{visible, visible_lines};

/// Returns everything that is known before the write.
pub(crate) fn review(report: &PushReport) -> String {
    let mut out = header(report);
    if let Some(review) = &report.review {
        out.push('\n');
        out.push_str(&difference(review));
        out.push('\n');
        guards(&mut out, review);
    }
    out
}

fn header(report: &PushReport) -> String {
    let mut out = format!("Tailnet  {}\n", visible(&report.target()));
    if let Some(live) = &report.live {
        out.push_str(&format!("Live     {}  {}\n", short(&live.hash), visible(&live.standing)));
    }
    out.push_str(&format!("New      {}  {}\n", short(&report.to), visible(&report.policy)));
    out
}

fn difference(review: &Review) -> String {
    match &review.difference {
        Difference::Access(report) => diff_report::text::page(report),
        Difference::Text(text) => visible_lines(text),
    }
}

fn guards(out: &mut String, review: &Review) {
    out.push_str(&format!("{}\n", paint(HEADING, "Guards")));
    for guard in &review.guards {
        let accepted = if guard.is_accepted { "  (accepted)" } else { "" };
        row(out, guard.state, &format!("{}{accepted}", guard.title), &guard.details);
    }
    row(out, review.server.state(), review.server.summary(), &review.server.details());
    for note in &review.notes {
        out.push_str(&format!("note: {}\n", visible(note)));
    }
}

fn row(out: &mut String, state: GuardState, title: &str, details: &[String]) {
    let style = match state {
        GuardState::Holds => GOOD,
        GuardState::Violated => BAD,
        GuardState::Unknown => UNKNOWN,
    };
    out.push_str(&format!("  {} {}\n", paint(style, &state.mark().to_string()), visible(title)));
    for detail in shown(details) {
        out.push_str(&format!("      {}\n", visible(&detail)));
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::report;
    use super::*;

    #[test]
    fn all_is_said_before_the_question() {
        let text = anstream::adapter::strip_str(&review(&report(Difference::Text("-a\n+b\n".to_owned())))).to_string();
        assert_eq!(
            text,
            "\
Tailnet  the tailnet of the credential, at https://headscale.example.com
Live     aaaaaaaaaaaa  commit 1a2b3c4, 2 commits behind
New      bbbbbbbbbbbb  policy.hujson

-a
+b

Guards
  ✓ administrators keep port 22 and SSH
  ✗ tags in use keep an owner  (accepted)
      `tag:web` on `www` has no owner
  ? this machine keeps what it reaches
      its address is unknown
  ✓ the server accepts this policy, and would take the live one back
      warning: alice@example.com: user not found
note: users and devices are those of the API
"
        );
    }
}

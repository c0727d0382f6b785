//! The colours of results for people. [`output::print`](crate::output::print) takes them away where none are wanted.

use anstyle::{AnsiColor, Style};

/// What is as it should be: gained, allowed, passing.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
/// What is not: lost, denied, failing.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
/// What is not known.
pub(crate) const UNKNOWN: Style = AnsiColor::Yellow.on_default().bold();
/// A heading.
pub(crate) const HEADING: Style = Style::new().bold();
/// A place in a file.
pub(crate) const PLACE: Style = AnsiColor::Cyan.on_default();

/// Returns a text in a style. It goes back to the terminal's own after it.
pub(crate) fn paint(style: Style, text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("{style}{text}{style:#}") }
}

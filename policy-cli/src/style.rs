//! The colours of text output. [`output::print`](crate::output::print) removes them where they are
//! not wanted.

use anstyle::{AnsiColor, Style};

/// The style of good results: gained, allowed, passing.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
/// The style of bad results: lost, denied, failing.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
/// The style of unknown results.
pub(crate) const UNKNOWN: Style = AnsiColor::Yellow.on_default().bold();
/// The style of headings.
pub(crate) const HEADING: Style = Style::new().bold();
/// The style of places in files.
pub(crate) const PLACE: Style = AnsiColor::Cyan.on_default();

/// Returns a text in a style, followed by a reset to the terminal's default style.
pub(crate) fn paint(style: Style, text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("{style}{text}{style:#}") }
}

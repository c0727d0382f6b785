//! The exit status of a command.

use std::process::ExitCode;

/// The result of a command, for the shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExitStatus {
    /// All is well: 0.
    Success,
    /// There is something to look at, an error or a difference: 1.
    Findings,
    /// Part of the work could not be done, and the reason is already on stderr: 2.
    Incomplete,
}

impl ExitStatus {
    /// Returns [`ExitStatus::Findings`] if there are some, and [`ExitStatus::Success`] otherwise.
    pub fn with_findings(has_findings: bool) -> ExitStatus {
        if has_findings { ExitStatus::Findings } else { ExitStatus::Success }
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> ExitCode {
        ExitCode::from(match status {
            ExitStatus::Success => 0,
            ExitStatus::Findings => 1,
            ExitStatus::Incomplete => 2,
        })
    }
}

//! The exit status of a command.

use std::process::ExitCode;

/// The result of a command, for the shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExitStatus {
    /// Success: 0.
    Success,
    /// Findings, such as an error or a difference: 1.
    Findings,
    /// A part of the work could not be done, and the reason is already on stderr: 2.
    Incomplete,
    /// A push wrote the policy and then put the old one back: 3.
    PutBack,
    /// A push wrote the policy, and what the tailnet has now is not what it should be, or is not known: 4.
    Unsure,
}

impl ExitStatus {
    /// Returns [`ExitStatus::Findings`] if there are findings, and [`ExitStatus::Success`]
    /// otherwise.
    pub fn with_findings(has_findings: bool) -> ExitStatus {
        if has_findings { ExitStatus::Findings } else { ExitStatus::Success }
    }

    /// Returns the exit status of a push with this number. One that is not known counts as the worst.
    #[cfg(feature = "deploy")]
    pub(crate) fn of_push(number: u8) -> ExitStatus {
        match number {
            0 => ExitStatus::Success,
            1 => ExitStatus::Findings,
            2 => ExitStatus::Incomplete,
            3 => ExitStatus::PutBack,
            _ => ExitStatus::Unsure,
        }
    }
}

impl From<ExitStatus> for u8 {
    fn from(status: ExitStatus) -> u8 {
        match status {
            ExitStatus::Success => 0,
            ExitStatus::Findings => 1,
            ExitStatus::Incomplete => 2,
            ExitStatus::PutBack => 3,
            ExitStatus::Unsure => 4,
        }
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> ExitCode {
        ExitCode::from(u8::from(status))
    }
}

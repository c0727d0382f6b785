//! The dead man's switch of a push: a process that puts the old policy back unless the new one is confirmed.
//!
//! The push calls [`start`] before it writes. That runs the same program again, which calls [`run`]: the watchdog. It
//! has its own process group and no terminal, so it outlives both the push and the session in which it was started.
//! The push says how the write ended with [`Watchdog::written`] and waits with [`Watchdog::wait`]. Another session
//! confirms with [`PendingPushes::confirm`]. Only the watchdog decides, and it only writes over the version that the
//! push wrote.
//!
//! If the push ends before it has said how the write ended, the watchdog reads the live policy at the end of the wait.

mod conclusion;
mod confirm;
mod deadline;
mod enter;
mod error;
mod fields;
mod frame;
mod message;
mod parent;
mod pending;
mod probe;
mod put_back;
mod refusal;
mod run;

pub use conclusion::{Conclusion, ConfirmedBy, PutBackReason, WatchOutcome};
pub use confirm::ConcludedPush;
pub use deadline::{Deadline, Moment};
pub use enter::EnterKey;
pub use error::WatchdogError;
pub use message::Assignment;
pub use parent::{IS_SUPPORTED, OperatorDecision, Watchdog, start};
pub use pending::{PendingPush, PendingPushes};
pub use probe::{ConfirmationProbe, ProbeFailure};
pub use refusal::{ApiPath, LONGEST_WAIT, PATIENCE, SHORTEST_WAIT, WatchPlan};
pub use run::run;

//! The dead man's switch of a push: a process that puts the old policy back unless the new one is confirmed.
//!
//! The push calls [`start`] before it writes. That runs the same program again, which calls [`run`]: the watchdog. It
//! has its own process group and no terminal, so it outlives both the push and the session in which it was started.
//! The push says how the write ended with [`Watchdog::written`] and waits with [`Watchdog::wait`]. Another session
//! confirms with [`PendingPushes::confirm`]. Only the watchdog decides, and it only writes over the version that the
//! push wrote.
//!
//! | event | what the watchdog does |
//! | --- | --- |
//! | confirmed by Enter, by another session or by a probe | ends; the new policy stays |
//! | the wait ends | puts the old policy back |
//! | the push ends, however, or its terminal is closed | goes on waiting |
//! | the push ends before it has said how its write ended | reads the live policy at the end of the wait, and puts the old one back if the new one is live |
//! | somebody else changes the policy | does not touch it |
//! | the server cannot be reached at the end of the wait | tries again for [`PATIENCE`] |
//! | the machine sleeps through the end of the wait | puts the old policy back when it wakes up |
//! | the wall clock is set | the clock that says that more time has passed decides, see [`Deadline`] |
//! | `SIGTERM`, for example because the machine shuts down | puts the old policy back at once |
//! | `SIGHUP` or `SIGINT`, which come from terminals | goes on waiting |
//!
//! It cannot put anything back if it is ended with `SIGKILL`, or if the machine loses its power or its way to the API.
//! The push notices the first while it waits, and puts the old policy back itself. A session manager that ends the
//! processes of a session, such as systemd with `KillUserProcesses=yes`, sends `SIGTERM` first.
//!
//! A confirmation that comes after the watchdog has begun to put the old policy back comes too late.

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

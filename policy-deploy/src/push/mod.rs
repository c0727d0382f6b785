//! Replaces the live policy, so that nobody's change is lost and it is known what is live afterwards.
//!
//! [`run`] does all steps, and [`prepare`] those before the write. They ask the [`Client`](crate::Client), save a backup
//! in a [`BackupStore`], and leave to an [`Operator`] what a person or a command decides. The command line, CI and the
//! tests all drive the same code.
//!
//! ```text
//! prepare   read the live policy ─▶ same? ─▶ whose? ─▶ validate wanted and live
//! approve   the operator: difference, guards, question
//! apply     backup ─▶ conditional write ─▶ read what is live
//! confirm   the operator; without a confirmation, the old policy is put back
//! ```
//!
//! Every write names the version that it replaces. If the answer to a write does not arrive, only reading tells whether
//! it had its effect. The same write is sent once more if the old version is still live and the server checks the
//! condition itself.
//!
//! # What is certain
//!
//! - The exit status is 0 only if the wanted policy was stored when it was read at the end, up to white space that
//!   Tailscale does not keep.
//! - It is 1 or 2 only if the push stored nothing, and 3 only if the old policy was stored when it was read at the end.
//!   Everything else is 4.
//! - A write replaces the version that was approved, and putting back replaces the version that the push wrote. A version
//!   that somebody else wrote is not overwritten. Versions are compared by their content: a server does not tell two
//!   versions with the same text apart.
//!
//! headscale's `/api/v1`, the only API until 0.29, has no conditional writes. The client reads the policy immediately
//! before it writes. A version that somebody else stores after that reading, and before the write arrives, is lost.

mod backup;
mod log;
mod operator;
mod options;
mod outcome;
mod plan;
mod prepare;
mod prepared;
mod provenance;
mod put_back;
mod refusal;
mod replace;
mod run;
mod session;
mod stop;
mod target;
mod version_name;
mod wanted;

pub use backup::{Backup, BackupDirectory, BackupError, BackupStore};
pub use log::{Log, Record, RecordedGuard};
pub use operator::{Confirmation, Operator, Step};
pub use options::PushOptions;
pub use outcome::{Outcome, Unsure};
pub use plan::{Plan, PlanError, StalePlan};
pub use prepare::{Preparation, prepare};
pub use prepared::Prepared;
pub use provenance::Provenance;
pub use put_back::{PutBack, put_back};
pub use refusal::Refusal;
pub use replace::{Answer, Sight};
pub use run::{Report, run};
pub use session::{Session, Wait};
pub use stop::Stop;
pub use target::Target;
pub use version_name::version_name;
pub use wanted::{Wanted, WantedError};

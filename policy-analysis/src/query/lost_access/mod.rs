//! Finds access that some sources have under one policy and lack under another.
//!
//! Both policies have the same facts. Each is asked about the same pairs of a source and a
//! destination, and the rules between the two ends are subtracted from each other. A rule whose
//! selectors depend on an unknown fact counts only against a rule that depends on the same fact.

mod accounts;
mod comparison;
mod loss;
mod offer;
mod pair;
mod targets;
mod view;

pub use accounts::Account;
pub(crate) use comparison::lost_access;
pub use loss::{AccessKind, Asker, LossDoubt, LostAccess};

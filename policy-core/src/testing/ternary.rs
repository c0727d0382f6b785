//! See [`crate::access::ternary`].

pub use crate::access::ternary::{MissingFact, Ternary};

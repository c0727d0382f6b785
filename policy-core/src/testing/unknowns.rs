//! See [`crate::access::unknowns`].

pub use crate::access::unknowns::{Side, UnknownIndex};

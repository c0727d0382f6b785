//! The commands, one file each.

pub(crate) mod check;
pub(crate) mod compile;
pub(crate) mod emit;
pub(crate) mod fmt;
pub(crate) mod test;

//! `check --fix`: applies the fixes of findings to the files that a policy comes from.
//!
//! `sources` reads the files and finds the fixes, in HuJSON, in `policy!` and in files of invariants.
//! `fixer` applies them, and undoes each one that does harm. `run` writes the files, or the
//! difference.

#[cfg(test)]
mod corpus_tests;
mod fixer;
mod run;
mod sources;
#[cfg(test)]
mod tests;

pub(crate) use run::{Mode, fix};

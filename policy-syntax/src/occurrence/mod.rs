//! The names and keywords in the source of a policy, for editors.
//!
//! They are found by their form, token by token, so that an incomplete statement does not hide the
//! names in others. This module has no parser. It shares the tokens, the cursor and the keywords
//! with the parser.

mod capability;
mod for_loop;
mod name;
#[expect(clippy::module_inception, reason = "the type that the module is about")]
mod occurrence;
mod reader;
mod statement;
#[cfg(test)]
mod tests;

pub use occurrence::{Loop, Occurrence, Scope, Segment};
pub use reader::{occurrences, occurrences_in_invariants};

//! The names and words of a policy where they are written, for an editor.
//!
//! They are found by their shape, token by token, so that a statement that is being written takes nothing from the
//! others. So this does not parse: it shares the tokens, the cursor and the words with the parser.

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
pub use reader::occurrences;

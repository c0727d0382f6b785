//! The things that an editor shows about a policy file: its outline, its names, explanations, and
//! completions. All of it is pure functions on data.
//!
//! Places are ranges of bytes. A front end converts them to the positions of its editor: `policy
//! lsp` to those of the Language Server Protocol, a web page to those of its text field.
//!
//! A text that somebody is typing is rarely valid. [`recover()`] makes a valid one of it, in which
//! everything else keeps its place. A [`Snapshot`] is of such a text, and all questions are asked of
//! a snapshot.
//!
//! Findings are not here: a front end asks [`Policy::check`](policy_core::Policy::check), as the
//! commands do.

mod completion;
mod completion_in_invariants;
mod cursor;
mod edit;
mod expected;
mod fold;
mod hover;
mod lens;
mod lexer;
mod name;
mod node_range;
mod place;
mod recover;
mod rename;
mod snapshot;
mod symbol;
mod token;

pub use completion::{Completion, CompletionKind, completions};
pub use completion_in_invariants::completions_in_invariants;
pub use edit::{Edit, format, format_invariants};
pub use fold::{Fold, folds};
pub use hover::{Hover, hover};
pub use lens::{Lens, LensQuestion, lenses, reached_by, tested};
pub use name::{Name, NameKind};
pub use recover::recover;
pub use rename::{Replacement, check_renamable, rename};
pub use snapshot::Snapshot;
pub use symbol::{Symbol, SymbolKind, symbols};
pub use token::{Token, TokenKind, tokens};

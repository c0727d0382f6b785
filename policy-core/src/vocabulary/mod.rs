//! The keywords of the language as documented items, which editors show for the words in `policy!`.
//!
//! No program uses these items when it runs. The expansion of `policy!` names them, so
//! rust-analyzer can explain `autogroup:internet`, complete `srcPosture`, and so on. There is one
//! module for the top level, and one for each section that has keywords. A word that is not a valid
//! Rust name has a `_` after it and is hidden: it is explained, but not completed.

#![allow(non_upper_case_globals, reason = "the items are spelt as the words of the language are")]

mod assertions;
pub mod autogroup;
pub mod kind;
pub mod port;
pub mod protocol;
mod rules;
pub mod section;

pub use assertions::{ssh_tests, tests};
pub use rules::{
    acls, auto_approvers, capabilities, grants, invariants, ip_sets, lints, lists, node_attrs, shapes, ssh, users,
};

/// A keyword without a value.
#[derive(Debug)]
pub struct Word;

macro_rules! words {
    ($($(#[$doc:meta])* $word:ident)*) => {
        $($(#[$doc])* pub const $word: $crate::vocabulary::Word = $crate::vocabulary::Word;)*
    };
}
use words;

//! The words of the language as documented items: what an editor shows where `policy!` has one of them.
//!
//! No program is built with it. rust-analyzer sees the expansion of `policy!` name these items, and so explains
//! `autogroup:internet`, offers `srcPosture`, and so on. There is a module for each place with words of its own:
//! one for what stands at the top level, and one for each section that has words. A word that is none of Rust's names has
//! a `_` behind it and is hidden, so that it is explained, but not offered.

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

/// A word of the language that stands for no value.
#[derive(Debug)]
pub struct Word;

macro_rules! words {
    ($($(#[$doc:meta])* $word:ident)*) => {
        $($(#[$doc])* pub const $word: $crate::vocabulary::Word = $crate::vocabulary::Word;)*
    };
}
use words;

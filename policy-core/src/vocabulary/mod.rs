//! The keywords of the language as documented items, which editors show for the words in `policy!`.
//!
//! The expansion of `policy!` names these items, so rust-analyzer can explain `autogroup:internet`, complete `srcPosture`, and so on. There is one
//! module for the top level, and one for each section that has keywords. A word that is not a valid
//! Rust name has a `_` after it and is hidden: it is explained, but not completed.
//!
//! Programs that explain the words of a policy file ask [`describe_autogroup`] and so on.

#![allow(non_upper_case_globals, reason = "the items are spelt as the words of the language are")]

mod assertions;
pub mod autogroup;
mod description;
pub mod kind;
pub mod port;
pub mod protocol;
mod rules;
pub mod section;

pub use assertions::{ssh_tests, tests};
pub use description::{describe_autogroup, describe_kind, describe_port, describe_protocol};
pub use rules::{
    acls, auto_approvers, capabilities, grants, invariants, ip_sets, lints, lists, node_attrs, shapes, ssh, users,
};

/// A keyword without a value.
#[derive(Debug)]
pub struct Word;

macro_rules! words {
    ($($(#[doc = $doc:literal])+ $(#[doc($hidden:ident)])? $word:ident)*) => {
        $($(#[doc = $doc])+ $(#[doc($hidden)])? pub const $word: $crate::vocabulary::Word = $crate::vocabulary::Word;)*
        #[doc(hidden)]
        pub const DESCRIPTIONS: &[(&str, &[&str])] = &[$((stringify!($word), &[$($doc),+])),*];
    };
}
use words;

macro_rules! values {
    ($type:ty: $($(#[doc = $doc:literal])+ $(#[doc($hidden:ident)])? $name:ident = $value:expr;)*) => {
        $($(#[doc = $doc])+ $(#[doc($hidden)])? pub const $name: $type = $value;)*
        #[doc(hidden)]
        pub const DESCRIPTIONS: &[($type, &[&str])] = &[$(($value, &[$($doc),+])),*];
    };
}
use values;

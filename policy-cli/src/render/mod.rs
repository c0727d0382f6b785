//! A policy for people: pages, tables and drawings.
//!
//! The content is in [`reference`], and each format has its own file. All functions are pure and
//! return text. They are not in `policy-core`, because the macro does not need them and every
//! operator compiles `policy-core` twice.

pub(crate) mod csv;
pub(crate) mod graph;
pub(crate) mod html;
pub(crate) mod markdown;
pub(crate) mod matrix;
pub(crate) mod page_template;
mod port_rule;
pub(crate) mod prose;
pub(crate) mod reference;
pub(crate) mod site;

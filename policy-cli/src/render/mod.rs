//! A policy as people read it: pages, tables and pictures.
//!
//! The content is in [`reference`]; each format has a file of its own. All of them are pure
//! functions to text. None is in `policy-core`, which every operator compiles twice: the macro has no use for them.

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

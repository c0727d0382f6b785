//! Tokens to [`tree::Tree`]: the grammar, and nothing that needs to know what a name stands for.

mod assertion;
mod declaration;
mod json;
mod lint;
mod marks;
mod parser;
mod port;
pub(crate) mod reserved;
mod rule;
mod section;
mod selector;
pub(crate) mod tokens;
pub(crate) mod tree;

use std::collections::HashSet;

use proc_macro2::TokenStream;

use crate::finding::Finding;

pub(crate) use selector::place_of;

/// What was read, and what could not be.
pub(crate) struct Reading {
    pub(crate) tree: tree::Tree,
    pub(crate) findings: Vec<Finding>,
    /// Names in statements that could not be read.
    pub(crate) lost: HashSet<String>,
    /// What was read.
    pub(crate) tokens: Vec<tokens::Token>,
}

/// Reads all that can be read. Any tokens will do.
pub(crate) fn read(tokens: TokenStream) -> Reading {
    let tokens = tokens::tokens(tokens);
    let mut parser = parser::Parser::new(&tokens);
    let tree = parser.tree();
    let (findings, lost) = (parser.findings, parser.lost);
    Reading { tree, findings, lost, tokens }
}

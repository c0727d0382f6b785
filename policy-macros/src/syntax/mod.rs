//! Tokens to [`tree::Tree`]: the grammar, and nothing that needs to know what a name stands for.

mod assertion;
mod declaration;
mod for_loop;
mod fragment;
mod json;
mod lint;
mod marks;
mod parser;
mod port;
mod rule;
mod section;
mod selector;
pub(crate) mod tokens;
pub(crate) mod tree;

use std::collections::HashSet;

use proc_macro2::TokenStream;

use crate::finding::Finding;
use crate::fragment::Fragment;

pub(crate) use for_loop::Iteration;
pub(crate) use selector::place_of;

/// What was read, and what could not be.
pub(crate) struct Reading {
    pub(crate) tree: tree::Tree,
    pub(crate) findings: Vec<Finding>,
    pub(crate) lost: Lost,
    /// What was read.
    pub(crate) tokens: Vec<tokens::Token>,
    /// For what its loops are written out, by the numbers that places have.
    pub(crate) iterations: Vec<Iteration>,
    /// Whether some list of a rule or a declaration has an `except`.
    pub(crate) uses_except: bool,
}

/// Names in statements that could not be read.
pub(crate) struct Lost {
    names: HashSet<String>,
    /// Whether nobody knows which.
    all: bool,
}

impl Lost {
    /// Whether a name may be declared in such a statement.
    pub(crate) fn may_be(&self, name: &str) -> bool {
        self.all || self.names.contains(name)
    }
}

/// Reads all that can be read. Any tokens will do.
#[cfg(test)]
pub(crate) fn read(tokens: TokenStream) -> Reading {
    read_with(tokens, Vec::new())
}

/// The same, with the fragments that the tokens use, in that order.
pub(crate) fn read_with(tokens: TokenStream, fragments: Vec<Fragment>) -> Reading {
    let tokens = tokens::tokens(tokens);
    let mut parser = parser::Parser::new(&tokens);
    parser.fragments = fragments.into_iter();
    let mut tree = parser.tree();
    // What is too much to write out is too much to check.
    if parser.tokens_left == 0 {
        tree = tree::Tree::default();
    }
    let lost = Lost { names: parser.lost, all: parser.loses_all };
    let (findings, iterations, uses_except) = (parser.findings, parser.iterations, parser.uses_except);
    Reading { tree, findings, lost, tokens, iterations, uses_except }
}

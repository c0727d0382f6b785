//! The parser from tokens to a tree. There is one file for each kind of statement. The meaning of
//! names is resolved later.

mod arrow;
mod assertion;
mod capability;
mod comment;
mod declaration;
mod for_loop;
mod fragment;
mod hujson_form;
mod json;
mod lint;
mod marks;
mod parser;
mod port;
mod reading;
mod rule;
mod section;
mod selector;
mod separator;
mod source;
mod until;

use crate::token::Token;
use crate::tree::{Item, Marks, Section, SectionKind, Tree, Word};

use parser::Parser;

pub(crate) use marks::remove_allowed;
pub use reading::{Iteration, LetSummary, Reading, RecoveredNames};
pub use section::is_section;
pub use source::{Fragment, Source, SourceKind};

/// Reads any tokens as far as possible. `fragments` are those that the tokens use, in order.
pub fn read(tokens: &[Token], source: &Source, fragments: Vec<Fragment>) -> Reading {
    let mut parser = Parser::new(tokens, source);
    parser.fragments = fragments.into_iter();
    let is_invariants_file = source.is_invariants_file();
    let mut tree = if is_invariants_file { parser.invariants_file() } else { parser.tree() };
    let state = parser.state;
    // A tree that is too large to write is also too large to check.
    if state.tokens_left == 0 {
        tree = Tree::default();
    }
    Reading {
        tree,
        findings: state.findings,
        recovered: state.recovered,
        iterations: state.iterations,
        uses: state.uses,
        has_wrong_use: state.has_wrong_use,
        uses_except: state.uses_except,
        is_invariants_file,
        without_dollar: state.without_dollar,
    }
}

impl Parser<'_, '_> {
    /// Reads the entries of one `invariants` section.
    fn invariants_file(&mut self) -> Tree {
        let (kind, marks) = (SectionKind::Invariants, Marks::default());
        let key = Word { text: kind.key().to_owned(), place: self.here() };
        let entries = self.entries(kind);
        Tree { header: Vec::new(), items: vec![Item::Section(Section { marks, kind, key, entries })] }
    }
}

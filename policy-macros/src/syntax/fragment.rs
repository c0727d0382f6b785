//! `use crate::forge::forge only grants, tests;`: what a fragment says, in the place of its `use`.

use std::collections::HashSet;

use policy_core::Code;

use crate::finding::Finding;
use crate::fragment::Fragment;
use crate::place::Place;

use super::parser::{Parsed, Parser};
use super::tokens::{Token, tokens};
use super::tree::{Item, Marks};

/// The sections that a fragment may have, and where that is said.
struct Limit {
    keys: HashSet<String>,
    place: Place,
}

impl Parser<'_> {
    /// Reads a `use`, and the statements of the fragment that it names.
    pub(super) fn use_fragment(&mut self, marks: &Marks, items: &mut Vec<Item>) -> Parsed<()> {
        let start = self.here();
        if !marks.docs.is_empty() || !marks.allows.is_empty() {
            self.report(
                Finding::new(Code::Syntax, start, "nothing above a `use` is about a statement of the fragment")
                    .help("move it into the fragment; a `//!` may stand above the `use`"),
            );
        }
        let home = start.first;
        self.keyword("use");
        while !self.at_end() && !self.peek_punct(';') && !self.peek_is("only") {
            self.any_token();
        }
        let here = if self.peek_is("only") { Some(self.limit()?) } else { None };
        self.end_of_statement()?;
        let Some(fragment) = self.fragments.next() else {
            let place = self.since(start);
            self.loses_all = true;
            self.report(
                Finding::new(Code::Syntax, place, "a fragment is used at the top level of a policy")
                    .help("move the `use` there: not even a fragment uses another one"),
            );
            return Ok(());
        };
        let there = match &fragment.only {
            Some(only) => {
                let tokens = at_home(tokens(only.clone()), home, None);
                let mut inside = self.of(&tokens);
                let limit = inside.keys();
                inside.hand_over(self);
                Some(limit?)
            }
            None => None,
        };
        let block = at_home(tokens(fragment.block.stream()), home, Some(&fragment));
        let from = items.len();
        let mut inside = self.of(&block);
        inside.items(items);
        inside.hand_over(self);
        for limit in [here, there].into_iter().flatten() {
            for item in items.iter().skip(from) {
                self.refuse_beyond(item, &limit);
            }
        }
        Ok(())
    }

    fn limit(&mut self) -> Parsed<Limit> {
        self.keyword("only");
        self.keys()
    }

    /// `grants, tests`
    fn keys(&mut self) -> Parsed<Limit> {
        let start = self.here();
        let mut keys = HashSet::new();
        loop {
            let Some(key) = self.ident() else {
                let finding = self.expected("a section").help("write `only grants, tests`");
                return Err(self.fail(finding));
            };
            keys.insert(key.text);
            if self.punct(',').is_none() || self.at_end() {
                return Ok(Limit { keys, place: self.since(start) });
            }
        }
    }

    fn refuse_beyond(&mut self, item: &Item, limit: &Limit) {
        let key = match item {
            Item::Section(section) => &section.key,
            Item::Setting(setting) => &setting.key,
            Item::Note(_) | Item::Let(_) => return,
        };
        if !limit.keys.contains(&key.text) {
            self.report(
                Finding::new(Code::FragmentLimit, key.place, format!("this fragment may have no `{}`", key.text))
                    .note_at("it is limited here", limit.place)
                    .help("move it into the policy, or add it to the list behind `only`"),
            );
        }
    }
}

/// Tokens of another file or crate with places that rustc shows there, and not at the call of `policy!`.
fn at_home(mut tokens: Vec<Token>, home: proc_macro2::Span, fragment: Option<&Fragment>) -> Vec<Token> {
    if let (Some(end), Some(fragment)) = (tokens.last_mut(), fragment) {
        end.span = fragment.block.span_close();
    }
    for token in &mut tokens {
        token.span = token.span.resolved_at(home);
    }
    tokens
}

//! `use crate::forge::forge only grants, tests;`: inserts the statements of a fragment at the
//! `use`.

use std::collections::HashSet;

use policy_core::Code;

use crate::finding::Finding;
use crate::token_range::TokenRange;
use crate::tree::{Item, Marks};

use super::parser::{Parsed, Parser};

/// The sections that a fragment may have, and the place that limits them.
struct Limit {
    keys: HashSet<String>,
    place: TokenRange,
}

impl Parser<'_, '_> {
    /// Reads a `use`, and the statements of the fragment that it names.
    pub(super) fn use_fragment(&mut self, marks: &Marks, items: &mut Vec<Item>) -> Parsed<()> {
        let start = self.here();
        if !marks.docs.is_empty() || !marks.allows.is_empty() {
            self.complain(
                start,
                "nothing above a `use` is about a statement of the fragment",
                "move it into the fragment; a `//!` can be above the `use`",
            );
        }
        self.keyword("use");
        while !self.at_end() && !self.peek_punct(';') && !self.peek_is("only") {
            self.any_token();
        }
        let here = if self.peek_is("only") { Some(self.limit()?) } else { None };
        self.end_of_statement()?;
        let Some(fragment) = self.fragments.next() else {
            let place = self.since(start);
            self.state.recovered.all = true;
            self.complain(
                place,
                "a fragment is used at the top level of a policy",
                "move the `use` there: not even a fragment uses another one",
            );
            return Ok(());
        };
        self.state.uses.push(start.first);
        let there = match &fragment.only {
            Some(only) => Some(self.read_instead(only, |inside| inside.keys())?),
            None => None,
        };
        let from = items.len();
        self.read_instead(&fragment.block, |inside| inside.items(items));
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
                return Err(self.unexpected("a section", "write `only grants, tests`"));
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
            Item::Note(_) | Item::Let(_) | Item::Dialect(_) => return,
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

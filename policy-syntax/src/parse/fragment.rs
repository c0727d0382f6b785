//! `use crate::forge::forge only grants, tests;`: inserts the statements of a fragment at the
//! `use`.

use std::collections::HashSet;

use policy_core::Code;
use policy_core::diagnostic::Help;

use crate::finding::Finding;
use crate::token::Delimiter;
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
        let findings = self.state.findings.len();
        let here = self.path_and_limit();
        self.state.has_wrong_use |= self.state.findings.len() > findings;
        let here = here?;
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

    /// `crate::forge::forge only grants, tests;`
    fn path_and_limit(&mut self) -> Parsed<Option<Limit>> {
        const EXAMPLE: &str = "write `use crate::forge::forge;`";
        let start = self.here();
        self.path_separator();
        let mut names = Vec::new();
        loop {
            if names.is_empty() && self.peek_is("only") {
                return Err(self.unexpected("the path of a fragment", EXAMPLE));
            }
            let Some(name) = self.ident() else {
                if self.peek_punct('*') || self.peek_group(Delimiter::Brace) {
                    let sign = if self.peek_punct('*') { '*' } else { '{' };
                    let message = format!("a `use` is about one fragment, and has no `{sign}`");
                    return Err(self.refuse(self.here(), message, "write a `use` with its path for each fragment"));
                }
                return Err(self.unexpected("the name of a fragment", EXAMPLE));
            };
            names.push(name.text);
            if !self.path_separator() {
                break;
            }
        }
        if let [only] = names.as_slice()
            && matches!(only.as_str(), "crate" | "self" | "super")
        {
            let message = format!("`{only}` is not a fragment");
            return Err(self.refuse(self.since(start), message, EXAMPLE));
        }
        if self.peek_is("as") {
            let start = self.here();
            self.ident();
            self.ident();
            let place = self.since(start);
            self.complain(place, "a `use` gives a fragment no other name", Help::remove("leave it out"));
        }
        let limit = if self.peek_is("only") { Some(self.limit()?) } else { None };
        if self.peek_ident().is_some() {
            self.missing_semicolon();
        } else {
            self.end_of_statement()?;
        }
        Ok(limit)
    }

    /// `::`
    fn path_separator(&mut self) -> bool {
        self.peek_punct(':')
            && self.second_punct() == Some(':')
            && self.punct(':').is_some()
            && self.punct(':').is_some()
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

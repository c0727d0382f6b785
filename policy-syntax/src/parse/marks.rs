//! Published comments, and `#[allow(…)]`.

use crate::token::Delimiter;
use policy_core::Code;
use policy_core::diagnostic::Help;
use policy_core::model::{self, Level, Lint, LintNameError};

use crate::finding::Finding;
use crate::token_range::TokenRange;

use super::comment::comment_lines;
use super::parser::{Failed, Parsed, Parser};
use crate::tree::{Allow, Comment, Marks, Word};

impl Parser<'_, '_> {
    /// Reads the next `//!` lines as one comment.
    pub(super) fn note(&mut self) -> Comment {
        let mut lines = Vec::new();
        while self.peek_note() {
            self.punct('#');
            self.punct('!');
            match self.attribute() {
                Ok(Attribute::Doc(more)) => lines.extend(more),
                Ok(Attribute::Allow(_, place)) => self.complain(
                    place,
                    "an `allow` belongs to what follows it",
                    "write `#[allow(…)]`, without the `!`",
                ),
                Err(Failed) => {}
            }
        }
        Comment { lines }
    }

    /// Reads the next `///` lines. An item of a list can have only comments above it.
    pub(super) fn docs(&mut self) -> Vec<Comment> {
        if !self.peek_doc() {
            return Vec::new();
        }
        let start = self.here();
        let marks = self.marks();
        if !marks.allows.is_empty() {
            let place = self.since(start);
            self.complain(
                place,
                "an `allow` belongs above an entry or a section, not above an item",
                "move it above the entry",
            );
        }
        marks.docs
    }

    /// Reads the next `///` and `#[allow(…)]`.
    pub(super) fn marks(&mut self) -> Marks {
        let mut marks = Marks::default();
        let mut lines = Vec::new();
        while self.peek_doc() {
            let before = self.just_finished().then(|| self.previous());
            let start = self.here();
            self.punct('#');
            match self.attribute() {
                Ok(Attribute::Doc(more)) => {
                    self.refuse_tail(before, start);
                    lines.extend(more);
                }
                Ok(Attribute::Allow(allow, _)) => marks.allows.push(allow),
                // The item below it can still be read.
                Err(Failed) => {}
            }
        }
        if !lines.is_empty() {
            marks.docs.push(Comment { lines });
        }
        marks
    }

    /// Reports `///` after code. It would describe the next item, which is never intended.
    fn refuse_tail(&mut self, before: Option<TokenRange>, comment: TokenRange) {
        let Some(before) = before else { return };
        if self.source.positions.are_on_one_line(before.last, comment.first) {
            self.complain(
                comment,
                "a `///` behind code describes the next entry, not this one",
                "put it on a line of its own, above what it is about",
            );
        }
    }

    /// Reports `///` with nothing below it.
    pub(super) fn refuse_dangling(&mut self, marks: &Marks, place: TokenRange) -> Failed {
        let what = if marks.docs.is_empty() { "`#[allow(…)]`" } else { "`///`" };
        let finding = Finding::new(Code::Syntax, place, format!("{what} with nothing after it to belong to"));
        let finding = if marks.docs.is_empty() {
            finding.help("put it above the entry or section it is for")
        } else {
            finding.help("use `//!` for a comment that stands alone")
        };
        self.fail(finding)
    }

    /// Reads the brackets of an attribute: `doc = "…"` or `allow(…)`.
    fn attribute(&mut self) -> Parsed<Attribute> {
        let read = self.group(Delimiter::Bracket, |inside| {
            let Some(name) = inside.ident() else {
                return Err(inside.unexpected_token("`allow` or a comment"));
            };
            match name.text.as_str() {
                "doc" if inside.punct('=').is_some() => match inside.string()? {
                    Some(text) => Ok(Attribute::Doc(comment_lines(&text.text))),
                    None => Err(inside.unexpected_token("the text of a comment")),
                },
                "allow" => inside.allow(name.place).map(|allow| Attribute::Allow(allow, name.place)),
                other => {
                    let finding = Finding::new(Code::Syntax, name.place, format!("no attribute `{other}` here"))
                        .help("only `#[allow(warning, reason = \"…\")]` and comments can be above an entry");
                    Err(inside.fail(finding))
                }
            }
        });
        match read {
            Some((attribute, _)) => attribute,
            None => Err(self.unexpected_token("`[`")),
        }
    }

    fn allow(&mut self, place: TokenRange) -> Parsed<Allow> {
        let mut codes = Vec::new();
        let mut reason = None;
        let mut until = None;
        let read = self.group(Delimiter::Parenthesis, |inside| {
            while !inside.at_end() {
                if inside.keyword("reason").is_some() {
                    inside.punct('=');
                    reason = inside.string()?;
                } else if let Some(place) = inside.keyword(model::Until::WORD) {
                    inside.punct('=');
                    let read = inside.until_date(place)?;
                    match until {
                        Some((first, _)) => inside.refuse_second_until(place, first),
                        None => until = Some((place, read)),
                    }
                } else {
                    let name = inside.name("the name of a warning")?;
                    codes.push(inside.warning(&name)?);
                }
                if inside.punct(',').is_none() && !inside.at_end() {
                    return Err(inside.unexpected_token("`,`"));
                }
            }
            Ok(())
        });
        match read {
            Some((result, _)) => result?,
            None => {
                return Err(self.unexpected_token("`(` and the name of a warning"));
            }
        }
        match reason.filter(|reason| !reason.text.trim().is_empty()) {
            Some(reason) if !codes.is_empty() => {
                let until = until.and_then(|(_, until)| until);
                Ok(Allow { codes, until, reason: reason.text })
            }
            Some(_) => {
                Err(self.refuse(place, "this `allow` names no warning", "write `#[allow(unused_tag, reason = \"…\")]`"))
            }
            None => {
                Err(self.refuse(place, "an `allow` requires a reason", "write `#[allow(unused_tag, reason = \"…\")]`"))
            }
        }
    }

    /// Reads the code of a warning, which may also have Rust's form, `unused_tag`.
    fn warning(&mut self, name: &Word) -> Parsed<&'static str> {
        Lint::warning(&name.text.replace('_', "-")).map(Code::name).map_err(|problem| {
            let message = match problem {
                LintNameError::Unknown { .. } => format!("unknown warning `{}`", name.text),
                LintNameError::Error(_) => problem.message(Level::Allow),
            };
            let is_until = model::Until::is_meant(&name.text) && self.peek_punct('=');
            let help = if is_until {
                Some(Help::did_you_mean(model::Until::WORD))
            } else {
                match (&problem, problem.help(Level::Allow)) {
                    (LintNameError::Unknown { near: Some(near), .. }, _) if !name.text.contains('-') => {
                        Some(Help::did_you_mean(near.replace('-', "_")))
                    }
                    (_, help) => help.or_else(|| Some(Help::from(NO_WARNING))),
                }
            };
            self.fail(Finding::new(Code::Syntax, name.place, message).help_if(help))
        })
    }
}

enum Attribute {
    Doc(Vec<String>),
    Allow(Allow, TokenRange),
}

/// Where the names of warnings are.
pub(super) const NO_WARNING: &str = "each warning says its name, such as `unused_tag`";

/// Removes the warnings after the first `count` findings that `marks` allow.
pub(crate) fn remove_allowed(findings: &mut Vec<Finding>, count: usize, marks: &[&Marks]) {
    let mut index = 0;
    findings.retain(|finding| {
        index += 1;
        let mut allows = marks.iter().flat_map(|marks| &marks.allows);
        index <= count || !allows.any(|allow| allow.codes.contains(&finding.code.name()))
    });
}

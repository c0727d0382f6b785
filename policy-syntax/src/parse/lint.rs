//! `lints`: the level of each warning.

use policy_core::diagnostic::Help;
use policy_core::diagnostic::suggestion::nearest;
use policy_core::model::{Level, LintNameError};
use policy_core::{Code, model};

use crate::finding::Finding;

use super::marks::NO_WARNING;
use super::parser::{Parsed, Parser};
use crate::tree::{Lint, LintCode, SectionKind, Until, Word};

impl Parser<'_, '_> {
    /// `warning, warning = allow "reason" until "2027-03-31";`
    pub(super) fn lint(&mut self) -> Parsed<Lint> {
        let mut names = Vec::new();
        loop {
            let name = self
                .name("the name of a warning")
                .map_err(|failed| self.with_help(failed, SectionKind::Lints.example()))?;
            names.push(name);
            if self.punct(',').is_none() || self.peek_punct('=') {
                break;
            }
        }
        self.equals(SectionKind::Lints.example())?;
        let level = self.level()?;
        let word = self.previous();
        let reason = self.string()?;
        let until = self.until_of_level(level)?;
        self.end_of_statement()?;
        let reason = reason.map(|reason| reason.text).filter(|reason| !reason.trim().is_empty());
        if level == Level::Allow && reason.is_none() {
            self.complain(
                word,
                "an `allow` requires a reason",
                "write the reason after it: `unused-tag = allow \"kept for the migration\";`",
            );
        }
        let codes = names.into_iter().filter_map(|name| self.lint_code(name, level)).collect();
        Ok(Lint { codes, level, reason: reason.unwrap_or_default(), until })
    }

    /// Reads the end date. Only an `allow` can have one.
    fn until_of_level(&mut self, level: Level) -> Parsed<Option<Until>> {
        if level == Level::Allow || !self.peek_is(model::Until::WORD) {
            let until = self.until()?;
            if until.is_some() && self.peek_string() {
                let place = self.here();
                let help = "write `unused-tag = allow \"kept for the migration\" until \"2027-03-31\";`";
                return Err(self.refuse(place, "the reason comes before `until`", help));
            }
            return Ok(until);
        }
        let place = self.here();
        let message = format!("`{}` has no end: only an `allow` can end", level.name());
        self.report(Finding::new(Code::MisplacedUntil, place, message).help("leave the `until` out"));
        self.until()?;
        Ok(None)
    }

    fn level(&mut self) -> Parsed<Level> {
        let finding = self.expected("`allow`, `warn` or `deny`").help(SectionKind::Lints.example());
        let Some(word) = self.ident() else { return Err(self.fail(finding)) };
        match word.text.parse::<Level>().ok() {
            Some(level) => Ok(level),
            None => {
                let near = match word.text.as_str() {
                    "forbid" | "error" => Some("deny"),
                    other => nearest(other, Level::ALL.iter().map(|level| level.name())),
                };
                Err(self.fail(finding.help_if(near.map(Help::did_you_mean))))
            }
        }
    }

    /// Returns the warning of that name, which may also have Rust's form, `unused_tag`. Reports any
    /// other name.
    fn lint_code(&mut self, name: Word, level: Level) -> Option<LintCode> {
        match model::Lint::warning(&name.text.replace('_', "-")) {
            Ok(code) => Some(LintCode { code, place: name.place }),
            Err(problem) => {
                let message = match problem {
                    LintNameError::Unknown { .. } => format!("unknown warning `{}`", name.text),
                    LintNameError::Error(_) => problem.message(level),
                };
                self.report(
                    Finding::new(Code::Syntax, name.place, message)
                        .help(problem.help(level).unwrap_or_else(|| NO_WARNING.into())),
                );
                None
            }
        }
    }
}

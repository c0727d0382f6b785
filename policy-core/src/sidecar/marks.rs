//! What stands above a statement: `///` and `#[allow(…)]`.

use crate::diagnostic::Code;
use crate::model::{Level, Lint, NoWarning};
use crate::sidecar::reader::{Failed, Parsed, Reader, wrong};
use crate::source::Origin;

/// What stands above a statement.
#[derive(Debug, Default)]
pub(super) struct Marks {
    pub(super) doc: Option<String>,
    /// Their scopes are not known before the statement is read.
    pub(super) allows: Vec<Lint>,
}

impl<'t> Reader<'t> {
    /// The `///` and `#[allow(…)]` that are next, and something after them.
    pub(super) fn marks(&mut self) -> Parsed<Marks> {
        let mut lines: Vec<&'t str> = Vec::new();
        let mut marks = Marks::default();
        let start = self.here();
        while self.peek_doc() {
            match self.doc() {
                Some(more) => lines.extend(more.iter().map(String::as_str)),
                // What it stands above can be read all the same.
                None => marks.allows.extend(self.attribute().ok()),
            }
        }
        if self.at_end() {
            let finding = match lines.is_empty() {
                true => wrong(self.since(start), "`#[allow(…)]` with nothing after it to belong to")
                    .help("put it above the entry or section it is for"),
                false => wrong(self.since(start), "`///` with nothing after it to belong to")
                    .help("use `//!` for a comment that stands alone"),
            };
            return Err(self.fail(finding));
        }
        marks.doc = (!lines.is_empty()).then(|| lines.join("\n"));
        Ok(marks)
    }

    /// The `///` lines above an item of a list, which are for who reads the file.
    pub(super) fn skip_docs(&mut self) {
        let start = self.here();
        let mut allows = false;
        while self.peek_doc() {
            if self.doc().is_none() {
                allows |= self.attribute().is_ok();
            }
        }
        if allows {
            let place = self.since(start);
            self.report(
                wrong(place, "an `allow` stands above an entry or a section, not above an item")
                    .help("move it above the entry"),
            );
        }
    }

    /// `#[allow(…)]`
    fn attribute(&mut self) -> Parsed<Lint> {
        self.punct('#');
        let read = self.group('[', |inside| {
            let Some((name, place)) = inside.word() else {
                let finding = inside.expected("`allow` or a comment");
                return Err(inside.fail(finding));
            };
            if name != "allow" {
                let finding = wrong(place, format!("no attribute `{name}` here"))
                    .help("only `#[allow(warning, reason = \"…\")]` and comments stand above an entry");
                return Err(inside.fail(finding));
            }
            inside.allow(place)
        });
        read.map_or(Err(Failed), |(lint, _)| lint)
    }

    fn allow(&mut self, place: Origin) -> Parsed<Lint> {
        const HELP: &str = "write `#[allow(unused_tag, reason = \"…\")]`";
        let mut codes = Vec::new();
        let mut reason = None;
        let read = self.group('(', |inside| {
            while !inside.at_end() {
                if inside.keyword("reason") {
                    inside.punct('=');
                    reason = inside.string();
                } else {
                    codes.push(inside.warning()?);
                }
                if inside.punct(',').is_none() && !inside.at_end() {
                    let finding = inside.expected("`,`");
                    return Err(inside.fail(finding));
                }
            }
            Ok(())
        });
        let Some((read, _)) = read else {
            let finding = self.expected("`(` and the name of a warning");
            return Err(self.fail(finding));
        };
        read?;
        match reason.filter(|reason| !reason.trim().is_empty()) {
            Some(_) if codes.is_empty() => Err(self.fail(wrong(place, "this `allow` names no warning").help(HELP))),
            Some(reason) => {
                let reason = reason.split_whitespace().collect::<Vec<_>>().join(" ");
                Ok(Lint { level: Level::Allow, codes, reason, scope: place, origin: place })
            }
            None => Err(self.fail(wrong(place, "an `allow` says why").help(HELP))),
        }
    }

    /// The code of a warning, which may be written in Rust's way, `unused_tag`.
    fn warning(&mut self) -> Parsed<Code> {
        let name = self.name("the name of a warning")?;
        Lint::warning(&name.replace('_', "-")).map_err(|problem| {
            let message = match problem {
                NoWarning::Unknown { .. } => format!("no warning is called `{name}`"),
                NoWarning::Error(_) => problem.message(Level::Allow),
            };
            let help = problem.help(Level::Allow);
            let help = help.map(|help| if name.contains('-') { help } else { help.replace('-', "_") });
            self.fail(wrong(name.origin, message).help_if(help))
        })
    }
}

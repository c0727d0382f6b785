//! The comment that says for which control server a policy is.

use crate::diagnostic::{Code, Diagnostic, suggestion};
use crate::hujson::read::reader::Reader;
use crate::model::Dialect;
use crate::source::{FileId, Origin};

impl Reader<'_> {
    /// Returns the dialect that a comment above the whole text names.
    pub(super) fn dialect(&mut self) -> Option<Dialect> {
        let document = self.document;
        let root = document.root();
        let before = document.before(root);
        let start = document.origin(root).range().start.saturating_sub(before.len());
        let mut found: Option<(Dialect, Origin)> = None;
        for (at, word) in named(before) {
            let place = |at: usize| u32::try_from(start + at).unwrap_or(u32::MAX);
            let origin = Origin::new(place(at), place(at + word.len())).in_file(document.file());
            let finding = |message: String| Diagnostic::new(Code::InvalidAllow, origin, message);
            match (word.parse::<Dialect>(), found) {
                (Ok(dialect), None) => found = Some((dialect, origin)),
                (Ok(_), Some((_, first))) => self.findings.push(
                    finding("this policy has a target already".to_owned())
                        .note_at("given here", first)
                        .help("leave out one of the two"),
                ),
                (Err(_), _) => {
                    let names = Dialect::ALL.map(Dialect::name);
                    let help = match suggestion::nearest(word, names) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("write {}", names.map(|name| format!("`{name}`")).join(" or ")),
                    };
                    self.findings.push(finding(format!("no target is called `{word}`")).help(help));
                }
            }
        }
        found.map(|(dialect, _)| dialect)
    }
}

impl Reader<'_> {
    /// Reports comments that name a dialect among some lines that are not above the whole text.
    pub(super) fn misplaced_dialects(&mut self, text: &str, file: FileId, start: u32) {
        for (at, word) in named(text) {
            let place = |at: usize| start.saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
            let origin = Origin::new(place(at), place(at + word.len())).in_file(file);
            let message = "a target is for a whole policy, and belongs above its opening brace";
            self.findings.push(Diagnostic::new(Code::InvalidAllow, origin, message).help("move it there"));
        }
    }
}

/// Returns the dialect that a comment of a text names, whether or not the text can be read.
pub(super) fn named_in(text: &str) -> Option<Dialect> {
    named(text).find_map(|(_, word)| word.parse().ok())
}

/// The words that the comments among some lines have for a dialect, and where each stands.
fn named(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut next = 0;
    text.split('\n').filter_map(move |line| {
        let end = next + line.trim_end().len();
        next += line.len() + 1;
        let word = Dialect::start(line.trim().strip_prefix("//")?.trim_start())?;
        Some((end - word.len(), word))
    })
}

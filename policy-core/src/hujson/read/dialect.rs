//! The comment that names the control server of a policy.

use crate::diagnostic::{Code, Diagnostic, Help, suggestion};
use crate::hujson::read::policy_comment::Line;
use crate::hujson::read::reader::Reader;
use crate::model::{Dialect, PolicyComment};

impl Reader<'_> {
    /// Reads a control server's name in a comment above the whole text.
    pub(super) fn target_above(&mut self, line: &Line, name: &str) {
        let origin = line.rest(name).origin;
        let finding = |message: String| Diagnostic::new(Code::InvalidAllow, origin, message);
        match (name.parse::<Dialect>(), self.target) {
            (Ok(dialect), None) => self.target = Some((dialect, origin)),
            (Ok(_), Some((_, first))) => self.findings.push(
                finding("this policy already has a target".to_owned())
                    .note_at("given here", first)
                    .help("leave out one of the two"),
            ),
            (Err(_), _) => {
                let names = Dialect::ALL.map(Dialect::name);
                let help = match suggestion::nearest(name, names) {
                    Some(near) => Help::did_you_mean(near),
                    None => Help::from(format!("write {}", names.map(|name| format!("`{name}`")).join(" or "))),
                };
                self.findings.push(finding(format!("unknown target `{name}`")).help(help));
            }
        }
    }

    /// Reports a control server's name in a comment that is not above the whole text.
    pub(super) fn misplaced_target(&mut self, line: &Line, name: &str) {
        let message = "a target is for a whole policy, and belongs above its opening brace";
        let finding = Diagnostic::new(Code::InvalidAllow, line.rest(name).origin, message);
        self.findings.push(finding.help("move it there"));
    }
}

/// Returns the dialect that a comment of a text names, even if the rest of the text cannot be read.
pub(super) fn named_in(text: &str) -> Option<Dialect> {
    text.lines().find_map(|line| match PolicyComment::parse(line.trim().strip_prefix("//")?.trim_start())? {
        PolicyComment::Target(name) => name.parse().ok(),
        _ => None,
    })
}

//! The comments that allow warnings.

use crate::diagnostic::{Code, Diagnostic, Severity, suggestion};
use crate::hujson::{Kind, NodeId};
use crate::model::{Allowance, Origin};

use super::reader::Reader;

/// How an allowance is written, for a `help:`.
const HELP: &str = "write `// policy: allow(unused-tag)` and the reason, on a line of its own above the entry";

impl Reader<'_> {
    /// Every allowance of the text, each above an entry, a section, a deeper member or element, or all of it.
    pub(super) fn allowances(&mut self) -> Vec<Allowance> {
        let document = self.document;
        let mut allowances = Vec::new();
        // Nearly no text has one, and then nothing is looked through.
        if !document.text().contains(Allowance::START) {
            return allowances;
        }
        let root = document.root();
        self.above(root, document.origin(root), &mut allowances);
        let mut rest = vec![root];
        while let Some(id) = rest.pop() {
            if document.kind(id) == Kind::Object {
                for (name, value) in document.members(id) {
                    self.above(name, document.origin(name).to(document.origin(value)), &mut allowances);
                    rest.push(value);
                }
            }
            for element in document.elements(id) {
                self.above(element, document.origin(element), &mut allowances);
                rest.push(element);
            }
            self.below(id);
        }
        allowances
    }

    /// The allowances in the comments in front of a node, for `scope`.
    fn above(&mut self, id: NodeId, scope: Origin, allowances: &mut Vec<Allowance>) {
        let document = self.document;
        let before = document.before(id);
        let start = document.origin(id).start.saturating_sub(length(before));
        for (index, line, origin) in marked_lines(before, start) {
            // The line that something else ends on is about that one.
            if index == 0 && id != document.root() {
                self.misplaced(origin);
            } else {
                allowances.extend(self.allowance(line, origin, scope));
            }
        }
    }

    /// Reports the allowances that nothing follows: behind a node, and before the end of a list or an object.
    fn below(&mut self, id: NodeId) {
        let document = self.document;
        let end = document.origin(id).end;
        let inside = document.inside_end(id);
        let inside_start = end.saturating_sub(1).saturating_sub(length(inside));
        for (text, start) in [(document.after(id), end), (inside, inside_start)] {
            for (_, _, origin) in marked_lines(text, start) {
                self.misplaced(origin);
            }
        }
    }

    /// Reads what follows [`Allowance::START`]: codes, a bracket, and the reason.
    fn allowance(&mut self, text: &str, origin: Origin, scope: Origin) -> Option<Allowance> {
        let Some((list, reason)) = text.split_once(')') else {
            self.invalid_allow(origin, "this `allow` has no `)`".to_owned(), HELP.to_owned());
            return None;
        };
        let mut codes = Vec::new();
        for name in list.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            match Code::from_name(name) {
                Some(code) if code.severity() == Severity::Warning => codes.push(code),
                Some(_) => {
                    let message = format!("`{name}` is an error, and cannot be allowed");
                    self.invalid_allow(
                        origin,
                        message,
                        "mend what it is about; only warnings can be allowed".to_owned(),
                    );
                }
                None => {
                    let warnings = Code::ALL.iter().filter(|code| code.severity() == Severity::Warning);
                    let near = suggestion::nearest(name, warnings.map(|code| code.name()));
                    let help = near.map_or_else(|| HELP.to_owned(), |near| format!("did you mean `{near}`?"));
                    self.invalid_allow(origin, format!("no warning is called `{name}`"), help);
                }
            }
        }
        let reason = reason.trim();
        if list.trim().is_empty() {
            self.invalid_allow(origin, "this `allow` names no warning".to_owned(), HELP.to_owned());
        } else if reason.is_empty() {
            let help = format!("write `// {}{list})` and the reason behind it", Allowance::START);
            self.invalid_allow(origin, "this `allow` does not say why".to_owned(), help);
        } else if !codes.is_empty() {
            return Some(Allowance { codes, reason: reason.to_owned(), scope, origin });
        }
        None
    }

    fn misplaced(&mut self, origin: Origin) {
        self.invalid_allow(origin, "this `allow` stands above nothing".to_owned(), HELP.to_owned());
    }

    fn invalid_allow(&mut self, origin: Origin, message: String, help: String) {
        self.findings.push(Diagnostic::new(Code::InvalidAllow, origin, message).help(help));
    }
}

/// The lines of white space and comments that are allowances, by their number: what they say, and where each comment stands.
fn marked_lines(text: &str, start: u32) -> impl Iterator<Item = (usize, &str, Origin)> {
    let mut next = start;
    text.split('\n').enumerate().filter_map(move |(index, line)| {
        let at = next;
        next = next.saturating_add(length(line)).saturating_add(1);
        let comment = line.trim();
        let first = at.saturating_add(length(line).saturating_sub(length(line.trim_start())));
        let origin = Origin::new(first, first.saturating_add(length(comment)));
        let marked = comment.strip_prefix("//")?.trim_start().strip_prefix(Allowance::START)?;
        Some((index, marked, origin))
    })
}

fn length(text: &str) -> u32 {
    u32::try_from(text.len()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use crate::Policy;

    #[test]
    fn an_allowance_is_for_what_it_stands_above() {
        let text = "{\n// policy: allow(unused-tag, empty-group) one day\n\"tagOwners\": {\n\
                    // The web.\n//policy: allow(unused-tag) soon \n\"tag:web\": [],\n\"tag:db\": []}}";
        let policy = Policy::parse(text);
        assert_eq!(policy.unreadable, []);
        let scope = |origin: crate::model::Origin| text.get(origin.start as usize..origin.end as usize).unwrap();
        let [section, entry] = policy.allowances.as_slice() else { panic!("{:?}", policy.allowances) };
        assert!(scope(section.scope).starts_with("\"tagOwners\": {") && scope(section.scope).ends_with("[]}"));
        assert_eq!(section.codes.len(), 2);
        assert_eq!((scope(entry.scope), entry.reason.as_str()), ("\"tag:web\": []", "soon"));
        assert_eq!(scope(entry.origin), "//policy: allow(unused-tag) soon");
        assert_eq!(policy.tag_owners[0].doc.as_deref(), Some("The web."), "an allowance describes nothing");
    }

    #[test]
    fn a_string_is_no_comment() {
        let policy = Policy::parse("{\"hosts\": {\"policy: allow(x)\": \"10.0.0.1\"}}");
        assert_eq!((policy.allowances, policy.unreadable), (vec![], vec![]));
    }
}

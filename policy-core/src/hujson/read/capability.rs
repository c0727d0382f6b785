//! Comments that declare capabilities.

use crate::diagnostic::{Code, Diagnostic};
use crate::hujson::read::policy_comment::Line;
use crate::hujson::read::reader::Reader;
use crate::model::{DeclaredCapability, Level, Lint, NamedShape, PolicyComment, place_in};
use crate::source::{Origin, Text};

impl Reader<'_> {
    /// Reads the declaration whose first line contains `rest`. The declaration is in `before`,
    /// which starts at `start`, and may continue in the comments on the next lines. The previous
    /// declaration ends at `previous`. Returns the end of this one.
    pub(super) fn capability(&mut self, before: &str, start: u32, previous: u32, rest: &Text, line: Origin) -> u32 {
        let from = rest.origin.start;
        let text = without_slashes(slice_from(before, from.saturating_sub(start)));
        let all = place_in(line, from, &(0..text.len()));
        match NamedShape::parse(&text) {
            Ok(NamedShape { name, type_name, shape, end }) => {
                let place = place_in(line, from, &name);
                let value = text.get(name).unwrap_or_default();
                // Includes the quotes.
                let quoted = Origin { start: place.start.saturating_sub(1), end: place.end.saturating_add(1), ..place };
                let name = Text::verbatim(value, quoted, place.start);
                let type_name = type_name.map(|range| {
                    let place = place_in(line, from, &range);
                    Text::verbatim(text.get(range).unwrap_or_default(), place, place.start)
                });
                let end = place_in(line, from, &(0..end)).end;
                let (first, doc) = comments_above(before, start, previous, line.start);
                let origin = Origin { start: first, end, ..line };
                self.capabilities.push(DeclaredCapability { name, type_name, shape, doc, origin, start: from });
                end
            }
            Err(error) => {
                let place = place_in(line, from, &error.range);
                let finding = Diagnostic::new(Code::CapabilityDeclaration, place, error.message).help_if(error.help);
                self.findings.push(match error.first {
                    Some(first) => finding.note_at("the first is here", place_in(line, from, &first)),
                    None => finding,
                });
                all.end
            }
        }
    }

    /// Limits the allowances right above the declarations to these declarations.
    pub(super) fn give_to_capabilities(&mut self, lints: &mut [Lint]) {
        for lint in lints.iter_mut().filter(|lint| lint.level == Level::Allow) {
            let of = self.capabilities.iter().find(|declared| declared.origin.contains(lint.origin));
            lint.scope = of.map(|declared| declared.origin).or(lint.scope);
        }
    }

    /// Reports a declaration that is not above the policy.
    pub(super) fn misplaced_capability(&mut self, line: &Line) {
        self.findings.push(
            Diagnostic::new(
                Code::CapabilityDeclaration,
                line.origin,
                "a capability is declared above the opening brace of a policy, and only there",
            )
            .help("move it there"),
        );
    }

    pub(super) fn misspelt_capability(&mut self, line: &Line, word: &str) {
        let message = format!("`{word}` declares nothing");
        let help = format!("did you mean `{}`?", PolicyComment::CAPABILITY);
        self.findings.push(Diagnostic::new(Code::CapabilityDeclaration, line.origin, message).help(help));
    }
}

fn slice_from(text: &str, start: u32) -> &str {
    usize::try_from(start).ok().and_then(|start| text.get(start..)).unwrap_or_default()
}

/// Returns the text of comments, up to the first line that is not a comment, or that is another
/// comment to this program. `text` starts inside a comment. Spaces replace the slashes, so that no
/// byte changes its place.
fn without_slashes(text: &str) -> String {
    let mut out = String::new();
    for (index, line) in text.split_inclusive('\n').enumerate() {
        if index == 0 {
            out.push_str(line);
            continue;
        }
        let indented = line.trim_start();
        let comment = indented.strip_prefix("//");
        // A declaration without its brace would otherwise read the next one as fields.
        let Some(comment) = comment.filter(|comment| PolicyComment::parse(comment.trim()).is_none()) else { break };
        out.push_str(line.get(..line.len() - indented.len()).unwrap_or_default());
        out.push_str("  ");
        out.push_str(comment);
    }
    out.truncate(out.trim_end().len());
    out
}

/// Returns the start and the text of the comments right above the line at `line`. Allowances may be
/// among them and add no text. Any other comment to this program ends the search, and so does the
/// declaration that ends at `previous`.
fn comments_above(before: &str, start: u32, previous: u32, line: u32) -> (u32, Option<String>) {
    let above = usize::try_from(line.saturating_sub(start)).ok().and_then(|end| before.get(..end)).unwrap_or_default();
    // Removes the indentation of the line itself.
    let above = above.get(..above.rfind('\n').map_or(0, |end| end + 1)).unwrap_or_default();
    let mut doc = Vec::new();
    let mut first = line;
    let mut at = start.saturating_add(u32::try_from(above.len()).unwrap_or(u32::MAX));
    for text in above.split_inclusive('\n').rev() {
        at = at.saturating_sub(u32::try_from(text.len()).unwrap_or(u32::MAX));
        let indented = text.trim_start();
        let Some(comment) = indented.strip_prefix("//").filter(|_| at >= previous) else { break };
        let comment = comment.trim_end();
        match PolicyComment::parse(comment.trim_start()) {
            None => doc.push(comment.strip_prefix(' ').unwrap_or(comment)),
            Some(PolicyComment::Lint(Level::Allow, _)) => {}
            Some(_) => break,
        }
        first = at.saturating_add(u32::try_from(text.len() - indented.len()).unwrap_or_default());
    }
    doc.reverse();
    (first, (!doc.is_empty()).then(|| doc.join("\n")))
}

#[cfg(test)]
mod tests {
    use crate::Policy;

    #[test]
    fn a_declaration_is_read_with_its_comments() {
        let text = "// The tailnet.\n\n// policy: deny(allow-all)\n// Who may query.\n// policy: allow(unused-capability) soon\n\
                    // policy: capability \"example.com/cap/sql\" {\n//     // Who one is.\n//     role: \"reader\" | \"writer\";\n//  limit?: int }\n\
                    // policy: capability \"example.com/cap/b\" { }\n{\"grants\": []}";
        let policy = Policy::parse(text);
        assert_eq!(policy.unreadable, []);
        let [sql, other] = policy.capabilities.as_slice() else { panic!("{:?}", policy.capabilities) };
        assert_eq!((sql.name.as_str(), sql.doc.as_deref()), ("example.com/cap/sql", Some("Who may query.")));
        let at = |origin: crate::source::Origin| text.get(origin.range()).unwrap();
        assert_eq!(at(sql.name.origin), "\"example.com/cap/sql\"");
        assert_eq!(sql.shape.to_string(), "{ role: \"reader\" | \"writer\"; limit?: int; }");
        let fields: Vec<_> = sql.fields().iter().map(|field| at(sql.place(field))).collect();
        assert_eq!(fields, ["role", "limit"]);
        let all = at(sql.origin);
        assert!(all.starts_with("// Who may query.\n") && all.ends_with("int }"), "{all}");
        assert_eq!((other.doc.as_deref(), other.shape.to_string().as_str()), (None, "{}"));
        let scopes: Vec<_> = policy.lints.iter().map(|lint| lint.scope).collect();
        assert_eq!(scopes, [None, Some(sql.origin)]);
    }

    #[test]
    fn what_declares_nothing_is_reported() {
        for (text, message, at) in [
            (
                "// policy: capability \"a.b/c\" { x: str; }\n{}",
                "expected `string`, `int`, `number`, `bool`, a string, a list or an object, found `str`",
                "str",
            ),
            ("// policy: capability \"a.b/c\" {\n// x: int;\n// x: int; }\n{}", "there are two fields `x`", "x"),
            ("// policy: capability \"a.b/c\" {\n// x: int;\n{}", "expected the name of a field or `}`", ""),
            (
                "// policy: capabilty \"a.b/c\" { }\n{}",
                "`capabilty` declares nothing",
                "// policy: capabilty \"a.b/c\" { }",
            ),
            (
                "{\n// policy: capability \"a.b/c\" { }\n}",
                "a capability is declared above the opening brace of a policy, and only there",
                "// policy: capability \"a.b/c\" { }",
            ),
        ] {
            let [finding] = Policy::parse(text).unreadable.try_into().unwrap();
            assert_eq!((finding.message.as_str(), text.get(finding.origin.range()).unwrap()), (message, at), "{text}");
        }
        for text in ["// policy: capability grants are below\n{}", "// policy: capabilities\n{}"] {
            assert_eq!(Policy::parse(text).unreadable, []);
        }
    }
}

use crate::json::Map;

use crate::diagnostic::{Code, Diagnostic};
use crate::hujson::read::reader::{Member, Reader};
use crate::hujson::read::rule::trimmed;
use crate::hujson::{Kind, NodeId};
use crate::model::form::{SSH_TEST, TEST};
use crate::model::{Dialect, List, Selector, SshTest, Target, Test, headscale_word};
use crate::source::{Origin, Text};

impl Reader<'_> {
    pub(super) fn test(&mut self, id: NodeId) -> Option<Test> {
        let until = self.until(id);
        let [src, user, proto, accept, allow, deny, attrs] = self.fields(id, &TEST)?;
        let origin = self.document.origin(id);
        self.old_and_new(id, ("user", user), ("src", src), "");
        self.old_and_new(id, ("allow", allow), ("accept", accept), "");
        let first = self.findings.len();
        let proto = self.protocol(proto);
        // Tailscale's answer to any wrong word is only that the test failed. Its answer to a value
        // that is not a string is unknown.
        for finding in self.findings.iter_mut().skip(first).filter(|finding| finding.code != Code::WrongType) {
            finding.tailscale = Some(Target::FAILED.to_owned());
        }
        Some(Test {
            src: self.source(src.or(user), origin, "a test", Self::name, Some(Target::FAILED)),
            proto,
            accept: match accept {
                Some(_) => self.targets(accept, "accept"),
                None => self.targets(allow, "allow"),
            },
            deny: self.targets(deny, "deny"),
            src_posture_attrs: self.posture_attributes(attrs),
            until,
            doc: self.document.doc(id),
            origin,
        })
    }

    pub(super) fn ssh_test(&mut self, id: NodeId) -> Option<SshTest> {
        let until = self.until(id);
        let [src, dst, accept, check, deny, attrs] = self.fields(id, &SSH_TEST)?;
        let origin = self.document.origin(id);
        Some(SshTest {
            src: self.source(src, origin, "an SSH test", Self::selector, None),
            dst: self.selectors(dst, "dst"),
            accept: self.accounts(accept, "accept"),
            check: self.accounts(check, "check"),
            deny: self.accounts(deny, "deny"),
            src_posture_attrs: self.posture_attributes(attrs),
            until,
            doc: self.document.doc(id),
            origin,
        })
    }

    /// Reads the accounts of an SSH test. headscale removes the spaces around them.
    fn accounts(&mut self, value: Option<NodeId>, key: &str) -> List<Text> {
        match self.dialect {
            Dialect::Tailscale => self.texts(value, key),
            Dialect::Headscale => self.words(value, key, |_, text| Some(trimmed(text))),
        }
    }

    fn targets(&mut self, value: Option<NodeId>, key: &str) -> List<Target> {
        match self.dialect {
            Dialect::Tailscale => self.parsed(value, key, Target::parse),
            Dialect::Headscale => self.parsed(value, key, headscale_word::target),
        }
    }

    /// Reads the source of a test. A missing or empty source fails the test. `answer` is
    /// Tailscale's answer to that, if it is known.
    fn source(
        &mut self,
        src: Option<NodeId>,
        origin: Origin,
        name: &str,
        selector: fn(&Self, Text) -> Selector,
        answer: Option<&'static str>,
    ) -> Option<Selector> {
        let place = src.map_or(origin, |id| self.document.origin(id));
        let unreadable = src.is_some_and(|id| self.document.kind(id) != Kind::String);
        let text = self.text(src, "src").filter(|text| !text.is_empty());
        if text.is_none() && !unreadable {
            let mut finding = Diagnostic::new(Code::MissingField, place, format!("{name} needs a source"))
                .help("add `src`: a user, a group, a tag, a host or an address");
            finding.tailscale = answer.map(str::to_owned);
            self.findings.push(finding);
        }
        text.map(|text| selector(self, text))
    }

    /// Reads the assumed posture of the source: text, numbers and booleans by attribute name.
    fn posture_attributes(&mut self, value: Option<NodeId>) -> Map {
        let Some(id) = value else { return Map::new() };
        if self.document.kind(id) != Kind::Object {
            self.wrong_type(id, "`srcPostureAttrs`", "an object");
            return Map::new();
        }
        let mut attributes = List::default();
        self.declarations(id, "srcPostureAttrs", &mut attributes, |reader, Member { name, value, .. }| {
            if matches!(reader.document.kind(value), Kind::Array | Kind::Object) {
                reader.wrong_type(value, &format!("`{name}`"), "text, a number, true or false");
                return None;
            }
            Some((name.to_string(), reader.document.value(value)))
        });
        attributes.items.into_iter().flatten().collect()
    }
}

//! The words that can be written at a place.

use std::collections::BTreeSet;
use std::ops::Range;

use policy_core::model::{
    Acceptance, Autogroup, Key, KnownCapability, NODE_ATTRIBUTES, POSTURE_ATTRIBUTES, Policy, PostureType, Protocol,
    SelectorContext, SelectorKind, Shape, Word, service_ports,
};
use policy_core::vocabulary::{describe_autogroup, describe_port, describe_protocol};

use crate::cursor::{Cursor, CursorWord, cursor};
use crate::edit::Edit;
use crate::expected::{Expected, expected};
use crate::hover::{capability, explain_attribute, explain_capability, fields_of};
use crate::name::{Name, NameKind};
use crate::snapshot::Snapshot;

/// A word that can be written at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// The word.
    pub label: String,
    /// Its meaning.
    pub kind: CompletionKind,
    /// A few words about it.
    pub detail: Option<String>,
    /// An explanation, in Markdown.
    pub doc: Option<String>,
    /// The change of the text that writes it.
    pub edit: Edit,
}

/// The meaning of a word that can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompletionKind {
    /// A key of an object, or a field of the body of a capability.
    Key,
    /// A name.
    Name(NameKind),
    /// Any other word.
    Word,
}

/// Returns the words that can be written at a byte of the text of a policy. The text need not be
/// valid. The snapshot may be of an earlier text.
///
/// ```
/// use policy_core::Policy;
/// use policy_ide::{Snapshot, completions};
/// let text = r#"{"tagOwners": {"tag:web": []}, "grants": [{"src": ["ta"#;
/// let found = completions(&Snapshot::new(text, Policy::parse), text, text.len());
/// let tag = found.iter().find(|found| found.label == "tag:web").unwrap();
/// assert_eq!((&text[tag.edit.range.clone()], &*tag.edit.text), ("ta", "tag:web\""));
/// ```
pub fn completions(snapshot: &Snapshot, text: &str, at: usize) -> Vec<Completion> {
    let Some(cursor) = cursor(text, at) else { return Vec::new() };
    let Some(expected) = expected(&cursor) else { return Vec::new() };
    let mut writer = Writer::new(&cursor, snapshot);
    match expected {
        Expected::Keys(keys) => writer.keys(keys),
        Expected::Word(word) => writer.word(word),
        Expected::List(word) => {
            // The list has no brackets yet.
            writer.word(word);
            for found in &mut writer.found {
                found.edit.text = format!("[{}]", found.edit.text);
            }
        }
        Expected::Flag => writer.plain(["true", "false"]),
        Expected::Capability => writer.capabilities(),
        Expected::Fields(path) => writer.fields(&path),
        Expected::FieldValue(path) => writer.field_value(&path),
    }
    writer.found
}

pub(crate) struct Writer<'s> {
    cursor: &'s Cursor,
    snapshot: &'s Snapshot,
    found: Vec<Completion>,
    /// The bytes of the word that stay as they are.
    start: usize,
}

impl<'s> Writer<'s> {
    pub(crate) fn new(cursor: &'s Cursor, snapshot: &'s Snapshot) -> Self {
        Writer { cursor, snapshot, found: Vec::new(), start: 0 }
    }

    pub(crate) fn into_found(self) -> Vec<Completion> {
        self.found
    }

    fn policy(&self) -> &Policy {
        &self.snapshot.policy
    }

    /// Adds a word, in quotes.
    fn add(&mut self, label: impl Into<String>, kind: CompletionKind, detail: Option<String>, doc: Option<String>) {
        let label = label.into();
        let edit = self.edit(&label);
        self.found.push(Completion { label, kind, detail, doc, edit });
    }

    fn edit(&self, label: &str) -> Edit {
        let CursorWord { range, is_quoted, is_closed, has_colon, .. } = &self.cursor.word;
        let needs_colon = self.cursor.is_name && !has_colon;
        let open = if *is_quoted { "" } else { "\"" };
        let (close, end) = match (is_closed, needs_colon) {
            (true, false) => ("", range.end),
            // The quote is written again, with the colon after it.
            (true, true) => ("\": ", range.end + 1),
            (false, true) => ("\": ", range.end),
            (false, false) => ("\"", range.end),
        };
        Edit { range: range.start + self.start..end, text: format!("{open}{label}{close}") }
    }

    /// Adds words without quotes.
    fn plain(&mut self, words: [&str; 2]) {
        let Range { start, end } = self.cursor.word.range.clone();
        if self.cursor.word.is_quoted {
            return;
        }
        self.found.extend(words.map(|word| Completion {
            label: word.to_owned(),
            kind: CompletionKind::Word,
            detail: None,
            doc: None,
            edit: Edit { range: start..end, text: word.to_owned() },
        }));
    }

    fn keys(&mut self, keys: Vec<&'static Key>) {
        let has = self.cursor.around.last().map(|around| around.names.clone()).unwrap_or_default();
        let word = self.cursor.word.before.clone();
        for key in keys.into_iter().filter(|key| key.replacement.is_none()) {
            // The key at the cursor may be complete.
            let is_present = has.iter().any(|name| name.eq_ignore_ascii_case(key.name));
            if !is_present || word.eq_ignore_ascii_case(key.name) {
                self.add(key.name, CompletionKind::Key, None, Some(key.doc.to_owned()));
            }
        }
    }

    fn word(&mut self, word: Word) {
        match word {
            Word::Choice(words) => words.iter().for_each(|word| self.add(*word, CompletionKind::Word, None, None)),
            Word::Declaration(kind) => self.declarations(kind),
            Word::Selector(context) => self.selectors(context, ""),
            Word::SelectorPorts(context) => self.selector_ports(context),
            Word::Ports => self.ports(),
            Word::Protocol => {
                for (name, protocol) in Protocol::names() {
                    self.add(name, CompletionKind::Word, None, describe_protocol(protocol));
                }
            }
            Word::Attribute => {
                NODE_ATTRIBUTES.iter().for_each(|attribute| self.add(*attribute, CompletionKind::Word, None, None));
            }
            Word::Account => self.accounts(),
            Word::Duration => {
                ["always", "12h"].into_iter().for_each(|word| self.add(word, CompletionKind::Word, None, None))
            }
            Word::Condition => self.conditions(),
            Word::PostureAttribute => self.attributes(),
            Word::IpSetEntry => {
                let operation = ["add ", "remove "].into_iter().find(|word| self.cursor.word.before.starts_with(word));
                self.start = operation.map_or(0, str::len);
                self.selectors(SelectorContext::IpSet, "host:");
            }
            _ => {}
        }
    }

    /// Adds the names of a kind that are used and not declared.
    fn declarations(&mut self, kind: SelectorKind) {
        let Some(kind) = NameKind::of(kind) else { return };
        let names = self.snapshot.names().iter().filter(|name| name.kind == kind);
        let (declared, used): (Vec<&Name>, Vec<&Name>) = names.partition(|name| name.is_declaration);
        let missing = used.into_iter().filter(|name| !declared.iter().any(|declared| declared.is_same(name)));
        let missing: BTreeSet<String> = missing.map(|name| name.text.clone()).collect();
        for name in missing.into_iter().filter(|name| *name != self.cursor.word.before) {
            self.add(name, CompletionKind::Name(kind), Some("not declared yet".to_owned()), None);
        }
    }

    /// Adds everything that is certainly allowed in a place. `host` is written before the names of
    /// hosts.
    /// Adds the names that are allowed in a place. `host` is written before the names of hosts.
    pub(crate) fn selectors(&mut self, context: SelectorContext, host: &str) {
        self.selectors_before(context, host, "");
    }

    fn selectors_before(&mut self, context: SelectorContext, host: &str, after: &str) {
        let allows = |kind: SelectorKind| context.verdict(kind) == Acceptance::Allowed;
        let policy = &self.snapshot.policy;
        let mut names: Vec<(NameKind, String, Option<String>)> = Vec::new();
        let mut add = |kind: NameKind, selector: SelectorKind, name: &str, detail: Option<&str>| {
            if allows(selector) {
                let detail = detail.and_then(|doc| doc.lines().next()).map(str::to_owned);
                names.push((kind, name.to_owned(), detail));
            }
        };
        for tag in &policy.tag_owners {
            add(NameKind::Tag, SelectorKind::Tag, &tag.tag, tag.doc.as_deref());
        }
        for group in &policy.groups {
            add(NameKind::Group, SelectorKind::Group, &group.name, group.doc.as_deref());
        }
        for declared in &policy.hosts {
            let detail = declared.doc.as_deref().unwrap_or(&declared.text);
            add(NameKind::Host, SelectorKind::Host, &format!("{host}{}", declared.name), Some(detail));
        }
        for set in &policy.ipsets {
            add(NameKind::IpSet, SelectorKind::IpSet, &set.name, set.doc.as_deref());
        }
        for posture in &policy.postures {
            add(NameKind::Posture, SelectorKind::Posture, &posture.name, posture.doc.as_deref());
        }
        for (kind, selector) in [(NameKind::Service, SelectorKind::Service), (NameKind::User, SelectorKind::User)] {
            let used = self.snapshot.names().iter().filter(|name| name.kind == kind);
            let used: BTreeSet<&str> = used.map(|name| name.text.as_str()).collect();
            used.into_iter().for_each(|name| add(kind, selector, name, None));
        }
        if allows(SelectorKind::Wildcard) {
            self.add(format!("*{after}"), CompletionKind::Word, None, None);
        }
        for (kind, name, detail) in names.into_iter().filter(|(_, name, _)| *name != self.cursor.word.before) {
            self.add(format!("{name}{after}"), CompletionKind::Name(kind), detail, None);
        }
        for autogroup in context.autogroups().collect::<Vec<Autogroup>>() {
            let kind = CompletionKind::Name(NameKind::Autogroup);
            self.add(format!("{autogroup}{after}"), kind, None, describe_autogroup(autogroup));
        }
    }

    /// Adds destinations, or ports after a destination and its colon.
    fn selector_ports(&mut self, context: SelectorContext) {
        let before = self.cursor.word.before.clone();
        let host = before.rsplit_once(':').map(|(host, _)| host);
        match host.filter(|host| !is_prefix(host)) {
            Some(host) => {
                self.start = host.len() + 1;
                if context != SelectorContext::TestDst {
                    self.add("*", CompletionKind::Word, Some("all ports".to_owned()), None);
                }
                self.numbers("");
            }
            None => self.selectors_before(context, "", ":"),
        }
    }

    fn ports(&mut self) {
        let protocol = self.cursor.word.before.rsplit_once(':').map(|(protocol, _)| protocol.to_owned());
        if let Some(protocol) = protocol {
            self.start = protocol.len() + 1;
            self.add("*", CompletionKind::Word, Some("all ports".to_owned()), None);
            return self.numbers("");
        }
        self.add("*", CompletionKind::Word, Some("all ports".to_owned()), None);
        self.numbers("tcp:");
        for (name, protocol) in Protocol::names() {
            let ports = if matches!(name, "tcp" | "udp" | "sctp") { "" } else { "*" };
            self.add(format!("{name}:{ports}"), CompletionKind::Word, None, describe_protocol(protocol));
        }
    }

    /// Adds the ports of well-known services.
    fn numbers(&mut self, before: &str) {
        let mut ports: Vec<(u16, &str)> = service_ports().map(|(name, port)| (port, name)).collect();
        ports.sort_unstable();
        ports.dedup_by_key(|(port, _)| *port);
        for (port, name) in ports {
            let label = format!("{before}{port}");
            self.add(label, CompletionKind::Word, Some(name.to_owned()), describe_port(port));
        }
    }

    fn accounts(&mut self) {
        let nonroot = Autogroup::Nonroot;
        self.add(nonroot.name(), CompletionKind::Name(NameKind::Autogroup), None, describe_autogroup(nonroot));
        let used = self.policy().ssh.iter().flat_map(|rule| &rule.users).map(|account| account.to_string());
        let domains = self.policy().groups.iter().flat_map(|group| &group.members).filter_map(|member| member.domain());
        let domains = domains.map(|domain| format!("localpart:*@{domain}"));
        let accounts: BTreeSet<String> = used.chain(domains).chain(["root".to_owned()]).collect();
        for account in accounts.into_iter().filter(|account| !account.starts_with("autogroup:")) {
            self.add(account, CompletionKind::Word, None, None);
        }
    }

    /// Adds attributes, or the values after an attribute and a comparison.
    fn conditions(&mut self) {
        let before = self.cursor.word.before.clone();
        let Some((attribute, rest)) = before.split_once(' ') else {
            return self.attributes();
        };
        let kind = POSTURE_ATTRIBUTES.iter().find(|(known, _)| *known == attribute).map(|(_, kind)| *kind);
        if let Some((operator, _)) = rest.split_once(' ') {
            self.start = attribute.len() + operator.len() + 2;
            let values: Vec<String> = match kind {
                Some(PostureType::OneOf(values)) => values.iter().map(|value| format!("'{value}'")).collect(),
                Some(PostureType::Bool) => vec!["true".to_owned(), "false".to_owned()],
                _ => Vec::new(),
            };
            return values.into_iter().for_each(|value| self.add(value, CompletionKind::Word, None, None));
        }
        self.start = attribute.len() + 1;
        for operator in ["==", "!=", "<", "<=", ">", ">=", "IN", "NOT IN", "IS SET", "NOT SET"] {
            self.add(operator, CompletionKind::Word, None, None);
        }
    }

    fn attributes(&mut self) {
        let own = self.snapshot.names().iter().filter(|name| name.kind == NameKind::Attribute);
        let own = own.map(|name| name.text.clone());
        let known = POSTURE_ATTRIBUTES.iter().map(|(name, _)| (*name).to_owned());
        let all: BTreeSet<String> = known.chain(own).filter(|name| *name != self.cursor.word.before).collect();
        for name in all {
            let doc = explain_attribute(&name);
            self.add(name, CompletionKind::Name(NameKind::Attribute), None, doc);
        }
    }

    fn capabilities(&mut self) {
        let known = KnownCapability::of_grants().iter().chain(KnownCapability::of_node_attributes());
        let known = known.map(|known| known.name.to_owned());
        let declared = self.policy().capabilities.iter().map(|declared| declared.name.to_string());
        let used = self.policy().granted_capabilities().into_iter().map(str::to_owned);
        let all: BTreeSet<String> = known.chain(declared).chain(used).collect();
        for name in all.into_iter().filter(|name| *name != self.cursor.word.before) {
            let doc = explain_capability(self.policy(), &name);
            self.add(name, CompletionKind::Name(NameKind::Capability), None, doc);
        }
    }

    /// Adds the fields of an object in the body of a capability.
    fn fields(&mut self, path: &[String]) {
        let Some((name, around)) = path.split_first() else { return };
        let Some((_, shape)) = capability(self.policy(), name) else { return };
        let has = self.cursor.around.last().map(|around| around.names.clone()).unwrap_or_default();
        for field in fields_of(&shape, around).unwrap_or_default() {
            if !has.contains(&field.name) || self.cursor.word.before == field.name {
                let detail = Some(field.shape.noun());
                self.add(&*field.name, CompletionKind::Key, detail, field.doc.clone());
            }
        }
    }

    /// Adds the values of a field.
    fn field_value(&mut self, path: &[String]) {
        let Some((name, fields)) = path.split_first() else { return };
        let Some((last, around)) = fields.split_last() else { return };
        let Some((_, shape)) = capability(self.policy(), name) else { return };
        let field = fields_of(&shape, around).and_then(|fields| fields.iter().find(|field| field.name == *last));
        let mut shape = field.map(|field| &field.shape);
        while let Some(Shape::List(item)) = shape {
            shape = Some(&**item);
        }
        match shape {
            Some(Shape::Choice(choices)) => {
                choices.iter().for_each(|choice| self.add(&**choice, CompletionKind::Word, None, None));
            }
            Some(Shape::Bool) => self.plain(["true", "false"]),
            _ => {}
        }
    }
}

/// Returns whether a word is only the beginning of a name, such as `tag`.
fn is_prefix(word: &str) -> bool {
    policy_core::model::Selector::PREFIXES.contains(&word)
}

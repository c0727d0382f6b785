//! Converts entries to statements. Functions return `None` for an entry that has no statement,
//! which stays JSON.

use std::net::Ipv6Addr;

use policy_core::hujson::Document;
use policy_core::model::Until;

use super::fields::{Fields, Key};
use super::layout::until;
use super::placement::Placement;
use super::tree::{Form, Item, List, Node, Piece};
use crate::comment::Child;
use policy_cli::tool::words::Names;
use policy_cli::tool::words::{is_duration, is_port, is_protocol, is_range, quoted, test_target};

const GRANT: &[Key] = &[
    Key::list("src"),
    Key::list("dst"),
    Key::list("ip"),
    Key::list("via"),
    Key::list("srcPosture"),
    Key::object("app"),
];
const ACL: &[Key] = &[
    Key::word("action"),
    Key::list("src").or("users"),
    Key::list("dst").or("ports"),
    Key::word("proto"),
    Key::list("srcPosture"),
];
const SSH: &[Key] = &[
    Key::word("action"),
    Key::list("src"),
    Key::list("dst"),
    Key::list("users"),
    Key::word("checkPeriod"),
    Key::list("acceptEnv"),
    Key::list("srcPosture"),
    Key::list("recorder"),
    Key::word("enforceRecorder"),
];
const NODE_ATTR: &[Key] = &[Key::list("target"), Key::list("attr"), Key::object("app"), Key::list("ipPool")];
const TEST: &[Key] = &[
    Key::word("src").or("user"),
    Key::word("proto").statement(),
    Key::object("srcPostureAttrs").statement(),
    Key::list("accept").or("allow").statement(),
    Key::list("deny").statement(),
];
const SSH_TEST: &[Key] = &[
    Key::word("src"),
    Key::list("dst"),
    Key::list("accept").statement(),
    Key::list("check").statement(),
    Key::list("deny").statement(),
    Key::object("srcPostureAttrs").statement(),
];

/// A kind of entry that can be a statement.
pub(super) struct EntryKind {
    /// The possible fields of an entry, in the order in which the macro writes them.
    pub(super) keys: &'static [Key],
    /// Converts an entry to an equivalent statement, if there is one.
    read: fn(&mut Statement) -> Option<Form>,
    /// True if it may have a last day.
    can_end: bool,
}

impl EntryKind {
    pub(super) const GRANT: EntryKind = EntryKind { keys: GRANT, read: |entry| entry.grant(), can_end: true };
    pub(super) const ACL: EntryKind = EntryKind { keys: ACL, read: |entry| entry.acl(), can_end: true };
    pub(super) const SSH: EntryKind = EntryKind { keys: SSH, read: |entry| entry.ssh(), can_end: true };
    pub(super) const NODE_ATTR: EntryKind =
        EntryKind { keys: NODE_ATTR, read: |entry| entry.node_attr(), can_end: false };
    pub(super) const TEST: EntryKind = EntryKind { keys: TEST, read: |entry| entry.test(), can_end: true };
    pub(super) const SSH_TEST: EntryKind = EntryKind { keys: SSH_TEST, read: |entry| entry.ssh_test(), can_end: true };

    /// Converts an entry of the section to a statement.
    pub(super) fn statement(&self, document: &Document, names: &Names, child: &Child) -> Option<Node> {
        let mut fields = Fields::read(document, self.keys, child)?;
        let placement = std::mem::take(&mut fields.placement).into_order()?;
        let mut statement = Statement { fields, placement, names };
        let form = (self.read)(&mut statement)?;
        let Placement { docs, after, .. } = statement.placement;
        Some(Node { docs, after, ..Node::new(form) })
    }
}

impl EntryKind {
    /// Moves the comment with the last day of an entry, which is the last comment above it, into
    /// its statement.
    pub(super) fn read_end(&self, node: &mut Node) {
        let Some(date) = node.docs.last().and_then(|line| until(line)).filter(|_| self.can_end) else { return };
        let end = [Piece::word(Until::WORD), Piece::Word(quoted(&date.to_string()))];
        match &mut node.form {
            Form::Statement(pieces) | Form::Assertion(pieces) => pieces.extend(end),
            Form::Block { nodes, .. } => nodes.insert(0, Node::new(Form::Assertion(end.into()))),
        }
        node.docs.pop();
    }
}

/// Returns the items of the list with number `field`, with their comments.
pub(super) fn items(
    texts: &[String],
    field: usize,
    placement: &mut Placement,
    text: &dyn Fn(&str) -> String,
) -> Vec<Item> {
    let item = |(index, word): (usize, &String)| Item { docs: placement.take((field, index + 1)), text: text(word) };
    texts.iter().enumerate().map(item).collect()
}

/// An entry that is being converted to a statement.
struct Statement<'a> {
    fields: Fields,
    placement: Placement,
    names: &'a Names,
}

impl Statement<'_> {
    fn grant(&mut self) -> Option<Form> {
        let mut pieces = vec![self.leading("src")?, Piece::word("->"), self.selectors("dst")?];
        if let Some(ports) = self.fields.list("ip") {
            if !ports.iter().all(|port| is_port(port)) {
                return None;
            }
            pieces.extend([Piece::word("on"), self.list("ip", List::Ports, &str::to_owned)?]);
        }
        self.clause("via", &mut pieces)?;
        self.clause("srcPosture", &mut pieces)?;
        self.object("app", &mut pieces);
        Some(Form::Statement(pieces))
    }

    /// Converts an ACL. Destinations with the same ports share a clause.
    fn acl(&mut self) -> Option<Form> {
        if self.fields.word("action") != Some("accept") {
            return None;
        }
        let proto = self.fields.word("proto").map(str::to_owned);
        if self.fields.has("proto") && !proto.as_deref().is_some_and(is_protocol) {
            return None;
        }
        let mut pieces = vec![self.leading("src")?, Piece::word("->")];
        let mut targets: Vec<(Vec<Item>, Vec<String>)> = Vec::new();
        let order = self.fields.order("dst");
        for (index, destination) in self.fields.list("dst")?.iter().enumerate() {
            let (host, ports) = destination.rsplit_once(':')?;
            // The macro adds the brackets of an IPv6 address.
            let host = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
                Some(address) if address.parse::<Ipv6Addr>().is_ok() => address,
                _ if host.parse::<Ipv6Addr>().is_ok() => return None,
                _ => host,
            };
            let ranges: Vec<&str> = ports.split(',').collect();
            if !ranges.iter().all(|range| is_range(range)) {
                return None;
            }
            let with_protocol = |range: &&str| match &proto {
                Some(proto) => format!("{proto}:{range}"),
                None => (*range).to_owned(),
            };
            let ports: Vec<String> = ranges.iter().map(with_protocol).collect();
            let item = Item { docs: self.placement.take((order, index + 1)), text: self.names.selector(host) };
            match targets.last_mut() {
                Some((hosts, last)) if *last == ports => hosts.push(item),
                _ => targets.push((vec![item], ports)),
            }
        }
        for (index, (hosts, ports)) in targets.into_iter().enumerate() {
            if index > 0 {
                pieces.push(Piece::word("and"));
            }
            let ports = ports.into_iter().map(|text| Item { docs: Vec::new(), text }).collect();
            pieces.extend([Piece::List(List::Plain, hosts), Piece::word("on"), Piece::List(List::Ports, ports)]);
        }
        self.clause("srcPosture", &mut pieces)?;
        Some(Form::Statement(pieces))
    }

    fn ssh(&mut self) -> Option<Form> {
        let action = self.fields.word("action").filter(|action| matches!(*action, "accept" | "check"))?;
        let mut pieces = vec![Piece::word(action), self.selectors("src")?, Piece::word("->"), self.selectors("dst")?];
        if self.fields.has("users") {
            pieces.extend([Piece::word("as"), self.accounts("users")?]);
        }
        if self.fields.has("checkPeriod") {
            let period = self.fields.word("checkPeriod")?;
            let period = if period == "always" || is_duration(period) { period.to_owned() } else { quoted(period) };
            pieces.extend([Piece::word("checkPeriod"), Piece::Word(period)]);
        }
        self.strings("acceptEnv", &mut pieces)?;
        self.clause("srcPosture", &mut pieces)?;
        self.clause("recorder", &mut pieces)?;
        if self.fields.has("enforceRecorder") {
            self.fields.is_true("enforceRecorder").then(|| pieces.push(Piece::word("enforceRecorder")))?;
        }
        Some(Form::Statement(pieces))
    }

    fn node_attr(&mut self) -> Option<Form> {
        let mut pieces = vec![self.leading("target")?];
        self.strings("attr", &mut pieces)?;
        self.object("app", &mut pieces);
        self.strings("ipPool", &mut pieces)?;
        // A statement needs at least one clause.
        (pieces.len() > 1).then_some(Form::Statement(pieces))
    }

    fn test(&mut self) -> Option<Form> {
        let head = vec![Piece::Word(self.names.selector(self.fields.word("src")?))];
        let mut nodes = Vec::new();
        if self.fields.has("proto") {
            let proto = self.fields.word("proto")?;
            let proto = if is_protocol(proto) { proto.to_owned() } else { quoted(proto) };
            nodes.push(self.assertion("proto", Piece::Word(proto)));
        }
        self.attributes(&mut nodes);
        for key in ["accept", "deny"] {
            if self.fields.has(key) {
                let names = self.names;
                let targets = self.list(key, List::Plain, &|text| test_target(names, text))?;
                nodes.push(self.assertion(key, targets));
            }
        }
        Some(Form::Block { head, nodes, end: Vec::new() })
    }

    fn ssh_test(&mut self) -> Option<Form> {
        let source = self.names.selector(self.fields.word("src")?);
        let head = vec![Piece::Word(source), Piece::word("->"), self.selectors("dst")?];
        let mut nodes = Vec::new();
        for key in ["accept", "check", "deny"] {
            if self.fields.has(key) {
                let accounts = self.accounts(key)?;
                nodes.push(self.assertion(key, accounts));
            }
        }
        self.attributes(&mut nodes);
        Some(Form::Block { head, nodes, end: Vec::new() })
    }

    // --- parts ---

    fn list(&mut self, key: &str, kind: List, text: &dyn Fn(&str) -> String) -> Option<Piece> {
        let order = self.fields.order(key);
        Some(Piece::List(kind, items(self.fields.list(key)?, order, &mut self.placement, text)))
    }

    fn selectors(&mut self, key: &str) -> Option<Piece> {
        let names = self.names;
        self.list(key, List::Plain, &|text| names.selector(text))
    }

    /// Reads the list at the start of a statement. A comment on its first item is a comment on the
    /// statement.
    fn leading(&mut self, key: &str) -> Option<Piece> {
        let first = self.placement.take((self.fields.order(key), 1));
        self.placement.docs.extend(first);
        self.selectors(key)
    }

    /// Reads accounts on the devices. They are strings, except for `autogroup:nonroot`, which is a
    /// name.
    fn accounts(&mut self, key: &str) -> Option<Piece> {
        self.list(key, List::Plain, &|text| {
            if text == "autogroup:nonroot" { text.to_owned() } else { quoted(text) }
        })
    }

    /// Adds a clause of names, if the entry has the field.
    fn clause(&mut self, key: &str, pieces: &mut Vec<Piece>) -> Option<()> {
        if self.fields.has(key) {
            pieces.extend([Piece::word(key), self.selectors(key)?]);
        }
        Some(())
    }

    /// Adds a clause of strings, if the entry has the field.
    fn strings(&mut self, key: &str, pieces: &mut Vec<Piece>) -> Option<()> {
        if self.fields.has(key) {
            pieces.extend([Piece::word(key), self.list(key, List::Plain, &quoted)?]);
        }
        Some(())
    }

    /// Adds a clause of JSON, if the entry has the field.
    fn object(&mut self, key: &str, pieces: &mut Vec<Piece>) {
        if let Some(json) = self.fields.take_object(key) {
            pieces.extend([Piece::word(key), Piece::Json(json)]);
        }
    }

    fn attributes(&mut self, nodes: &mut Vec<Node>) {
        if let Some(json) = self.fields.take_object("srcPostureAttrs") {
            nodes.push(self.assertion("srcPostureAttrs", Piece::Json(json)));
        }
    }

    /// Returns a statement inside a test.
    fn assertion(&mut self, key: &str, value: Piece) -> Node {
        let docs = self.placement.take((self.fields.order(key), 0));
        let is_apart = self.fields.is_apart(key);
        Node { docs, is_apart, ..Node::new(Form::Assertion(vec![Piece::word(key), value])) }
    }
}

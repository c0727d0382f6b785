//! Entries as statements. What has no statement is left to JSON: for that, `None` is returned.

use std::net::Ipv6Addr;

use policy_core::hujson::Document;

use super::fields::{Fields, Key};
use super::names::Names;
use super::placement::Placement;
use super::tree::{Form, Item, List, Node, Piece};
use super::word::{is_address_start, is_duration, is_number, is_port, is_protocol, is_range, quoted};
use crate::comment::Child;

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

/// The fields that an entry of a section may have.
pub(super) fn keys(section: &str) -> &'static [Key] {
    match section {
        "grants" => GRANT,
        "acls" => ACL,
        "ssh" => SSH,
        "nodeAttrs" => NODE_ATTR,
        "tests" => TEST,
        "sshTests" => SSH_TEST,
        _ => &[],
    }
}

/// The entry of a section that is a list.
pub(super) fn entry(document: &Document, names: &Names, section: &str, child: &Child) -> Option<Node> {
    let read: Read = match section {
        "grants" => |entry| entry.grant(),
        "acls" => |entry| entry.acl(),
        "ssh" => |entry| entry.ssh(),
        "nodeAttrs" => |entry| entry.node_attr(),
        "tests" => |entry| entry.test(),
        "sshTests" => |entry| entry.ssh_test(),
        _ => return None,
    };
    let keys = keys(section);
    let mut fields = Fields::of(document, keys, child)?;
    let placement = std::mem::take(&mut fields.placement).in_order()?;
    let mut statement = Statement { fields, placement, names };
    let form = read(&mut statement)?;
    let Placement { docs, after, .. } = statement.placement;
    Some(Node { docs, after, ..Node::new(form) })
}

/// The items of the list at place `field`, with their comments.
pub(super) fn items(
    texts: &[String],
    field: usize,
    placement: &mut Placement,
    text: impl Fn(&str) -> String,
) -> Vec<Item> {
    let item = |(index, word): (usize, &String)| Item { docs: placement.take((field, index + 1)), text: text(word) };
    texts.iter().enumerate().map(item).collect()
}

/// What makes a statement of an entry, if there is one that says the same.
type Read = fn(&mut Statement) -> Option<Form>;

/// An entry that is being made into a statement.
struct Statement<'a> {
    fields: Fields,
    placement: Placement,
    names: &'a Names,
}

impl Statement<'_> {
    fn grant(&mut self) -> Option<Form> {
        let mut pieces = vec![self.leading(0)?, Piece::word("->"), self.selectors(1)?];
        if let Some(ports) = self.fields.list(2) {
            if !ports.iter().all(|port| is_port(port)) {
                return None;
            }
            pieces.extend([Piece::word("on"), self.list(2, List::Ports, str::to_owned)?]);
        }
        self.clause("via", 3, &mut pieces)?;
        self.clause("srcPosture", 4, &mut pieces)?;
        self.object("app", 5, &mut pieces);
        Some(Form::Statement(pieces))
    }

    /// Destinations with the same ports are told together.
    fn acl(&mut self) -> Option<Form> {
        if self.fields.word(0) != Some("accept") {
            return None;
        }
        let proto = self.fields.word(3).map(str::to_owned);
        if self.fields.has(3) && !proto.as_deref().is_some_and(is_protocol) {
            return None;
        }
        let mut pieces = vec![self.leading(1)?, Piece::word("->")];
        let mut targets: Vec<(Vec<Item>, Vec<String>)> = Vec::new();
        for (index, destination) in self.fields.list(2)?.iter().enumerate() {
            let (host, ports) = destination.rsplit_once(':')?;
            // The macro puts an IPv6 address into brackets.
            let host = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
                Some(address) if address.parse::<Ipv6Addr>().is_ok() => address,
                _ if host.parse::<Ipv6Addr>().is_ok() => return None,
                _ => host,
            };
            let ranges: Vec<&str> = ports.split(',').collect();
            if !ranges.iter().all(|range| is_range(range)) {
                return None;
            }
            let with_protocol =
                |range: &&str| proto.iter().map(|proto| format!("{proto}:")).collect::<String>() + range;
            let ports: Vec<String> = ranges.iter().map(with_protocol).collect();
            let item = Item { docs: self.placement.take((3, index + 1)), text: self.names.selector(host) };
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
        self.clause("srcPosture", 4, &mut pieces)?;
        Some(Form::Statement(pieces))
    }

    fn ssh(&mut self) -> Option<Form> {
        let action = self.fields.word(0).filter(|action| matches!(*action, "accept" | "check"))?.to_owned();
        let mut pieces = vec![Piece::Word(action), self.selectors(1)?, Piece::word("->"), self.selectors(2)?];
        if self.fields.has(3) {
            pieces.extend([Piece::word("as"), self.accounts(3)?]);
        }
        if self.fields.has(4) {
            let period = self.fields.word(4)?;
            let period = if period == "always" || is_duration(period) { period.to_owned() } else { quoted(period) };
            pieces.extend([Piece::word("checkPeriod"), Piece::Word(period)]);
        }
        if self.fields.has(5) {
            pieces.extend([Piece::word("acceptEnv"), self.list(5, List::Plain, quoted)?]);
        }
        self.clause("srcPosture", 6, &mut pieces)?;
        self.clause("recorder", 7, &mut pieces)?;
        if self.fields.has(8) {
            self.fields.is_true(8).then(|| pieces.push(Piece::word("enforceRecorder")))?;
        }
        Some(Form::Statement(pieces))
    }

    fn node_attr(&mut self) -> Option<Form> {
        let mut pieces = vec![self.leading(0)?];
        if self.fields.has(1) {
            pieces.extend([Piece::word("attr"), self.list(1, List::Plain, quoted)?]);
        }
        self.object("app", 2, &mut pieces);
        if self.fields.has(3) {
            pieces.extend([Piece::word("ipPool"), self.list(3, List::Plain, quoted)?]);
        }
        // Without a clause there is no statement.
        (pieces.len() > 1).then_some(Form::Statement(pieces))
    }

    fn test(&mut self) -> Option<Form> {
        let head = vec![Piece::Word(self.names.selector(self.fields.word(0)?))];
        let mut nodes = Vec::new();
        if self.fields.has(1) {
            let proto = self.fields.word(1)?;
            let proto = if is_protocol(proto) { proto.to_owned() } else { quoted(proto) };
            nodes.push(self.assert(1, vec![Piece::word("proto"), Piece::Word(proto)]));
        }
        self.attributes(2, &mut nodes);
        for (index, keyword) in [(3, "accept"), (4, "deny")] {
            if self.fields.has(index) {
                let names = self.names;
                let probes = self.list(index, List::Plain, |text| probe(names, text))?;
                nodes.push(self.assert(index, vec![Piece::word(keyword), probes]));
            }
        }
        Some(Form::Block { head, nodes, end: Vec::new() })
    }

    fn ssh_test(&mut self) -> Option<Form> {
        let head = vec![Piece::Word(self.names.selector(self.fields.word(0)?)), Piece::word("->"), self.selectors(1)?];
        let mut nodes = Vec::new();
        for (index, keyword) in [(2, "accept"), (3, "check"), (4, "deny")] {
            if self.fields.has(index) {
                let accounts = self.accounts(index)?;
                nodes.push(self.assert(index, vec![Piece::word(keyword), accounts]));
            }
        }
        self.attributes(5, &mut nodes);
        Some(Form::Block { head, nodes, end: Vec::new() })
    }

    // --- parts ---

    fn list(&mut self, index: usize, kind: List, text: impl Fn(&str) -> String) -> Option<Piece> {
        let texts = self.fields.list(index)?;
        Some(Piece::List(kind, items(texts, index + 1, &mut self.placement, text)))
    }

    fn selectors(&mut self, index: usize) -> Option<Piece> {
        let names = self.names;
        self.list(index, List::Plain, |text| names.selector(text))
    }

    /// The list that a statement starts with: a comment on its first item is one on the statement.
    fn leading(&mut self, index: usize) -> Option<Piece> {
        let first = self.placement.take((index + 1, 1));
        self.placement.docs.extend(first);
        self.selectors(index)
    }

    /// Accounts on the machines, which are data; `autogroup:nonroot` is a name.
    fn accounts(&mut self, index: usize) -> Option<Piece> {
        self.list(
            index,
            List::Plain,
            |text| if text.starts_with("autogroup:") { Names::plain(text) } else { quoted(text) },
        )
    }

    fn clause(&mut self, keyword: &str, index: usize, pieces: &mut Vec<Piece>) -> Option<()> {
        if self.fields.has(index) {
            pieces.extend([Piece::word(keyword), self.selectors(index)?]);
        }
        Some(())
    }

    fn object(&mut self, keyword: &str, index: usize, pieces: &mut Vec<Piece>) {
        if let Some(json) = self.fields.take_object(index) {
            pieces.extend([Piece::word(keyword), Piece::Json(json)]);
        }
    }

    fn attributes(&mut self, index: usize, nodes: &mut Vec<Node>) {
        if let Some(json) = self.fields.take_object(index) {
            nodes.push(self.assert(index, vec![Piece::word("srcPostureAttrs"), Piece::Json(json)]));
        }
    }

    /// A statement within a test.
    fn assert(&mut self, index: usize, pieces: Vec<Piece>) -> Node {
        Node { docs: self.placement.take((index + 1, 0)), ..Node::new(Form::Assertion(pieces)) }
    }
}

/// One host and one port of a test.
pub(crate) fn probe(names: &Names, text: &str) -> String {
    let Some((host, port)) = text.rsplit_once(':') else { return quoted(text) };
    let host = names.selector(host);
    if host.starts_with('"') || is_address_start(&host) || !(is_number(port) || port == "*") {
        return quoted(text);
    }
    format!("{host}:{port}")
}

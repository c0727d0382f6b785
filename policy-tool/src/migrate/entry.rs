//! Converts an ACL to grants.

use policy_core::hujson::{Document, Kind, NodeId};
use policy_core::json::Value;
use policy_core::model::{Acl, Autogroup, PortRange, Selector, SelectorKind};

use super::commented::{Item, Items};
use crate::comment::{Child, Content, content_with_marks};

/// The minimum width of a list that the official formatter breaks.
const WIDTH: usize = 78;

/// Destinations that one grant can have, because they have the same ports and the same sources.
struct Part<'a> {
    hosts: Vec<Host<'a>>,
    /// True if the sources must not contain `*`, which is not allowed in a grant to
    /// `autogroup:self`. `grant-h9`
    is_own: bool,
}

/// A destination, and the items of `dst` that name it. Each item has an index and its ports.
struct Host<'a> {
    name: &'a str,
    items: Vec<(usize, &'a [PortRange])>,
}

impl Host<'_> {
    /// Returns the ports of all items in order, without duplicates.
    fn ports(&self) -> Vec<PortRange> {
        let mut ports = Vec::new();
        for range in self.items.iter().flat_map(|(_, ports)| *ports) {
            if !ports.contains(range) {
                ports.push(*range);
            }
        }
        ports
    }
}

/// Groups the destinations by their ports, in order of appearance.
fn parts(acl: &Acl) -> Vec<Part<'_>> {
    let has_wildcard = acl.src.iter().any(is_wildcard);
    let own = SelectorKind::Autogroup(Some(Autogroup::SelfDevices));
    let mut hosts: Vec<(Host, bool)> = Vec::new();
    for (index, destination) in acl.dst.iter().enumerate() {
        let (name, item) = (destination.host.text.as_str(), (index, destination.ports.as_slice()));
        match hosts.iter_mut().find(|(host, _)| host.name == name) {
            Some((host, _)) => host.items.push(item),
            None => hosts.push((Host { name, items: vec![item] }, has_wildcard && destination.host.kind == own)),
        }
    }
    let mut parts: Vec<(Vec<PortRange>, Part)> = Vec::new();
    for (host, is_own) in hosts {
        let mut ports = host.ports();
        ports.sort_unstable();
        match parts.iter_mut().find(|(known, part)| *known == ports && part.is_own == is_own) {
            Some((_, part)) => part.hosts.push(host),
            None => parts.push((ports, Part { hosts: vec![host], is_own })),
        }
    }
    if parts.is_empty() {
        // An ACL without destinations has no effect, and neither has this grant.
        parts.push((Vec::new(), Part { hosts: Vec::new(), is_own: false }));
    }
    parts.into_iter().map(|(_, part)| part).collect()
}

/// Returns the grants that have the same meaning as an ACL, as the texts of objects: one for each
/// distinct set of ports of its destinations. `everybody` replaces `*` as a source of
/// `autogroup:self`.
///
/// Comments on the ACL's sources and fields go to the first grant. Comments on a destination stay
/// with it.
pub(super) fn grants(document: &Document, id: NodeId, acl: &Acl, everybody: &str) -> Vec<String> {
    let content = content_with_marks(document, id);
    let is_broken = document.source(id).contains('\n');
    let entry = Entry::read(document, acl, &content, everybody);
    let parts = parts(acl);
    let grant = |(index, part): (usize, &Part)| {
        let (is_first, is_last) = (index == 0, index + 1 == parts.len());
        let mut object = Items::from_content(&content, is_broken, is_first, is_last);
        object.items = entry.members(part, is_first, is_last);
        let text = object.object();
        if text.len() <= WIDTH || text.contains('\n') {
            return text;
        }
        // The formatter would only break a long list in it, and keep the rest on one line.
        Items { is_broken: true, ..object }.object()
    };
    parts.iter().enumerate().map(grant).collect()
}

/// An ACL by its members. Each item has the comments of a member, and no text yet.
struct Entry<'a> {
    document: &'a Document,
    acl: &'a Acl,
    everybody: &'a str,
    src: (Item, Option<NodeId>),
    dst: (Item, Option<NodeId>),
    ip: Item,
    /// The protocol, followed by a colon
    proto: String,
    /// The members that a grant has, too, with their names.
    others: Vec<(Item, String, NodeId)>,
}

impl<'a> Entry<'a> {
    fn read(document: &'a Document, acl: &'a Acl, content: &Content, everybody: &'a str) -> Self {
        let mut entry = Entry {
            document,
            acl,
            everybody,
            src: Default::default(),
            dst: Default::default(),
            ip: Item::default(),
            proto: String::new(),
            others: Vec::new(),
        };
        for child in &content.children {
            entry.member(child);
        }
        entry
    }

    fn member(&mut self, child: &Child) {
        let name = child.name.and_then(|name| self.document.string(name));
        match name.as_ref().map(|name| name.to_ascii_lowercase()).as_deref() {
            // A grant has no action, so comments on the action are about the rule.
            Some("action") => self.src.0.take_above(child),
            Some("src" | "users") => {
                self.src.0.take(child);
                self.src.1 = Some(child.value);
            }
            Some("dst" | "ports") => {
                self.dst.0.take(child);
                self.dst.1 = Some(child.value);
            }
            Some("proto") => {
                self.ip.take(child);
                let proto = self.document.string(child.value).filter(|proto| !proto.is_empty());
                self.proto = proto.map(|proto| proto.to_ascii_lowercase() + ":").unwrap_or_default();
            }
            Some("srcposture") => self.others.insert(0, (Item::from_child(child), literal("srcPosture"), child.value)),
            _ => {
                let name = child.name.map(|name| self.document.source(name).to_owned());
                self.others.push((Item::from_child(child), name.unwrap_or_default(), child.value));
            }
        }
    }

    /// Returns the members of a grant, in Tailscale's order.
    fn members(&self, part: &Part, is_first: bool, is_last: bool) -> Vec<Item> {
        let of = |item: &Item, name: &str, value: String| {
            let comments = if is_first { item.clone() } else { Item::default() };
            Item { text: format!("{name}: {value}"), ..comments }
        };
        let (dst, ip) = self.destinations(part, is_first, is_last);
        let mut members = vec![
            of(&self.src.0, "\"src\"", self.sources(part, is_first)),
            of(&self.dst.0, "\"dst\"", dst.list()),
            of(&self.ip, "\"ip\"", ip.list()),
        ];
        members.extend(self.others.iter().map(|(item, name, value)| {
            let value = if is_first {
                self.document.source(*value).to_owned()
            } else {
                self.document.value(*value).to_string()
            };
            of(item, name, value)
        }));
        members
    }

    fn sources(&self, part: &Part, is_first: bool) -> String {
        let Some(id) = self.src.1 else { return "[]".to_owned() };
        let source = self.document.source(id);
        if (is_first && !part.is_own) || self.document.kind(id) != Kind::Array {
            return source.to_owned();
        }
        let content = content_with_marks(self.document, id);
        let mut list = Items::from_content(&content, source.contains('\n'), is_first, is_first);
        let child = |child: &Child| if is_first { Item::from_child(child) } else { Item::default() };
        let items = self.acl.src.iter().zip(&content.children);
        list.items = items
            .map(|(source, place)| {
                let text = if part.is_own && is_wildcard(source) { self.everybody } else { &source.text };
                Item { text: literal(text), ..child(place) }
            })
            .collect();
        list.list()
    }

    /// Returns the destinations without their ports, and the ports.
    fn destinations(&self, part: &Part, is_first: bool, is_last: bool) -> (Items, Items) {
        let content = self.dst.1.map(|id| content_with_marks(self.document, id)).unwrap_or_default();
        let comments = |index: usize| content.children.get(index);
        let is_broken = self.dst.1.is_some_and(|id| self.document.source(id).contains('\n')) && part.hosts.len() > 1;
        let mut dst = Items::from_content(&content, is_broken, is_first, is_last);
        let ports = part.hosts.first().map_or(vec![PortRange::ALL], Host::ports);
        let port = |range: &PortRange| Item::new(literal(&format!("{}{range}", self.proto)));
        let mut ip = Items { items: ports.iter().map(port).collect(), ..Items::default() };
        for host in &part.hosts {
            let mut item = Item::new(literal(host.name));
            for (index, ranges) in &host.items {
                // If a destination is listed several times with different ports, a comment on it is
                // about the ports.
                let about_ports = part.hosts.len() == 1 && host.items.len() > 1;
                let place = ports.iter().position(|range| about_ports && ranges.first() == Some(range));
                let item = place.and_then(|place| ip.items.get_mut(place)).unwrap_or(&mut item);
                comments(*index).into_iter().for_each(|child| item.take(child));
            }
            dst.items.push(item);
        }
        (dst, ip)
    }
}

fn is_wildcard(selector: &Selector) -> bool {
    selector.kind == SelectorKind::Wildcard
}

/// Returns a string literal.
fn literal(text: &str) -> String {
    Value::from(text).to_string()
}

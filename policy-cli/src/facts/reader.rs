//! Reads values of a foreign document. Unknown keys are ignored, and a value of the wrong type is a
//! finding.

use policy_core::hujson::{Document, Kind, NodeId};
use policy_core::model::{List, Network, Selector, parse_address};
use policy_core::source::Text;
use policy_core::{Code, Diagnostic};

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A reader of a document that records what it could not read.
pub(super) struct Reader<'d> {
    pub(super) document: &'d Document,
    pub(super) findings: Vec<Diagnostic>,
}

impl<'d> Reader<'d> {
    pub(super) fn new(document: &'d Document) -> Self {
        Reader { document, findings: Vec::new() }
    }

    /// Returns the value of an object's key. `null` counts as missing.
    pub(super) fn value(&self, object: NodeId, key: &str) -> Option<NodeId> {
        let mut members = self.document.members(object);
        let (_, value) = members.find(|&(name, _)| self.document.string(name).is_some_and(|name| *name == *key))?;
        (self.document.kind(value) != Kind::Null).then_some(value)
    }

    /// Returns true if a value is an object. Otherwise adds a finding.
    pub(super) fn is_object(&mut self, id: NodeId, what: &str) -> bool {
        let is_object = self.document.kind(id) == Kind::Object;
        if !is_object {
            self.wrong_type(id, what, "an object");
        }
        is_object
    }

    /// Returns the items of a list that is the value of an object's key.
    pub(super) fn items(&mut self, object: NodeId, key: &str) -> Vec<NodeId> {
        let Some(list) = self.value(object, key) else { return Vec::new() };
        if self.document.kind(list) != Kind::Array {
            self.wrong_type(list, &format!("`{key}`"), "a list");
        }
        self.document.elements(list).collect()
    }

    pub(super) fn text(&mut self, object: NodeId, key: &str) -> Option<Text> {
        let value = self.value(object, key)?;
        let text = self.document.string(value);
        if text.is_none() {
            self.wrong_type(value, &format!("`{key}`"), "a string");
        }
        text.filter(|text| !text.is_empty())
    }

    pub(super) fn texts(&mut self, object: NodeId, key: &str) -> Vec<Text> {
        let items = self.items(object, key).into_iter();
        items
            .filter_map(|item| {
                let text = self.document.string(item);
                if text.is_none() {
                    self.wrong_type(item, &format!("an item of `{key}`"), "a string");
                }
                text
            })
            .collect()
    }

    pub(super) fn flag(&mut self, object: NodeId, key: &str) -> Option<bool> {
        let value = self.value(object, key)?;
        if let Kind::Bool(flag) = self.document.kind(value) {
            return Some(flag);
        }
        self.wrong_type(value, &format!("`{key}`"), "true or false");
        None
    }

    /// Returns the tags in several lists of an object, without duplicates.
    pub(super) fn tags(&mut self, object: NodeId, keys: &[&str]) -> List<Selector> {
        let mut tags =
            List { items: Vec::<Selector>::new(), origin: Some(self.document.origin(object)), incomplete: false };
        for tag in keys.iter().flat_map(|key| self.texts(object, key)) {
            if !tags.items.iter().any(|known| *known.text == *tag) {
                tags.items.push(Selector::new(tag));
            }
        }
        tags
    }

    /// Returns the first address of each family.
    pub(super) fn addresses(&mut self, object: NodeId, key: &str) -> (Option<Ipv4Addr>, Option<Ipv6Addr>) {
        let (mut ipv4, mut ipv6) = (None, None);
        for text in self.texts(object, key) {
            match parse_address(&text) {
                Ok(IpAddr::V4(address)) => ipv4 = ipv4.or(Some(address)),
                Ok(IpAddr::V6(address)) => ipv6 = ipv6.or(Some(address)),
                Err(problem) => self.findings.push(problem.at(&text)),
            }
        }
        (ipv4, ipv6)
    }

    pub(super) fn routes(&mut self, object: NodeId, key: &str) -> List<Network> {
        let origin = self.value(object, key).map(|value| self.document.origin(value));
        let mut routes = List { items: Vec::new(), origin, incomplete: false };
        for text in self.texts(object, key) {
            match Network::parse(&text) {
                Ok(network) => routes.items.push(network),
                Err(problem) => self.findings.push(problem.at(&text)),
            }
        }
        routes
    }

    /// Returns the advertised routes that are approved. If the list of approved routes is missing,
    /// none is approved, because these forms always have it.
    pub(super) fn approved(&mut self, object: NodeId, key: &str, advertised: &List<Network>) -> List<Network> {
        let mut approved = self.routes(object, key);
        if advertised.origin.is_some() {
            let is_advertised = |route: &Network| {
                advertised.iter().any(|advertised| advertised.prefix.masked() == route.prefix.masked())
            };
            approved.items.retain(is_advertised);
        }
        approved.origin = approved.origin.or(Some(self.document.origin(object)));
        approved
    }

    pub(super) fn missing(&mut self, object: NodeId, message: &str, help: &str) {
        let origin = self.document.origin(object);
        self.findings.push(Diagnostic::new(Code::MissingField, origin, message).help(help));
    }

    fn wrong_type(&mut self, id: NodeId, what: &str, expected: &str) {
        let message = format!("{what} must be {expected}, not {}", self.document.kind(id).noun());
        self.findings.push(Diagnostic::new(Code::WrongType, self.document.origin(id), message));
    }
}

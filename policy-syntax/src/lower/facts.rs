//! Writes the parts that are checked and never emitted: users, devices, invariants and the names of
//! `let`s.

use std::net::IpAddr;

use policy_core::Code;

use super::names::Resolved;
use crate::finding::Finding;
use crate::token_range::TokenRange;
use crate::tree::{
    Comment, Device, Entry, Form, Invariant, Item, Let, LetValue, Section, SectionKind, Target, Tree, User,
};

use super::Writer;

impl<'t> Writer<'_, 't> {
    /// Writes the facts in the form that the command line also accepts. Returns the unused `let`s.
    pub(super) fn facts(&mut self, tree: &'t Tree) -> Vec<&'t Let> {
        self.out.push("{\n");
        for (key, kind) in
            [("users", SectionKind::Users), ("nodes", SectionKind::Devices), ("invariants", SectionKind::Invariants)]
        {
            self.out.key(key);
            self.out.push("[\n");
            for (section, entry) in entries(tree, kind) {
                self.out.allows(&section.marks.allows);
                self.out.allows(&entry.marks.allows);
                let start = self.start();
                match &entry.form {
                    Form::User(user) => self.user(user, &entry.marks.docs),
                    Form::Device(device) => self.device(device, &entry.marks.docs),
                    Form::Invariant(invariant) => self.invariant(invariant, &entry.marks.docs),
                    _ => continue,
                }
                self.end(start, entry.place);
                self.out.push(",\n");
            }
            self.out.push("],\n");
        }
        self.out.key("lets");
        self.out.push("[");
        for name in self.names.lets() {
            self.out.string(name, TokenRange::NOWHERE);
            self.out.push(", ");
        }
        self.out.push("]");
        // Unused names are written nowhere else, but are still checked.
        let unused = self.names.unused(tree);
        let mut taken_apart = std::mem::take(&mut self.names.taken_apart);
        for item in &unused {
            match &item.value {
                LetValue::Selectors(selection) => taken_apart.extend(self.names.selection(selection, self.findings)),
                LetValue::Ports(ports) => drop(self.names.ports(ports, self.findings)),
            }
        }
        taken_apart.append(&mut self.names.taken_apart);
        if !taken_apart.is_empty() {
            self.out.push(",\n");
            self.out.key("excepts");
            self.out.list(&taken_apart);
        }
        self.out.push("}");
        unused
    }

    fn user(&mut self, user: &'t User, docs: &[Comment]) {
        self.out.push("{");
        self.fact("name", &user.name.text, user.name.place);
        self.fact("email", &user.email.text, user.email.place);
        if let Some(role) = &user.role {
            self.fact("role", &role.text, role.place);
        }
        self.doc(docs);
        self.out.push("}");
    }

    fn device(&mut self, device: &'t Device, docs: &[Comment]) {
        let values = self.names.selectors(&device.values, self.findings);
        let (mut tags, mut routes, mut owner, mut ipv4, mut ipv6) = (Vec::new(), Vec::new(), None, None, None);
        for value in values {
            let slot = if value.text.starts_with("tag:") {
                tags.push(value);
                continue;
            } else if value.text.contains('/') {
                routes.push(value);
                continue;
            } else {
                match value.text.parse::<IpAddr>() {
                    Ok(IpAddr::V4(_)) => &mut ipv4,
                    Ok(IpAddr::V6(_)) => &mut ipv6,
                    Err(_) if value.text.contains('@') || !value.quoted && !value.text.contains(':') => &mut owner,
                    Err(_) => {
                        self.not_of_a_device(&value);
                        continue;
                    }
                }
            };
            match slot {
                None => *slot = Some(value),
                Some(first) => {
                    let what = match value.text.parse::<IpAddr>() {
                        Ok(IpAddr::V4(_)) => "IPv4 address",
                        Ok(IpAddr::V6(_)) => "IPv6 address",
                        Err(_) => "owner",
                    };
                    let finding = Finding::new(Code::DuplicateName, value.place, format!("a device has one {what}"))
                        .note_at("the first is here", first.place)
                        .help("leave out one of the two");
                    self.findings.push(finding);
                }
            }
        }
        self.out.push("{");
        self.fact("name", &device.name.text, device.name.place);
        for (key, value) in [("user", owner), ("ipv4", ipv4), ("ipv6", ipv6)] {
            if let Some(value) = value {
                self.fact(key, &value.text, value.place);
            }
        }
        for (key, list) in [("tags", &tags), ("routable_ips", &routes), ("approved_routes", &routes)] {
            self.out.key(key);
            self.out.list(list);
            self.out.push(", ");
        }
        self.doc(docs);
        self.out.push("}");
    }

    fn not_of_a_device(&mut self, value: &Resolved) {
        self.findings.push(
            Finding::new(
                Code::Syntax,
                value.place,
                format!("`{}` is not a tag, an owner, an address or a route", value.text),
            )
            .help("a device lists its tags or its owner, its addresses, and the routes that it serves"),
        );
    }

    fn invariant(&mut self, invariant: &'t Invariant, docs: &[Comment]) {
        self.out.push("{");
        self.fact("kind", &invariant.kind.text, invariant.kind.place);
        self.field("src", &invariant.src);
        self.field("src_except", &invariant.src_except);
        for (key, targets) in [("targets", &invariant.targets), ("except", &invariant.except)] {
            self.out.key(key);
            self.out.push("[");
            for target in targets {
                self.target(target);
            }
            self.out.push("], ");
        }
        self.doc(docs);
        self.out.push("}");
    }

    fn target(&mut self, target: &'t Target) {
        self.out.push("{");
        self.selection("dst", &target.dst);
        if let Some(on) = &target.on {
            let ports = self.names.ports(on, self.findings);
            self.out.key("ip");
            self.ports(&ports);
        }
        self.out.push("}, ");
    }

    fn fact(&mut self, key: &str, text: &str, place: TokenRange) {
        self.out.key(key);
        self.out.string(text, place);
        self.out.push(", ");
    }

    fn doc(&mut self, docs: &[Comment]) {
        if docs.is_empty() {
            return;
        }
        let lines: Vec<&str> = docs.iter().flat_map(Comment::said).collect();
        self.out.key("doc");
        self.out.string(&lines.join("\n"), TokenRange::NOWHERE);
        self.out.push(", ");
    }
}

/// Returns the entries of all sections of a kind, each with its section.
pub(super) fn entries(tree: &Tree, kind: SectionKind) -> impl Iterator<Item = (&Section, &Entry)> {
    let sections = tree.items.iter().filter_map(move |item| match item {
        Item::Section(section) if section.kind == kind => Some(section),
        _ => None,
    });
    sections.flat_map(|section| section.entries.iter().map(move |entry| (section, entry)))
}

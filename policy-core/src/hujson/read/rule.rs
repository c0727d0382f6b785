use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::diagnostic::{Code, Diagnostic, Help};
use crate::hujson::read::reader::Reader;
use crate::hujson::{Kind, NodeId};
use crate::model::form::{ACL, GRANT, SSH_RULE};
use crate::model::{
    Acl, Action, App, Capability, CheckPeriod, Destination, Dialect, Grant, List, PortSpec, Protocol, Selector,
    SshRule, headscale_word,
};
use crate::source::{Origin, Text};

impl Reader<'_> {
    pub(super) fn acl(&mut self, id: NodeId) -> Option<Acl> {
        let until = self.until(id);
        let [action, src, users, dst, ports, proto, src_posture] = self.fields(id, &ACL)?;
        let origin = self.document.origin(id);
        match action {
            None => self.findings.push(
                Diagnostic::new(Code::MissingField, origin, "an acl needs an action")
                    .help("add `\"action\": \"accept\"`"),
            ),
            Some(_) => {
                if let Some(action) = self.text(action, "action") {
                    self.parse(&action, |action| Acl::check_action(action));
                }
            }
        }
        // `policy migrate` reads policy files only.
        let other = if self.is_in_source { "" } else { ", or let `policy migrate` make grants of the acls" };
        self.old_and_new(id, ("users", users), ("src", src), other);
        self.old_and_new(id, ("ports", ports), ("dst", dst), other);
        let src = match src {
            Some(_) => self.selectors(src, "src"),
            None => self.selectors(users, "users"),
        };
        let dst = match dst {
            Some(_) => self.destinations(dst, "dst"),
            None => self.destinations(ports, "ports"),
        };
        let proto = self.protocol(proto);
        let src_posture = self.selectors(src_posture, "srcPosture");
        Some(Acl { src, dst, proto, src_posture, until, doc: self.document.doc(id), origin })
    }

    pub(super) fn grant(&mut self, id: NodeId) -> Option<Grant> {
        let until = self.until(id);
        if let Some(action) = self.action_of_acl(id) {
            self.findings.push(
                Diagnostic::new(Code::WrongKey, action, "this is an acl, and is among the grants")
                    .help("move it to `acls`, or write it as a grant: without `action`, and its ports in `ip`"),
            );
            return None;
        }
        let [src, dst, ip, app, src_posture, via] = self.fields(id, &GRANT)?;
        Some(Grant {
            src: self.selectors(src, "src"),
            dst: self.selectors(dst, "dst"),
            ip: self.port_specs(ip),
            app: app.map(|app| self.app(app)),
            src_posture: self.selectors(src_posture, "srcPosture"),
            via: self.names(via, "via"),
            until,
            doc: self.document.doc(id),
            origin: self.document.origin(id),
        })
    }

    /// Returns the `action` of an object that has nothing of a grant but what an acl has, too.
    fn action_of_acl(&self, id: NodeId) -> Option<Origin> {
        let document = self.document;
        let mut action = None;
        for (name, _) in document.members(id) {
            match document.unquoted(name)?.to_ascii_lowercase().as_str() {
                "ip" | "app" | "via" => return None,
                "action" => action = Some(document.origin(name)),
                _ => {}
            }
        }
        action
    }

    pub(super) fn ssh_rule(&mut self, id: NodeId) -> Option<SshRule> {
        let until = self.until(id);
        let [action, src, dst, users, check_period, accept_env, src_posture, recorder, enforce_recorder] =
            self.fields(id, &SSH_RULE)?;
        let origin = self.document.origin(id);
        if action.is_none() {
            // Tailscale also treats a missing action as an empty one.
            self.findings.extend("".parse::<Action>().err().map(|problem| problem.at(&Text::escaped("", origin))));
        }
        let action = self.text(action, "action").and_then(|text| self.parse(&trimmed(text), |text| text.parse()));
        Some(SshRule {
            action,
            src: self.words(src, "src", |reader, text| Some(reader.selector(trimmed(text)))),
            dst: self.words(dst, "dst", |reader, text| Some(reader.selector(trimmed(text)))),
            users: self.words(users, "users", |_, text| Some(trimmed(text))),
            check_period: self.text(check_period, "checkPeriod").and_then(|text| {
                self.parse(
                    &text,
                    match self.dialect {
                        Dialect::Tailscale => CheckPeriod::parse,
                        Dialect::Headscale => CheckPeriod::parse_unbounded,
                    },
                )
            }),
            accept_env: self.texts(accept_env, "acceptEnv"),
            src_posture: self.selectors(src_posture, "srcPosture"),
            recorder: self.selectors(recorder, "recorder"),
            enforce_recorder: self.flag(enforce_recorder, "enforceRecorder").unwrap_or(false),
            until,
            doc: self.document.doc(id),
            origin,
        })
    }

    fn destinations(&mut self, value: Option<NodeId>, key: &str) -> List<Destination> {
        match self.dialect {
            Dialect::Tailscale => self.parsed(value, key, Destination::parse),
            Dialect::Headscale => self.parsed(value, key, |text| headscale_word::destination(text, 0)),
        }
    }

    /// Reads the items of `ip`. In headscale, each item may list ports.
    fn port_specs(&mut self, value: Option<NodeId>) -> List<PortSpec> {
        if self.dialect == Dialect::Tailscale {
            return self.parsed(value, "ip", PortSpec::parse);
        }
        let List { items, origin, incomplete } = self.parsed(value, "ip", headscale_word::port_specs);
        List { items: items.into_iter().flatten().collect(), origin, incomplete }
    }

    /// Reads the name or the number of a protocol. An empty text stands for the default set, as
    /// `null` does.
    pub(super) fn protocol(&mut self, value: Option<NodeId>) -> Option<Protocol> {
        if self.dialect == Dialect::Headscale {
            let word = self.document.source(value?).trim_matches('"');
            return headscale_word::protocol(word).ok().flatten();
        }
        let text = self.text(value, "proto").filter(|text| !text.is_empty())?;
        self.parse(&text, |text| text.parse())
    }

    /// Reads the capabilities of a grant or a node attribute.
    pub(super) fn app(&mut self, id: NodeId) -> App {
        let document = self.document;
        let mut app = App { capabilities: Vec::new(), origin: document.origin(id), incomplete: false };
        if document.kind(id) != Kind::Object {
            self.wrong_type(id, "`app`", "an object");
            app.incomplete = true;
            return app;
        }
        let mut seen: HashMap<String, Origin> = HashMap::new();
        for (name, value) in document.members(id) {
            let Some(name) = document.string(name) else { continue };
            match seen.entry(name.to_string()) {
                Entry::Occupied(first) => self.duplicate_key(&name, *first.get()),
                Entry::Vacant(place) => drop(place.insert(name.origin)),
            }
            let values = self.list(self.present(value), &name, |reader, id| {
                Some((reader.document.value(id), reader.document.places(id)))
            });
            let origin = name.origin.to(document.origin(value));
            let references = document.elements(value).flat_map(|value| self.references(value)).collect();
            app.capabilities.push(Capability { name, values: values.items, references, origin });
        }
        app
    }

    /// Returns the selectors that a capability's value names. The rest of the value is opaque.
    fn references(&self, value: NodeId) -> Vec<Selector> {
        let document = self.document;
        let named = document.members(value).filter(|&(name, _)| {
            document.string(name).is_some_and(|name| matches!(name.as_str(), "connectors" | "recorder"))
        });
        let words = named.flat_map(|(_, list)| document.elements(list)).filter_map(|word| document.string(word));
        words.map(Selector::new).collect()
    }

    /// Reads a field that may have an old name, a new name, or both. `other` is what else helps.
    pub(super) fn old_and_new(
        &mut self,
        id: NodeId,
        (old, old_value): (&str, Option<NodeId>),
        (new, new_value): (&str, Option<NodeId>),
        other: &str,
    ) {
        let Some((name, _)) = self.document.members(id).find(|&(_, value)| Some(value) == old_value) else { return };
        let place = self.document.origin(name);
        self.findings.push(match new_value {
            Some(_) => {
                let message = format!("`{old}` is the old name of `{new}`, which is here too");
                Diagnostic::new(Code::DuplicateKey, place, message).help(format!("join the two under `{new}`"))
            }
            None => Diagnostic::new(Code::OldForm, place, format!("`{old}` is the old name of `{new}`"))
                .help(Help::write(new).and(other)),
        });
    }
}

/// Removes the spaces around a text, as Tailscale does in SSH rules. `ssh-src-leading-whitespace`
/// `ssh-tab-in-user`
pub(super) fn trimmed(text: Text) -> Text {
    let start = text.len() - text.trim_start().len();
    let length = text.trim().len();
    if length == text.len() { text } else { text.slice(start..start + length) }
}

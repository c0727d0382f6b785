use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::diagnostic::{Code, Diagnostic};
use crate::hujson::read::reader::{Form, Reader};
use crate::hujson::{Kind, NodeId};
use crate::model::{
    Acl, Action, App, Capability, CheckPeriod, Destination, Grant, PortSpec, Protocol, Selector, SshRule,
};
use crate::source::{Origin, Text};

const ACL: Form<7> = Form {
    name: "an acl",
    keys: ["action", "src", "users", "dst", "ports", "proto", "srcPosture"],
    elsewhere: &[
        ("ip", "write the ports in `dst`, such as `tag:web:443`, and the protocol as `proto`"),
        ("app", "only grants have it"),
        ("via", "only grants have it"),
    ],
};

const GRANT: Form<6> = Form {
    name: "a grant",
    keys: ["src", "dst", "ip", "app", "srcPosture", "via"],
    elsewhere: &[
        ("action", "leave it out: a grant always accepts"),
        ("proto", "write the protocol in `ip`, such as `tcp:443`"),
        ("ports", "write the ports in `ip`, such as `tcp:443`"),
        ("users", "write `src`"),
    ],
};

const SSH_RULE: Form<9> = Form {
    name: "an SSH rule",
    keys: ["action", "src", "dst", "users", "checkPeriod", "acceptEnv", "srcPosture", "recorder", "enforceRecorder"],
    elsewhere: &[
        ("ports", "leave it out: Tailscale SSH is on port 22 alone"),
        ("proto", "leave it out: Tailscale SSH is on port 22 alone"),
    ],
};

impl Reader<'_> {
    pub(super) fn acl(&mut self, id: NodeId) -> Option<Acl> {
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
        self.old_and_new(id, ("users", users), ("src", src));
        self.old_and_new(id, ("ports", ports), ("dst", dst));
        let src = match src {
            Some(_) => self.selectors(src, "src"),
            None => self.selectors(users, "users"),
        };
        let dst = match dst {
            Some(_) => self.parsed(dst, "dst", Destination::parse),
            None => self.parsed(ports, "ports", Destination::parse),
        };
        let proto = self.protocol(proto);
        let src_posture = self.selectors(src_posture, "srcPosture");
        Some(Acl { src, dst, proto, src_posture, doc: self.document.doc(id), origin })
    }

    pub(super) fn grant(&mut self, id: NodeId) -> Option<Grant> {
        let [src, dst, ip, app, src_posture, via] = self.fields(id, &GRANT)?;
        Some(Grant {
            src: self.selectors(src, "src"),
            dst: self.selectors(dst, "dst"),
            ip: self.parsed(ip, "ip", PortSpec::parse),
            app: app.map(|app| self.app(app)),
            src_posture: self.selectors(src_posture, "srcPosture"),
            via: self.selectors(via, "via"),
            doc: self.document.doc(id),
            origin: self.document.origin(id),
        })
    }

    pub(super) fn ssh_rule(&mut self, id: NodeId) -> Option<SshRule> {
        let [action, src, dst, users, check_period, accept_env, src_posture, recorder, enforce_recorder] =
            self.fields(id, &SSH_RULE)?;
        let origin = self.document.origin(id);
        if action.is_none() {
            // Missing is the same as empty, to Tailscale too.
            self.findings.extend("".parse::<Action>().err().map(|problem| problem.at(&Text::escaped("", origin))));
        }
        let action = self.text(action, "action").and_then(|text| self.parse(&trimmed(text), |text| text.parse()));
        Some(SshRule {
            action,
            src: self.words(src, "src", |_, text| Some(Selector::new(trimmed(text)))),
            dst: self.words(dst, "dst", |_, text| Some(Selector::new(trimmed(text)))),
            users: self.words(users, "users", |_, text| Some(trimmed(text))),
            check_period: self.text(check_period, "checkPeriod").and_then(|text| self.parse(&text, CheckPeriod::parse)),
            accept_env: self.texts(accept_env, "acceptEnv"),
            src_posture: self.selectors(src_posture, "srcPosture"),
            recorder: self.selectors(recorder, "recorder"),
            enforce_recorder: self.flag(enforce_recorder, "enforceRecorder").unwrap_or(false),
            doc: self.document.doc(id),
            origin,
        })
    }

    /// A name or a number of a protocol. Nothing stands for the default set, as `null` does.
    pub(super) fn protocol(&mut self, value: Option<NodeId>) -> Option<Protocol> {
        let text = self.text(value, "proto").filter(|text| !text.is_empty())?;
        self.parse(&text, |text| text.parse())
    }

    /// The capabilities of a grant or a node attribute.
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

    /// The selectors that a capability's value names. Everything else in it is opaque.
    fn references(&self, value: NodeId) -> Vec<Selector> {
        let document = self.document;
        let named = document.members(value).filter(|&(name, _)| {
            document.string(name).is_some_and(|name| matches!(name.as_str(), "connectors" | "recorder"))
        });
        let words = named.flat_map(|(_, list)| document.elements(list)).filter_map(|word| document.string(word));
        words.map(Selector::new).collect()
    }

    /// A field under its old name, perhaps beside the same under its new one.
    pub(super) fn old_and_new(
        &mut self,
        id: NodeId,
        (old, old_value): (&str, Option<NodeId>),
        (new, new_value): (&str, Option<NodeId>),
    ) {
        let Some((name, _)) = self.document.members(id).find(|&(_, value)| Some(value) == old_value) else { return };
        let place = self.document.origin(name);
        self.findings.push(match new_value {
            Some(_) => {
                let message = format!("`{old}` is the old name of `{new}`, which is here too");
                Diagnostic::new(Code::DuplicateKey, place, message).help(format!("join the two under `{new}`"))
            }
            None => Diagnostic::new(Code::OldForm, place, format!("`{old}` is the old name of `{new}`"))
                .help(format!("write `{new}`")),
        });
    }
}

/// Without the blanks around it, which Tailscale cuts off in SSH rules. `ssh-src-leading-whitespace` `ssh-tab-in-user`
fn trimmed(text: Text) -> Text {
    let start = text.len() - text.trim_start().len();
    let length = text.trim().len();
    if length == text.len() { text } else { text.slice(start..start + length) }
}

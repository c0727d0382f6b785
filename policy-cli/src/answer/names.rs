//! Lists the names that other programs use of a policy.

use std::collections::BTreeSet;

use policy_core::Policy;
use policy_core::json::{Map, ToJson, Value, json};
use policy_core::model::{App, List, Selector, SelectorKind};

use crate::json::VERSION;
use crate::style::{HEADING, paint};
use crate::text::{padded, visible};

/// The answer to `names`: kinds of names, each with its names in the order of the policy. Names that a policy does not
/// declare, such as those of services, are in the order of the alphabet.
pub(crate) struct NamesAnswer {
    file: String,
    kinds: Vec<(&'static str, &'static str, Vec<Name>)>,
}

/// A name, and what else there is to say of it.
struct Name {
    name: String,
    doc: Option<String>,
    more: Vec<(&'static str, Value)>,
}

impl NamesAnswer {
    pub(crate) fn new(file: String, policy: &Policy) -> NamesAnswer {
        let kinds = vec![
            ("tags", "tags", tags(policy)),
            ("groups", "groups", groups(policy)),
            ("hosts", "hosts", hosts(policy)),
            ("services", "services", services(policy)),
            ("ipSets", "IP sets", ip_sets(policy)),
            ("postures", "postures", postures(policy)),
            ("users", "users", users(policy)),
            ("devices", "devices", devices(policy)),
            ("capabilities", "app capabilities", capabilities(policy)),
        ];
        NamesAnswer { file, kinds }
    }

    /// For people.
    pub(crate) fn to_text(&self) -> String {
        let mut text = String::new();
        for (_, title, names) in self.kinds.iter().filter(|(.., names)| !names.is_empty()) {
            text.push_str(if text.is_empty() { "" } else { "\n" });
            text.push_str(&format!("{}\n", paint(HEADING, title)));
            let width = names.iter().map(|name| name.name.chars().count()).max().unwrap_or(0);
            for name in names {
                let doc = name.doc.as_deref().and_then(|doc| doc.lines().next()).unwrap_or_default();
                let line = format!("  {}  {}", padded(&visible(&name.name), width), visible(doc));
                text.push_str(&format!("{}\n", line.trim_end()));
            }
        }
        text
    }

    /// For programs.
    pub(crate) fn to_json(&self) -> Value {
        let mut document = Map::new();
        document.insert("version".to_owned(), VERSION.to_json());
        document.insert("file".to_owned(), self.file.to_json());
        for (key, _, names) in &self.kinds {
            document.insert((*key).to_owned(), names.iter().map(Name::to_json).collect());
        }
        Value::Object(document)
    }
}

impl Name {
    fn new(name: &str, doc: Option<&String>) -> Name {
        Name { name: name.to_owned(), doc: doc.cloned(), more: Vec::new() }
    }

    fn with(mut self, key: &'static str, value: impl ToJson) -> Name {
        self.more.push((key, value.to_json()));
        self
    }

    fn to_json(&self) -> Value {
        let mut object = json!({"name": self.name, "doc": self.doc});
        if let Some(object) = object.as_object_mut() {
            object.extend(self.more.iter().map(|(key, value)| ((*key).to_owned(), value.clone())));
        }
        object
    }
}

fn tags(policy: &Policy) -> Vec<Name> {
    let name =
        |tag: &policy_core::model::TagOwners| Name::new(&tag.tag, tag.doc.as_ref()).with("owners", words(&tag.owners));
    policy.tag_owners.iter().map(name).collect()
}

fn groups(policy: &Policy) -> Vec<Name> {
    let name = |group: &policy_core::model::Group| {
        Name::new(&group.name, group.doc.as_ref()).with("members", words(&group.members))
    };
    policy.groups.iter().map(name).collect()
}

fn hosts(policy: &Policy) -> Vec<Name> {
    let name =
        |host: &policy_core::model::Host| Name::new(&host.name, host.doc.as_ref()).with("address", host.text.as_str());
    policy.hosts.iter().map(name).collect()
}

fn ip_sets(policy: &Policy) -> Vec<Name> {
    let name = |set: &policy_core::model::IpSet| {
        let entries: Vec<&str> = set.entries.iter().map(|entry| entry.text.as_str()).collect();
        Name::new(&set.name, set.doc.as_ref()).with("entries", entries)
    };
    policy.ipsets.iter().map(name).collect()
}

fn postures(policy: &Policy) -> Vec<Name> {
    let name = |posture: &policy_core::model::Posture| {
        let conditions: Vec<&str> = posture.conditions.iter().map(|condition| condition.text.as_str()).collect();
        Name::new(&posture.name, posture.doc.as_ref()).with("conditions", conditions)
    };
    policy.postures.iter().map(name).collect()
}

fn users(policy: &Policy) -> Vec<Name> {
    let name = |user: &policy_core::model::User| {
        let role = user.role.map(|role| role.name());
        Name::new(&user.name, user.doc.as_ref()).with("login", user.email.as_str()).with("role", role)
    };
    policy.facts.users.iter().map(name).collect()
}

fn devices(policy: &Policy) -> Vec<Name> {
    let name = |device: &policy_core::model::Device| {
        let addresses =
            [device.ipv4.map(|address| address.to_string()), device.ipv6.map(|address| address.to_string())];
        Name::new(&device.name, device.doc.as_ref())
            .with("tags", words(&device.tags))
            .with("user", device.owner.as_ref().map(|owner| owner.as_str()))
            .with("addresses", addresses.into_iter().flatten().collect::<Vec<_>>())
    };
    policy.facts.devices.iter().map(name).collect()
}

/// Returns the services that something in the policy names.
fn services(policy: &Policy) -> Vec<Name> {
    let grants = policy.grants.iter().flatten().flat_map(|grant| grant.src.iter().chain(grant.dst.iter()));
    let acls = policy.acls.iter().flatten().flat_map(|acl| acl.dst.iter().map(|destination| &destination.host));
    let tests =
        policy.tests.iter().flat_map(|test| test.accept.iter().chain(test.deny.iter()).map(|target| &target.host));
    let approvers = policy.auto_approvers.services.iter().map(|approvers| &approvers.service);
    let all = grants.chain(acls).chain(tests).chain(approvers);
    let names: BTreeSet<&str> =
        all.filter(|selector| selector.kind == SelectorKind::Service).map(|selector| selector.text.as_str()).collect();
    names.into_iter().map(|name| Name::new(name, None)).collect()
}

/// Returns the app capabilities that the policy declares, and then the others that it grants.
fn capabilities(policy: &Policy) -> Vec<Name> {
    let declared = policy.capabilities.iter();
    let mut names: Vec<Name> =
        declared.map(|declared| Name::new(&declared.name, declared.doc.as_ref()).with("isDeclared", true)).collect();
    let granted = policy.grants.iter().flatten().filter_map(|grant| grant.app.as_ref());
    let given = policy.node_attrs.iter().filter_map(|attribute| attribute.app.as_ref());
    let used: BTreeSet<&str> = granted
        .chain(given)
        .flat_map(|app: &App| &app.capabilities)
        .map(|capability| capability.name.as_str())
        .collect();
    let is_known = |name: &str| policy.capabilities.iter().any(|declared| declared.name.as_str() == name);
    names.extend(
        used.into_iter().filter(|name| !is_known(name)).map(|name| Name::new(name, None).with("isDeclared", false)),
    );
    names
}

fn words(list: &List<Selector>) -> Vec<&str> {
    list.iter().map(|selector| selector.text.as_str()).collect()
}

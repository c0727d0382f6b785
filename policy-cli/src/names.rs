//! The names of a policy that other programs use.

use policy_core::Policy;
use policy_core::json::{Map, ToJson, Value, json};
use policy_core::model::{DeclaredCapability, Device, Group, Host, IpSet, List, Posture, Selector, TagOwners, User};

/// All names of a policy, by kind. Names that a policy declares are in its order, and others are in
/// alphabetical order.
#[derive(Debug)]
pub(crate) struct PolicyNames(Vec<(NamedKind, Vec<PolicyName>)>);

/// A kind of names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum NamedKind {
    Tag,
    Group,
    Host,
    Service,
    IpSet,
    Posture,
    User,
    Device,
    Capability,
}

/// A name, and the facts about it.
#[derive(Debug)]
pub(crate) struct PolicyName {
    pub(crate) name: String,
    /// The name in a policy file and in Tailscale's API.
    pub(crate) value: String,
    /// The comment above it.
    pub(crate) doc: Option<String>,
    /// The facts, each with its name in JSON.
    pub(crate) facts: Vec<(&'static str, NameFact)>,
}

/// A fact about a name.
#[derive(Debug)]
pub(crate) enum NameFact {
    List(Vec<String>),
    Text(Option<String>),
    Flag(bool),
}

impl NamedKind {
    pub(crate) const ALL: [NamedKind; 9] = [
        NamedKind::Tag,
        NamedKind::Group,
        NamedKind::Host,
        NamedKind::Service,
        NamedKind::IpSet,
        NamedKind::Posture,
        NamedKind::User,
        NamedKind::Device,
        NamedKind::Capability,
    ];

    /// Returns the name of the type for such names, in Pascal case.
    pub(crate) fn type_name(self) -> &'static str {
        match self {
            NamedKind::Tag => "Tag",
            NamedKind::Group => "Group",
            NamedKind::Host => "Host",
            NamedKind::Service => "Service",
            NamedKind::IpSet => "IpSet",
            NamedKind::Posture => "Posture",
            NamedKind::User => "User",
            NamedKind::Device => "Device",
            NamedKind::Capability => "Capability",
        }
    }

    /// Returns the name of the list of such names in JSON.
    pub(crate) fn key(self) -> &'static str {
        match self {
            NamedKind::Tag => "tags",
            NamedKind::Group => "groups",
            NamedKind::Host => "hosts",
            NamedKind::Service => "services",
            NamedKind::IpSet => "ipSets",
            NamedKind::Posture => "postures",
            NamedKind::User => "users",
            NamedKind::Device => "devices",
            NamedKind::Capability => "capabilities",
        }
    }

    /// Returns the singular, for people.
    pub(crate) fn singular(self) -> &'static str {
        match self {
            NamedKind::Tag => "tag",
            NamedKind::Group => "group",
            NamedKind::Host => "host",
            NamedKind::Service => "service",
            NamedKind::IpSet => "IP set",
            NamedKind::Posture => "posture",
            NamedKind::User => "user",
            NamedKind::Device => "device",
            NamedKind::Capability => "app capability",
        }
    }

    /// Returns the plural, for people.
    pub(crate) fn plural(self) -> &'static str {
        match self {
            NamedKind::IpSet => "IP sets",
            NamedKind::Capability => "app capabilities",
            kind @ (NamedKind::Tag
            | NamedKind::Group
            | NamedKind::Host
            | NamedKind::Service
            | NamedKind::Posture
            | NamedKind::User
            | NamedKind::Device) => kind.key(),
        }
    }

    fn names(self, policy: &Policy) -> Vec<PolicyName> {
        match self {
            NamedKind::Tag => policy.tag_owners.iter().map(tag).collect(),
            NamedKind::Group => policy.groups.iter().map(group).collect(),
            NamedKind::Host => policy.hosts.iter().map(host).collect(),
            NamedKind::Service => {
                policy.services().into_iter().map(|service| PolicyName::new(&service.text, None)).collect()
            }
            NamedKind::IpSet => policy.ipsets.iter().map(ip_set).collect(),
            NamedKind::Posture => policy.postures.iter().map(posture).collect(),
            NamedKind::User => policy.facts.users.iter().map(user).collect(),
            NamedKind::Device => policy.facts.devices.iter().map(device).collect(),
            NamedKind::Capability => capabilities(policy),
        }
    }
}

impl PolicyNames {
    /// Collects the names of some kinds.
    pub(crate) fn new(policy: &Policy, kinds: &[NamedKind]) -> PolicyNames {
        PolicyNames(kinds.iter().map(|kind| (*kind, kind.names(policy))).collect())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (NamedKind, &[PolicyName])> {
        self.0.iter().map(|(kind, names)| (*kind, names.as_slice()))
    }

    /// Returns a list for each kind, for programs.
    pub(crate) fn to_json(&self) -> Map {
        self.iter()
            .map(|(kind, names)| (kind.key().to_owned(), names.iter().map(PolicyName::to_json).collect()))
            .collect()
    }
}

impl PolicyName {
    fn new(name: &str, doc: Option<&String>) -> PolicyName {
        PolicyName { name: name.to_owned(), value: name.to_owned(), doc: doc.cloned(), facts: Vec::new() }
    }

    fn with(mut self, key: &'static str, fact: NameFact) -> PolicyName {
        self.facts.push((key, fact));
        self
    }

    fn to_json(&self) -> Value {
        let mut object = json!({"name": self.name, "doc": self.doc});
        if let Some(object) = object.as_object_mut() {
            object.extend(self.facts.iter().map(|(key, fact)| ((*key).to_owned(), fact.to_json())));
        }
        object
    }
}

impl NameFact {
    fn words(list: &List<Selector>) -> NameFact {
        NameFact::List(list.iter().map(|selector| selector.text.as_str().to_owned()).collect())
    }

    fn to_json(&self) -> Value {
        match self {
            NameFact::List(list) => list.to_json(),
            NameFact::Text(text) => text.to_json(),
            NameFact::Flag(flag) => flag.to_json(),
        }
    }
}

fn tag(tag: &TagOwners) -> PolicyName {
    PolicyName::new(&tag.tag, tag.doc.as_ref()).with("owners", NameFact::words(&tag.owners))
}

fn group(group: &Group) -> PolicyName {
    PolicyName::new(&group.name, group.doc.as_ref()).with("members", NameFact::words(&group.members))
}

fn host(host: &Host) -> PolicyName {
    let address = host.text.as_str().to_owned();
    PolicyName::new(&host.name, host.doc.as_ref()).with("address", NameFact::Text(Some(address)))
}

fn ip_set(set: &IpSet) -> PolicyName {
    let entries = set.entries.iter().map(|entry| entry.text.as_str().to_owned()).collect();
    PolicyName::new(&set.name, set.doc.as_ref()).with("entries", NameFact::List(entries))
}

fn posture(posture: &Posture) -> PolicyName {
    let conditions = posture.conditions.iter().map(|condition| condition.text.as_str().to_owned()).collect();
    PolicyName::new(&posture.name, posture.doc.as_ref()).with("conditions", NameFact::List(conditions))
}

fn user(user: &User) -> PolicyName {
    let login = user.email.as_str().to_owned();
    let role = user.role.map(|role| role.name().to_owned());
    let name = PolicyName::new(&user.name, user.doc.as_ref());
    PolicyName { value: login.clone(), ..name }
        .with("login", NameFact::Text(Some(login)))
        .with("role", NameFact::Text(role))
}

fn device(device: &Device) -> PolicyName {
    let ipv4 = device.ipv4.map(|address| address.to_string());
    let ipv6 = device.ipv6.map(|address| address.to_string());
    let user = device.owner.as_ref().map(|owner| owner.as_str().to_owned());
    PolicyName::new(&device.name, device.doc.as_ref())
        .with("tags", NameFact::words(&device.tags))
        .with("user", NameFact::Text(user))
        .with("addresses", NameFact::List(ipv4.into_iter().chain(ipv6).collect()))
}

/// Returns the app capabilities that the policy declares, and then the others that it grants.
fn capabilities(policy: &Policy) -> Vec<PolicyName> {
    let declared = |declared: &DeclaredCapability| {
        PolicyName::new(&declared.name, declared.doc.as_ref()).with("isDeclared", NameFact::Flag(true))
    };
    let others = policy.granted_capabilities().into_iter().filter(|name| policy.capability(name).is_none());
    let others = others.map(|name| PolicyName::new(name, None).with("isDeclared", NameFact::Flag(false)));
    policy.capabilities.iter().map(declared).chain(others).collect()
}

//! The form of a policy file: its sections, and the keys of their objects with the types of their
//! values.
//!
//! The reader of HuJSON refuses every other key. Editors complete these keys, and the JSON Schema
//! of a policy file lists them.

use crate::model::{SelectorContext, SelectorKind};

/// A key that an object of a policy file may have.
///
/// ```
/// use policy_core::model::{Key, KeyValue};
/// let grants = Key::of_policy().find(|key| key.name == "grants").unwrap();
/// let KeyValue::Objects(keys) = grants.value else { panic!() };
/// assert_eq!(keys.iter().map(|key| key.name).collect::<Vec<_>>(), ["src", "dst", "ip", "app", "srcPosture", "via"]);
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Key {
    /// The name, in Tailscale's case. Tailscale ignores the case.
    pub name: &'static str,
    /// The type of its value. `null` counts as no value.
    pub value: KeyValue,
    /// Sentences about its meaning.
    pub doc: &'static str,
    /// The key to use instead. Only a key of an old form has one.
    pub replacement: Option<&'static str>,
}

/// The type of the value of a [`Key`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum KeyValue {
    /// `true` or `false`.
    Flag,
    /// A number.
    Number,
    /// A text.
    Text(Word),
    /// A list of texts.
    Texts(Word),
    /// An object with these keys.
    Object(&'static [Key]),
    /// A list of objects with these keys.
    Objects(&'static [Key]),
    /// An object, of which these keys are checked. It may have more.
    OpenObject(&'static [Key]),
    /// A list of objects, of which these keys are checked. They may have more.
    OpenObjects(&'static [Key]),
    /// An object whose keys are names. The first kind is that of the names.
    Names(Word, &'static NamedValue),
    /// The capabilities of a grant or a node attribute. An object whose keys are names of
    /// capabilities, and whose values are lists.
    App,
    /// A list of anything.
    List,
    /// Anything.
    Json,
}

/// The type of the values of a [`KeyValue::Names`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum NamedValue {
    /// A text.
    Text(Word),
    /// A list of texts.
    Texts(Word),
    /// A text, a number, true or false.
    Scalar,
    /// An object, of which these keys are checked. It may have more.
    Object(&'static [Key]),
}

/// What a text in a policy file names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Word {
    /// Any text.
    Any,
    /// One of a few words.
    Choice(&'static [&'static str]),
    /// A declared name of this kind, where it is declared. Only groups, tags, hosts, IP sets and
    /// postures are declared.
    Declaration(SelectorKind),
    /// A selector.
    Selector(SelectorContext),
    /// A selector with ports: `tag:web:443`.
    SelectorPorts(SelectorContext),
    /// Ports with a protocol: `tcp:443`.
    Ports,
    /// A protocol: `udp`.
    Protocol,
    /// A node attribute: `funnel`.
    Attribute,
    /// An account of a machine: `root`.
    Account,
    /// The name of an environment variable. `*` and `?` are wildcards.
    Variable,
    /// A duration: `12h`.
    Duration,
    /// A condition of a posture: `node:os == 'macos'`.
    Condition,
    /// The name of a posture attribute: `node:os`.
    PostureAttribute,
    /// A prefix: `10.0.0.0/8`.
    Prefix,
    /// An address, or a prefix.
    AddressOrPrefix,
    /// An entry of an IP set: `add 10.0.0.0/8`, `remove ipset:lan`.
    IpSetEntry,
}

impl Key {
    /// Returns the keys of a policy: its sections, then its settings.
    pub fn of_policy() -> impl Iterator<Item = &'static Key> {
        SECTIONS.iter().chain(SETTINGS)
    }

    const fn new(name: &'static str, value: KeyValue, doc: &'static str) -> Key {
        Key { name, value, doc, replacement: None }
    }

    const fn old(name: &'static str, value: KeyValue, replacement: &'static str) -> Key {
        Key { name, value, doc: "The old name of another key.", replacement: Some(replacement) }
    }
}

/// An object of a policy file. `N` is the number of keys, so that the reader cannot forget one.
#[derive(Debug)]
pub(crate) struct Form<const N: usize> {
    /// The name in a sentence, such as `an acl`.
    pub(crate) name: &'static str,
    /// The keys, in Tailscale's order.
    pub(crate) keys: [Key; N],
    /// Keys of other objects that are easily used here by mistake, each with the correction.
    pub(crate) elsewhere: &'static [(&'static str, &'static str)],
}

/// The help for an end date that is written as a field.
pub(crate) const UNTIL: &str = "write the comment `// policy: until 2027-03-31` above it";

const SRC_POSTURE: Key = Key::new(
    "srcPosture",
    KeyValue::Texts(Word::Selector(SelectorContext::Posture)),
    "Postures. The source device must meet at least one of them.",
);

pub(crate) static ACL: Form<7> = Form {
    name: "an acl",
    keys: [
        Key::new("action", KeyValue::Text(Word::Choice(&["accept"])), "Always `accept`."),
        Key::new("src", KeyValue::Texts(Word::Selector(SelectorContext::Src)), "The sources."),
        Key::old("users", KeyValue::Texts(Word::Selector(SelectorContext::Src)), "src"),
        Key::new(
            "dst",
            KeyValue::Texts(Word::SelectorPorts(SelectorContext::AclDst)),
            "The destinations, each with its ports: `tag:web:443`.",
        ),
        Key::old("ports", KeyValue::Texts(Word::SelectorPorts(SelectorContext::AclDst)), "dst"),
        Key::new(
            "proto",
            KeyValue::Text(Word::Protocol),
            "The protocol of all destinations. Without it, TCP, UDP and ICMP are allowed.",
        ),
        SRC_POSTURE,
    ],
    elsewhere: &[
        ("ip", "write the ports in `dst`, such as `tag:web:443`, and the protocol as `proto`"),
        ("app", "only grants have it"),
        ("via", "only grants have it"),
        ("until", UNTIL),
        ("expires", UNTIL),
    ],
};

pub(crate) static GRANT: Form<6> = Form {
    name: "a grant",
    keys: [
        Key::new("src", KeyValue::Texts(Word::Selector(SelectorContext::Src)), "The sources."),
        Key::new("dst", KeyValue::Texts(Word::Selector(SelectorContext::GrantDst)), "The destinations, without ports."),
        Key::new(
            "ip",
            KeyValue::Texts(Word::Ports),
            "The ports: `443`, `tcp:443`, `udp:53`, `tcp:8000-8999`, `icmp:*`, `*`.",
        ),
        Key::new("app", KeyValue::App, "App capabilities: what the program at the destination lets the source do."),
        SRC_POSTURE,
        Key::new(
            "via",
            KeyValue::Texts(Word::Selector(SelectorContext::Via)),
            "The tags of the routers that carry the access.",
        ),
    ],
    elsewhere: &[
        ("action", "leave it out: a grant always accepts"),
        ("proto", "write the protocol in `ip`, such as `tcp:443`"),
        ("ports", "write the ports in `ip`, such as `tcp:443`"),
        ("users", "write `src`"),
        ("until", UNTIL),
        ("expires", UNTIL),
    ],
};

pub(crate) static SSH_RULE: Form<9> = Form {
    name: "an SSH rule",
    keys: [
        Key::new(
            "action",
            KeyValue::Text(Word::Choice(&["accept", "check"])),
            "`accept`, or `check`: the user must have logged in to Tailscale recently.",
        ),
        Key::new("src", KeyValue::Texts(Word::Selector(SelectorContext::SshSrc)), "The sources."),
        Key::new(
            "dst",
            KeyValue::Texts(Word::Selector(SelectorContext::SshDst)),
            "The destinations: devices of users, and tags.",
        ),
        Key::new(
            "users",
            KeyValue::Texts(Word::Account),
            "The accounts on the destination, such as `root` or `autogroup:nonroot`.",
        ),
        Key::new(
            "checkPeriod",
            KeyValue::Text(Word::Duration),
            "How long a check lasts: a duration such as `12h`, or `always`. The default is 12 hours.",
        ),
        Key::new(
            "acceptEnv",
            KeyValue::Texts(Word::Variable),
            "Environment variables that the client may send. `*` and `?` are wildcards.",
        ),
        SRC_POSTURE,
        Key::new(
            "recorder",
            KeyValue::Texts(Word::Selector(SelectorContext::Recorder)),
            "The tag of the devices that record the sessions.",
        ),
        Key::new("enforceRecorder", KeyValue::Flag, "True to refuse a session if no recorder can be reached."),
    ],
    elsewhere: &[
        ("ports", "leave it out: Tailscale SSH is on port 22 alone"),
        ("proto", "leave it out: Tailscale SSH is on port 22 alone"),
        ("until", UNTIL),
        ("expires", UNTIL),
    ],
};

const SRC_POSTURE_ATTRS: Key = Key::new(
    "srcPostureAttrs",
    KeyValue::Names(Word::PostureAttribute, &NamedValue::Scalar),
    "The posture attributes that the source device is assumed to have.",
);

pub(crate) static TEST: Form<7> = Form {
    name: "a test",
    keys: [
        Key::new(
            "src",
            KeyValue::Text(Word::Selector(SelectorContext::TestSrc)),
            "The source: one user, group, tag, host or address.",
        ),
        Key::old("user", KeyValue::Text(Word::Selector(SelectorContext::TestSrc)), "src"),
        Key::new("proto", KeyValue::Text(Word::Protocol), "The protocol. The default is TCP."),
        Key::new(
            "accept",
            KeyValue::Texts(Word::SelectorPorts(SelectorContext::TestDst)),
            "What the source must reach: `tag:web:443`.",
        ),
        Key::old("allow", KeyValue::Texts(Word::SelectorPorts(SelectorContext::TestDst)), "accept"),
        Key::new(
            "deny",
            KeyValue::Texts(Word::SelectorPorts(SelectorContext::TestDst)),
            "What the source must not reach.",
        ),
        SRC_POSTURE_ATTRS,
    ],
    elsewhere: &[
        ("dst", "write the destinations in `accept` or `deny`"),
        ("check", "only entries of `sshTests` have it"),
        ("until", UNTIL),
        ("expires", UNTIL),
    ],
};

pub(crate) static SSH_TEST: Form<6> = Form {
    name: "an SSH test",
    keys: [
        Key::new(
            "src",
            KeyValue::Text(Word::Selector(SelectorContext::SshTestSrc)),
            "The source: one user, group, tag, host or address.",
        ),
        Key::new("dst", KeyValue::Texts(Word::Selector(SelectorContext::SshTestDst)), "The destinations."),
        Key::new("accept", KeyValue::Texts(Word::Account), "Accounts that it must get without a check."),
        Key::new("check", KeyValue::Texts(Word::Account), "Accounts that it must get after a check."),
        Key::new("deny", KeyValue::Texts(Word::Account), "Accounts that it must not get."),
        SRC_POSTURE_ATTRS,
    ],
    elsewhere: &[("users", "write the accounts in `accept`, `check` or `deny`"), ("until", UNTIL), ("expires", UNTIL)],
};

pub(crate) static NODE_ATTR: Form<4> = Form {
    name: "an entry of `nodeAttrs`",
    keys: [
        Key::new(
            "target",
            KeyValue::Texts(Word::Selector(SelectorContext::NodeTarget)),
            "The devices: users, groups, tags, roles or `*`.",
        ),
        Key::new("attr", KeyValue::Texts(Word::Attribute), "The attributes that they get, such as `funnel`."),
        Key::new("app", KeyValue::App, "App capabilities that they get."),
        Key::new("ipPool", KeyValue::Texts(Word::Prefix), "The ranges that their IPv4 addresses are from."),
    ],
    elsewhere: &[("src", "write `target`"), ("dst", "write `target`")],
};

pub(crate) static AUTO_APPROVERS: Form<3> = Form {
    name: "`autoApprovers`",
    keys: [
        Key::new(
            "routes",
            KeyValue::Names(Word::Prefix, &NamedValue::Texts(Word::Selector(SelectorContext::Approver))),
            "Subnet routes, each with those whose devices may serve it, or a part of it, without an admin's approval.",
        ),
        Key::new(
            "exitNode",
            KeyValue::Texts(Word::Selector(SelectorContext::Approver)),
            "Those whose devices may be exit nodes without an admin's approval.",
        ),
        Key::new(
            "services",
            KeyValue::Names(
                Word::Selector(SelectorContext::Service),
                &NamedValue::Texts(Word::Selector(SelectorContext::Approver)),
            ),
            "Services, or tags of services, each with those whose devices may serve it without an admin's approval.",
        ),
    ],
    elsewhere: &[("exitNodes", "write `exitNode`"), ("advertiseRoutes", "write `routes`")],
};

/// The sections of a policy.
pub(crate) static SECTIONS: &[Key] = &[
    Key::new(
        "groups",
        KeyValue::Names(
            Word::Declaration(SelectorKind::Group),
            &NamedValue::Texts(Word::Selector(SelectorContext::Member)),
        ),
        "Lists of users, by name: `group:eng`.",
    ),
    Key::new(
        "hosts",
        KeyValue::Names(Word::Declaration(SelectorKind::Host), &NamedValue::Text(Word::AddressOrPrefix)),
        "Names for addresses and prefixes.",
    ),
    Key::new(
        "ipsets",
        KeyValue::Names(Word::Declaration(SelectorKind::IpSet), &NamedValue::Texts(Word::IpSetEntry)),
        "Sets of addresses, by name: `ipset:prod`.",
    ),
    Key::new(
        "postures",
        KeyValue::Names(Word::Declaration(SelectorKind::Posture), &NamedValue::Texts(Word::Condition)),
        "Conditions on source devices, by name: `posture:managed`. A device must meet all conditions of a posture.",
    ),
    Key::new(
        "defaultSrcPosture",
        KeyValue::Texts(Word::Selector(SelectorContext::Posture)),
        "The postures of rules without `srcPosture`.",
    ),
    Key::new(
        "tagOwners",
        KeyValue::Names(
            Word::Declaration(SelectorKind::Tag),
            &NamedValue::Texts(Word::Selector(SelectorContext::Owner)),
        ),
        "Declares tags, each with those who may assign it. With an empty list, only admins may.",
    ),
    Key::new(
        "grants",
        KeyValue::Objects(&GRANT.keys),
        "Network and app access. Grants only allow. Access that no rule allows is denied.",
    ),
    Key::new(
        "acls",
        KeyValue::Objects(&ACL.keys),
        "Network access in the older form. Tailscale adds no new features to it.",
    ),
    Key::new(
        "ssh",
        KeyValue::Objects(&SSH_RULE.keys),
        "Logins with Tailscale SSH. A grant or an acl must also allow port 22.",
    ),
    Key::new(
        "autoApprovers",
        KeyValue::Object(&AUTO_APPROVERS.keys),
        "Routes, exit nodes and services that need no approval by an admin.",
    ),
    Key::new("nodeAttrs", KeyValue::Objects(&NODE_ATTR.keys), "Attributes of devices."),
    Key::new("tests", KeyValue::Objects(&TEST.keys), "Tests of access. Tailscale refuses a policy if one fails."),
    Key::new(
        "sshTests",
        KeyValue::Objects(&SSH_TEST.keys),
        "Tests of logins with Tailscale SSH. Tailscale refuses a policy if one fails.",
    ),
];

/// The options that Tailscale documents, or that its tools know.
pub(crate) static SETTINGS: &[Key] = &[
    Key::new(
        "attrConfig",
        KeyValue::Names(Word::PostureAttribute, &NamedValue::Object(ATTR_CONFIG)),
        "The types of custom posture attributes.",
    ),
    Key::new("derpMap", KeyValue::OpenObject(DERP_MAP), "Your own relay servers: `Regions`, and `OmitDefaultRegions`."),
    Key::new(
        "disableIPv4",
        KeyValue::Flag,
        "True to disable IPv4 addresses in the tailnet. The attribute `disable-ipv4` does the same for some devices.",
    ),
    Key::new(
        "externalTailnets",
        KeyValue::Names(Word::Any, &NamedValue::Object(EXTERNAL_TAILNET)),
        "Other tailnets that devices are shared with.",
    ),
    Key::new("extraDNSRecords", KeyValue::Json, "DNS records."),
    Key::new(
        "OneCGNATRoute",
        KeyValue::Text(Word::Choice(&["", "mac-always", "mac-never"])),
        "How macOS devices set their route for 100.64.0.0/10.",
    ),
    Key::new(
        "randomizeClientPort",
        KeyValue::Flag,
        "True to make every device use a random WireGuard port. Some firewalls with faulty connection tracking need this.",
    ),
];

/// The keys of a custom posture attribute.
pub(crate) static ATTR_CONFIG: &[Key] = &[
    Key::new("type", KeyValue::Text(Word::Choice(&["string", "bool", "number"])), "The type of its values."),
    Key::new("allowSetByNode", KeyValue::Flag, "True if a device may set its own value."),
    Key::new("broadcastToPeers", KeyValue::List, "Who gets the value."),
];

/// The keys of another tailnet.
pub(crate) static EXTERNAL_TAILNET: &[Key] = &[
    Key::new("externalID", KeyValue::Text(Word::Any), "Its ID."),
    Key::new("allowIncomingConnections", KeyValue::Flag, "Whether it may open connections."),
    Key::new("allowExternalReferencesTo", KeyValue::List, "The groups and tags that its policy may name."),
];

/// The keys of `derpMap`.
pub(crate) static DERP_MAP: &[Key] = &[
    Key::new("OmitDefaultRegions", KeyValue::Flag, "True to use no relays but these."),
    Key::new(
        "Regions",
        KeyValue::Names(Word::Any, &NamedValue::Object(DERP_REGION)),
        "The regions, by number. `null` removes one of Tailscale's.",
    ),
];

/// The keys of a region of relays.
pub(crate) static DERP_REGION: &[Key] = &[
    Key::new("RegionID", KeyValue::Number, "Its number, 900 to 999."),
    Key::new("RegionCode", KeyValue::Text(Word::Any), "A short name."),
    Key::new("RegionName", KeyValue::Text(Word::Any), "A long name."),
    Key::new("Avoid", KeyValue::Flag, "True to use it only if nothing else is reachable."),
    Key::new("Nodes", KeyValue::OpenObjects(DERP_NODE), "Its relays."),
];

/// The keys of a relay.
pub(crate) static DERP_NODE: &[Key] = &[
    Key::new("Name", KeyValue::Text(Word::Any), "Its name."),
    Key::new("RegionID", KeyValue::Number, "The number of its region."),
    Key::new("HostName", KeyValue::Text(Word::Any), "The DNS name to reach it by."),
    Key::new("CertName", KeyValue::Text(Word::Any), "The name in its certificate, if it is another."),
    Key::new("IPv4", KeyValue::Text(Word::Any), "Its IPv4 address."),
    Key::new("IPv6", KeyValue::Text(Word::Any), "Its IPv6 address."),
    Key::new("STUNPort", KeyValue::Number, "Its port for STUN."),
    Key::new("STUNOnly", KeyValue::Flag, "True if it does nothing but STUN."),
    Key::new("DERPPort", KeyValue::Number, "Its port for DERP."),
];

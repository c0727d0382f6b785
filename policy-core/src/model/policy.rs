use std::collections::BTreeSet;
use std::ops::Range;

use crate::diagnostic::Diagnostic;
use crate::model::{
    Acl, AutoApprovers, Date, DeclaredCapability, Dialect, Facts, Grant, Group, Host, IpSet, Lint, List, NodeAttr,
    Posture, Selector, Setting, SourceLines, SshRule, SshTest, TagOwners, Test,
};
use crate::source::{FileId, Origin};

/// A tailnet policy, read from its text section by section.
///
/// To change a policy, change its text and read it again.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// The text that it was read from, unchanged.
    pub text: String,
    /// The place of the top-level object.
    pub origin: Origin,
    /// The control server that it is written for.
    pub dialect: Dialect,

    /// `groups`: lists of users.
    pub groups: List<Group>,
    /// `hosts`: names of addresses.
    pub hosts: List<Host>,
    /// `ipsets`: sets of addresses.
    pub ipsets: List<IpSet>,
    /// `postures`: conditions on source devices.
    pub postures: List<Posture>,
    /// `defaultSrcPosture`: the posture of rules without a `srcPosture`.
    pub default_src_posture: List<Selector>,
    /// `tagOwners`: the tags and their owners.
    pub tag_owners: List<TagOwners>,
    /// `grants`. With neither `grants` nor `acls` in the file, Tailscale allows everything. An
    /// empty list allows nothing.
    pub grants: Option<Vec<Grant>>,
    /// `acls`, the older form of `grants`.
    pub acls: Option<Vec<Acl>>,
    /// `ssh`: Tailscale SSH.
    pub ssh: Vec<SshRule>,
    /// `autoApprovers`: routes, exit nodes and services that need no approval by an admin.
    pub auto_approvers: AutoApprovers,
    /// `nodeAttrs`: attributes of devices.
    pub node_attrs: Vec<NodeAttr>,
    /// `tests`: expected access.
    pub tests: Vec<Test>,
    /// `sshTests`: expected SSH logins.
    pub ssh_tests: Vec<SshTest>,
    /// Every other top-level key, known or not (`derpMap`, `randomizeClientPort`, …), in order.
    pub settings: Vec<Setting>,

    /// The day that it is checked for. Without one, no item counts as ended.
    pub today: Option<Date>,
    /// The lines of the Rust source that its statements come from. Empty unless `policy!` wrote it.
    pub source_lines: SourceLines,
    /// Facts about the tailnet that are not part of its policy. Empty for a policy file alone.
    pub facts: Facts,
    /// Lint levels set by `// policy:` comments.
    pub lints: Vec<Lint>,
    /// The tailnet's own app capabilities, declared by `// policy:` comments.
    pub capabilities: Vec<DeclaredCapability>,
    /// Findings about parts of the policy and the facts that could not be read, and so are missing
    /// from the fields above. Also findings about old forms, which the fields no longer show.
    pub unreadable: Vec<Diagnostic>,
}

impl Policy {
    /// Sets the day that the policy is checked for. Items that ended before that day are errors.
    #[must_use]
    pub fn with_today(self, today: Date) -> Policy {
        Policy { today: Some(today), ..self }
    }

    /// Returns a declared app capability such as `example.com/cap/sql`.
    ///
    /// ```
    /// use policy_core::Policy;
    /// let text = "// policy: capability \"example.com/cap/sql\" { tables: [string]; }\n{}";
    /// let policy = Policy::parse(text);
    /// let sql = policy.capability("example.com/cap/sql").unwrap();
    /// assert_eq!(sql.shape.to_string(), "{ tables: [string]; }");
    /// assert!(policy.capability("example.com/cap/other").is_none());
    /// ```
    pub fn capability(&self, name: impl AsRef<str>) -> Option<&DeclaredCapability> {
        let name = name.as_ref();
        self.capabilities.iter().find(|declared| *declared.name == *name)
    }

    /// Returns the names of the app capabilities that grants and node attributes give, in
    /// alphabetical order.
    pub fn granted_capabilities(&self) -> BTreeSet<&str> {
        let grants = self.grants.iter().flatten().filter_map(|grant| grant.app.as_ref());
        let apps = grants.chain(self.node_attrs.iter().filter_map(|attribute| attribute.app.as_ref()));
        apps.flat_map(|app| &app.capabilities).map(|capability| capability.name.as_str()).collect()
    }

    /// Returns the text that contains a place, and the range of bytes in it. The text is that of
    /// the policy or its invariants. The text of facts is not kept, so places in facts have none.
    ///
    /// ```
    /// use policy_core::Policy;
    /// let policy = Policy::parse(r#"{"hosts": {"web": "10.0.0.1"}}"#);
    /// let (text, range) = policy.locate(policy.hosts[0].origin).unwrap();
    /// assert_eq!(&text[range], r#""web": "10.0.0.1""#);
    /// ```
    pub fn locate(&self, origin: Origin) -> Option<(&str, Range<usize>)> {
        let text = match origin.file {
            FileId::Policy => &self.text,
            FileId::Invariants => &self.facts.invariants_file.as_ref()?.text,
            FileId::Facts(_) | FileId::Scanned(_) => return None,
        };
        text.get(origin.range()).map(|_| (text.as_str(), origin.range()))
    }
}

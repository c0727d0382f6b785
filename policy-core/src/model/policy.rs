use std::ops::Range;

use crate::diagnostic::Diagnostic;
use crate::model::{
    Acl, AutoApprovers, Date, DeclaredCapability, Dialect, Facts, Grant, Group, Host, IpSet, Lint, List, NodeAttr,
    Posture, Selector, Setting, SourceLines, SshRule, SshTest, TagOwners, Test,
};
use crate::source::{FileId, Origin};

/// A tailnet policy: what its text says, section by section.
///
/// The text is the policy; this is the reading of it. To write one, write text.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// The text it was read from, as it was.
    pub text: String,
    /// All of the top-level object.
    pub origin: Origin,
    /// The control server that it is for.
    pub dialect: Dialect,

    /// `groups`: lists of people.
    pub groups: List<Group>,
    /// `hosts`: names of addresses.
    pub hosts: List<Host>,
    /// `ipsets`: collections of addresses.
    pub ipsets: List<IpSet>,
    /// `postures`: conditions on source devices.
    pub postures: List<Posture>,
    /// `defaultSrcPosture`: for rules without a `srcPosture`.
    pub default_src_posture: List<Selector>,
    /// `tagOwners`: the tags, and who may assign them.
    pub tag_owners: List<TagOwners>,
    /// `grants`. With neither `grants` nor `acls` in the file, Tailscale allows everything; an empty list allows nothing.
    pub grants: Option<Vec<Grant>>,
    /// `acls`, the older form of `grants`.
    pub acls: Option<Vec<Acl>>,
    /// `ssh`: Tailscale SSH.
    pub ssh: Vec<SshRule>,
    /// `autoApprovers`: routes, exit nodes and services that need no admin.
    pub auto_approvers: AutoApprovers,
    /// `nodeAttrs`: what devices may or should do.
    pub node_attrs: Vec<NodeAttr>,
    /// `tests`: what must and must not be reachable.
    pub tests: Vec<Test>,
    /// `sshTests`: who must and must not be able to log in.
    pub ssh_tests: Vec<SshTest>,
    /// Every other top-level key, known or not (`derpMap`, `randomizeClientPort`, …), in order.
    pub settings: Vec<Setting>,

    /// The day that it is checked for. Without one, nothing in it has ended.
    pub today: Option<Date>,
    /// The lines of Rust source that its statements come from. Empty if `policy!` did not write it.
    pub source_lines: SourceLines,
    /// What is known about the tailnet beside its policy. Empty for a bare file.
    pub facts: Facts,
    /// Lint levels set by `// policy:` comments.
    pub lints: Vec<Lint>,
    /// The tailnet's own app capabilities, which `// policy:` comments declare.
    pub capabilities: Vec<DeclaredCapability>,
    /// What could not be read of the policy and the facts, and so is in none of the fields above; and old forms,
    /// which can be read, but of which the fields do not tell any more.
    pub unreadable: Vec<Diagnostic>,
}

impl Policy {
    /// Sets the day that the policy is checked for. What has ended before it is an error.
    #[must_use]
    pub fn with_today(self, today: Date) -> Policy {
        Policy { today: Some(today), ..self }
    }

    /// Returns the text that a place is in, and which bytes of it: the text of the policy or of its invariants. Nobody
    /// keeps the text of facts.
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
            FileId::Facts(_) => return None,
        };
        text.get(origin.range()).map(|_| (text.as_str(), origin.range()))
    }
}

//! From the tree of a text to the model: what the text says, as far as it can be understood.
//!
//! Nothing here stops at a mistake. What cannot be read is said in [`Policy::unreadable`] and left out.

mod attribute;
mod declaration;
mod fact;
mod reader;
mod rule;
mod setting;
mod test;

use crate::model::{Facts, Origin, Policy};

use super::{Document, Kind, SyntaxError};
use crate::diagnostic::{Code, Diagnostic};
use reader::Reader;

impl Policy {
    /// Reads a policy from HuJSON. A text that is none gives an empty policy that says so in `unreadable`.
    ///
    /// Keys are matched as Tailscale matches them, in any case, and the old names of fields are understood.
    ///
    /// ```
    /// use policy_core::Policy;
    /// let policy = Policy::parse(r#"{"Grants": [{"src": ["*"], "dst": ["tag:web"], "ip": ["tcp:443"]}]}"#);
    /// assert_eq!(policy.grants.unwrap()[0].ip[0].to_string(), "tcp:443");
    /// assert_eq!(policy.unreadable, []);
    /// ```
    pub fn parse(text: &str) -> Policy {
        let mut policy = match Document::parse(text, 0) {
            Ok(document) => read(&document),
            Err(error) => Policy { unreadable: vec![syntax(error)], ..Policy::default() },
        };
        policy.text = text.to_owned();
        policy
    }

    /// Reads a policy and what is known beside it. See [`Facts::parse`].
    pub fn with_facts(text: &str, facts: &str) -> Policy {
        let mut policy = Policy::parse(text);
        // One more than the text, so that not even a place at its end is also one of the facts.
        let base = u32::try_from(text.len()).unwrap_or(u32::MAX).saturating_add(1);
        let (facts, unreadable) = Facts::parse(facts, base);
        policy.facts = facts;
        policy.unreadable.extend(unreadable);
        policy
    }
}

/// What is wrong with a text that is no HuJSON.
fn syntax(error: SyntaxError) -> Diagnostic {
    let tailscale = error.to_string();
    Diagnostic::new(Code::Syntax, error.origin, error.message).tailscale(tailscale)
}

/// Reads the policy that is the document's value. Its `text` is left empty.
pub fn read(document: &Document) -> Policy {
    let mut reader = Reader::new(document);
    let policy = reader.policy();
    Policy { unreadable: reader.findings, ..policy }
}

/// The keys of the top level that are sections, in Tailscale's case. Every other one is a setting.
const SECTIONS: &[&str] = &[
    "groups",
    "hosts",
    "ipsets",
    "postures",
    "defaultSrcPosture",
    "tagOwners",
    "grants",
    "acls",
    "ssh",
    "autoApprovers",
    "nodeAttrs",
    "tests",
    "sshTests",
];

impl Reader<'_> {
    fn policy(&mut self) -> Policy {
        let root = self.document.root();
        let mut policy = Policy { origin: self.document.origin(root), ..Policy::default() };
        if self.document.kind(root) != Kind::Object {
            self.wrong_type(root, "a policy", "an object");
            return policy;
        }
        let mut seen: Vec<(String, Origin)> = Vec::new();
        for (name, value) in self.document.members(root) {
            let Some(key) = self.document.string(name) else { continue };
            let lower = key.to_ascii_lowercase();
            match seen.iter().find(|(earlier, _)| *earlier == lower) {
                Some(&(_, first)) => self.duplicate_key(&key, first),
                None => seen.push((lower, key.origin)),
            }
            match SECTIONS.iter().find(|section| section.eq_ignore_ascii_case(&key)) {
                Some(section) => {
                    if let Some(value) = self.present(value) {
                        self.section(section, value, &mut policy);
                    }
                }
                None => {
                    let setting = self.setting(key, value);
                    policy.settings.push(setting);
                }
            }
        }
        policy
    }

    /// Adds a section to the policy. One that is there twice, which is an error, is read twice all the same:
    /// otherwise the names of the second would seem undefined.
    fn section(&mut self, section: &str, value: super::NodeId, policy: &mut Policy) {
        match section {
            "groups" => self.declarations(value, section, &mut policy.groups, Self::group),
            "hosts" => self.declarations(value, section, &mut policy.hosts, Self::host),
            "ipsets" => self.declarations(value, section, &mut policy.ipsets, Self::ip_set),
            "postures" => self.declarations(value, section, &mut policy.postures, Self::posture),
            "defaultSrcPosture" => policy.default_src_posture = self.selectors(Some(value), "defaultSrcPosture"),
            "tagOwners" => self.declarations(value, section, &mut policy.tag_owners, Self::tag_owner),
            "grants" => {
                let grants = self.list(Some(value), "grants", Self::grant);
                policy.grants.get_or_insert_default().extend(grants.items);
            }
            "acls" => {
                let acls = self.list(Some(value), "acls", Self::acl);
                policy.acls.get_or_insert_default().extend(acls.items);
            }
            "ssh" => policy.ssh.extend(self.list(Some(value), "ssh", Self::ssh_rule).items),
            "autoApprovers" => self.auto_approvers(value, &mut policy.auto_approvers),
            "nodeAttrs" => policy.node_attrs.extend(self.list(Some(value), "nodeAttrs", Self::node_attr).items),
            "tests" => policy.tests.extend(self.list(Some(value), "tests", Self::test).items),
            "sshTests" => policy.ssh_tests.extend(self.list(Some(value), "sshTests", Self::ssh_test).items),
            _ => {}
        }
    }
}

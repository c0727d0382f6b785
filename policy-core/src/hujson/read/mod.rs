//! Reads the model from the tree of a text.
//!
//! A mistake does not stop the reader. Parts that cannot be read are left out and reported in
//! [`Policy::unreadable`].

mod attribute;
mod capability;
mod declaration;
mod dialect;
mod fact;
mod headscale;
mod invariants_file;
mod lint;
mod policy_comment;
mod reader;
mod rule;
mod setting;
mod test;
mod until;

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::diagnostic::{Code, Diagnostic, HeadscaleStage};
use crate::hujson::{Document, Kind, SyntaxError};
use crate::model::form::SECTIONS;
use crate::model::{Dialect, Facts, Policy};
use crate::source::Origin;
use reader::Reader;

impl Policy {
    /// Reads a policy from HuJSON. A text that is not HuJSON gives an empty policy with a finding
    /// in `unreadable`.
    ///
    /// As in Tailscale, the case of keys is ignored, and old names of fields are accepted.
    ///
    /// ```
    /// use policy_core::Policy;
    /// let policy = Policy::parse(r#"{"Grants": [{"src": ["*"], "dst": ["tag:web"], "ip": ["tcp:443"]}]}"#);
    /// assert_eq!(policy.grants.unwrap()[0].ip[0].to_string(), "tcp:443");
    /// assert_eq!(policy.unreadable, []);
    /// ```
    pub fn parse(text: impl Into<String>) -> Policy {
        Policy::parse_in(text, None)
    }

    /// Reads a policy for a control server. Without one, a comment of the text may name it.
    ///
    /// ```
    /// use policy_core::Policy;
    /// use policy_core::model::Dialect;
    /// let policy = Policy::parse("// policy: target headscale\n{\"groups\": {\"group:eng\": [\"alice@\"]}}");
    /// assert_eq!(policy.dialect, Dialect::Headscale);
    /// let policy = Policy::parse_in(r#"{"ipsets": {}}"#, Some(Dialect::Headscale));
    /// assert_eq!(policy.unreadable[0].message, "headscale has no IP sets");
    /// ```
    pub fn parse_in(text: impl Into<String>, dialect: Option<Dialect>) -> Policy {
        Policy::parse_beside(text.into(), dialect, false)
    }

    fn parse_beside(text: String, dialect: Option<Dialect>, is_in_source: bool) -> Policy {
        let mut policy = match Document::parse(text.as_str()) {
            Ok(document) => read_in(&document, dialect, is_in_source),
            Err(error) => unparsed(error, &text, dialect.or_else(|| dialect::named_in(&text)).unwrap_or_default()),
        };
        policy.text = text;
        policy
    }

    /// Returns whether a comment of the text names a control server.
    #[doc(hidden)]
    pub fn names_target(text: &str) -> bool {
        dialect::named_in(text).is_some()
    }

    /// Reads a policy and its facts. See [`Facts::parse`].
    pub fn with_facts(text: &str, facts: &str) -> Policy {
        let (facts, unreadable) = Facts::parse(facts);
        Policy::parse_beside(text.to_owned(), None, facts.are_in_source()).beside(facts, unreadable)
    }

    /// Reads a policy from a document's value, and its facts.
    pub fn of_document(document: &Document, facts: &str) -> Policy {
        let (facts, unreadable) = Facts::parse(facts);
        let policy = read_in(document, None, facts.are_in_source());
        Policy { text: document.text().to_owned(), ..policy }.beside(facts, unreadable)
    }

    /// Adds facts, and what could not be read of them.
    fn beside(mut self, facts: Facts, unreadable: Vec<Diagnostic>) -> Policy {
        self.facts = facts;
        self.unreadable.extend(unreadable);
        self
    }
}

/// Makes the policy of a text that is not HuJSON. To headscale, an empty text is a policy without
/// rules.
fn unparsed(error: SyntaxError, text: &str, dialect: Dialect) -> Policy {
    let finding = match dialect {
        Dialect::Tailscale => Some(syntax(error, text)),
        Dialect::Headscale if text.is_empty() => None,
        Dialect::Headscale => {
            let answer = error.to_string();
            let finding = Diagnostic { tailscale: None, ..syntax(error, text) };
            Some(finding.headscale(HeadscaleStage::Reading, answer))
        }
    };
    Policy { unreadable: finding.into_iter().collect(), dialect, ..Policy::default() }
}

/// Returns the finding for a text that is not HuJSON.
fn syntax(error: SyntaxError, text: &str) -> Diagnostic {
    // In the form that users have published, without the name of the reader (tailscale#10015).
    let tailscale = format!("line {}, column {}: {}", error.line, error.column, error.message);
    let help = is_template(text, error.origin).then(|| "render the template first, and check its output".to_owned());
    Diagnostic::new(Code::Syntax, error.origin, error.message).help_if(help).tailscale(tailscale)
}

/// The start of a placeholder in the template languages that are used for policies.
const PLACEHOLDERS: &[&str] = &["${", "$(", "{{", "{%", "%{", "<%", "@{"];

/// Returns true if a text cannot be read because of a placeholder of a template. The placeholder
/// begins at the place, one byte before it, or right before the token there.
fn is_template(text: &str, at: Origin) -> bool {
    let start = at.range().start;
    let before = text.get(..start).unwrap_or_default().trim_end();
    let starts =
        |from: usize| text.get(from..).is_some_and(|rest| PLACEHOLDERS.iter().any(|word| rest.starts_with(word)));
    starts(start) || start.checked_sub(1).is_some_and(starts) || PLACEHOLDERS.iter().any(|word| before.ends_with(word))
}

/// Reads a policy from a document's value. Leaves `text` empty.
pub fn read(document: &Document) -> Policy {
    read_in(document, None, false)
}

fn read_in(document: &Document, dialect: Option<Dialect>, is_in_source: bool) -> Policy {
    let mut reader = Reader { is_in_source, ..Reader::new(document) };
    // Comments above a policy also apply to the other texts that are checked with it.
    let lints = reader.policy_comments(None);
    reader.dialect = dialect.or(reader.target.map(|(dialect, _)| dialect)).unwrap_or_default();
    let comments = std::mem::take(&mut reader.findings);
    let policy = reader.policy();
    // `headscale::mistakes` reports the parts that headscale cannot read.
    if reader.dialect == Dialect::Headscale {
        reader.findings = headscale::mistakes(document);
    }
    reader.misplaced_untils();
    reader.findings.extend(comments);
    let (dialect, capabilities) = (reader.dialect, reader.capabilities);
    Policy { dialect, lints, capabilities, unreadable: reader.findings, ..policy }
}

impl Reader<'_> {
    fn policy(&mut self) -> Policy {
        let root = self.document.root();
        let mut policy = Policy { origin: self.document.origin(root), ..Policy::default() };
        // A policy that is `null` is absent, as a section is.
        if self.document.kind(root) == Kind::Null {
            return policy;
        }
        if self.document.kind(root) != Kind::Object {
            self.wrong_type(root, "a policy", "an object");
            return policy;
        }
        let mut seen: HashMap<String, Origin> = HashMap::new();
        let mut acls = None;
        for (name, value) in self.document.members(root) {
            let Some(key) = self.document.string(name) else { continue };
            match seen.entry(key.to_ascii_lowercase()) {
                Entry::Occupied(first) => self.duplicate_key(&key, *first.get()),
                Entry::Vacant(place) => drop(place.insert(key.origin)),
            }
            // Every other key is a setting.
            match SECTIONS.iter().map(|section| section.name).find(|section| self.is_key(section, &key)) {
                Some(section) => {
                    if let Some(value) = self.present(value) {
                        self.section(section, value, &mut policy);
                    }
                    if section == "acls" {
                        acls = Some(key.origin);
                    }
                }
                None => {
                    let setting = self.setting(key, value);
                    policy.settings.push(setting);
                }
            }
        }
        if let (Some(origin), Some([_, ..]), Some([_, ..])) = (acls, policy.grants.as_deref(), policy.acls.as_deref()) {
            let help = if self.is_in_source {
                "write each acl as a grant, as in `autogroup:member -> tag:web on tcp:443;`"
            } else {
                "write each acl as a grant, or let `policy migrate` do it"
            };
            let message = "`acls` are the old form of `grants`, which are here too";
            self.findings.push(Diagnostic::new(Code::OldForm, origin, message).help(help));
        }
        policy
    }

    /// Adds a section to the policy. A duplicate section is an error, but both are read: otherwise
    /// the names of the second would seem undefined.
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

#[cfg(test)]
mod tests {
    use crate::model::{Role, SelectorKind};

    use super::*;

    const POLICY: &str = r#"{
        // Who is who
        "groups": {
            "group:other": [], // about the other one
            // The engineers.
            // All of them.
            "group:eng": ["alice@example.com"],

            // A remark that parts from what follows

            "group:none": null,
        },
        "Hosts": {"web": "10.0.0.1"},
        "grants": [
            // To the web
            {"src": ["group:eng"], "dst": ["web"], "ip": ["tcp:443"], "app": {"example.com/a": [{"x": 1}]}},
            {"src": null},
        ],
        "acls": [{"action": "accept", "users": ["*"], "ports": ["web:22,80"], "proto": "tcp"}],
        "tests": [{"user": "alice@example.com", "allow": ["web:443"], "srcPostureAttrs": {"node:os": "linux"}}],
        "futureSection": [1, 2],
    }"#;

    #[test]
    fn the_model_says_what_the_text_says() {
        let policy = Policy::parse(POLICY);
        assert_eq!(policy.text, POLICY);
        let group = &policy.groups[1];
        assert_eq!(group.name.as_str(), "group:eng");
        assert_eq!(group.members[0].kind, SelectorKind::User);
        let grants = policy.grants.as_deref().unwrap();
        assert_eq!(grants[0].app.as_ref().unwrap().capabilities[0].values[0].0, crate::json::json!({"x": 1}));
        assert!(grants[1].src.is_absent_or_empty() && grants[1].src.origin.is_none() && grants[1].app.is_none());
        let acl = &policy.acls.as_deref().unwrap()[0];
        assert_eq!((acl.src.len(), acl.dst[0].ports.len(), acl.proto.unwrap().to_string()), (1, 2, "tcp".to_owned()));
        let test = &policy.tests[0];
        assert_eq!((test.accept[0].port, &test.src_posture_attrs["node:os"]), (443, &crate::json::json!("linux")));
        assert_eq!(policy.settings[0].value, crate::json::json!([1, 2]));
        let unreadable: Vec<_> = policy.unreadable.iter().filter(|finding| finding.code != Code::OldForm).collect();
        assert_eq!(unreadable.len(), 1, "the unknown section alone");
    }

    #[test]
    fn comments_right_above_describe() {
        let policy = Policy::parse(POLICY);
        let docs: Vec<_> = policy.groups.iter().map(|group| group.doc.as_deref()).collect();
        assert_eq!(docs, [None, Some("The engineers.\nAll of them."), None]);
        let grants = policy.grants.unwrap();
        assert_eq!((grants[0].doc.as_deref(), grants[1].doc.as_deref()), (Some("To the web"), None));
    }

    #[test]
    fn origins_are_where_things_stand() {
        let policy = Policy::parse(POLICY);
        let at = |origin: Origin| POLICY.get(origin.start as usize..origin.end as usize).unwrap();
        let destination = &policy.acls.as_deref().unwrap()[0].dst[0];
        assert_eq!(at(destination.text.origin), "\"web:22,80\"");
        assert_eq!(at(destination.host.text.origin), "web");
        assert_eq!(at(destination.ports_origin), "22,80");
        assert_eq!(at(policy.groups[1].origin), "\"group:eng\": [\"alice@example.com\"]");
    }

    #[test]
    fn a_text_that_cannot_be_read_says_so_and_nothing_else() {
        let policy = Policy::with_facts("{\"grants\": [}", "{]");
        let codes: Vec<_> = policy.unreadable.iter().map(|finding| finding.code).collect();
        assert_eq!(codes, [Code::Syntax, Code::Syntax]);
        assert_eq!(
            policy.unreadable[0].tailscale.as_deref(),
            Some("line 1, column 13: invalid character '}' at start of value")
        );
        assert_eq!(policy.unreadable[1].tailscale, None);
    }

    #[test]
    fn facts_are_read_beside_the_policy() {
        let facts = r#"{"users": [{"name": "odin", "email": "odin@example.com", "role": "owner", "doc": "All-father"}],
            "nodes": [{"name": "nas", "tags": ["tag:nas"], "ipv4": "100.64.0.9", "routable_ips": ["10.0.0.0/8", "0.0.0.0/0"]}],
            "invariants": [{"kind": "never", "src": ["*"], "targets": [{"dst": ["tag:nas"], "ip": ["22"]}]}], "lets": []}"#;
        let policy = Policy::with_facts("{}", facts);
        assert_eq!(policy.unreadable, []);
        let (user, device) = (&policy.facts.users[0], &policy.facts.devices[0]);
        assert_eq!((user.role, user.doc.as_deref()), (Some(Role::Owner), Some("All-father")));
        assert_eq!(device.ipv4.unwrap().to_string(), "100.64.0.9");
        assert_eq!(device.routable.iter().map(|route| route.is_exit_route()).collect::<Vec<_>>(), [false, true]);
        assert_eq!(device.approved.origin, None);
        assert_eq!(policy.facts.invariants[0].targets[0].ip[0].to_string(), "22");
        assert!(policy.facts.are_in_source());
        assert!(user.origin.start > 2, "facts are behind the policy");
    }
}

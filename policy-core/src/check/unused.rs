//! Declared names that are not used.
//!
//! Every mention of a name is a use: in a rule, in a test, at a device of the facts, as an owner of
//! another tag. Its own declaration is not a use. So a tag that can be assigned, but that appears
//! nowhere else, is unused.

use std::collections::HashSet;

use crate::json::Value;

use crate::check::Checker;
use crate::check::names::{NameKind, key};
use crate::diagnostic::{Code, Diagnostic, Help};
use crate::model::{App, List, Policy, Selector, SelectorKind};

pub(super) fn check(checker: &mut Checker) {
    let used = Uses::of(checker.policy);
    let keys: HashSet<(NameKind, String)> = used.names.iter().map(|&(kind, name)| (kind, key(kind, name))).collect();
    for kind in NameKind::ALL {
        let names: Vec<_> = checker.names.all(kind).filter(|name| !keys.contains(&(kind, key(kind, name)))).collect();
        for name in names {
            // Capabilities and options may mention any name, in any form.
            if !used.words.contains(name.as_str()) {
                let help = format!("remove it, or say why it stays: {}", keep(checker.policy, kind.unused()));
                let message = format!("nothing uses {}`{name}`", if kind == NameKind::Host { "the host " } else { "" });
                checker
                    .report(Diagnostic::new(kind.unused(), name.origin, message).help(Help::remove_entry(help).or("")));
            }
        }
    }
}

/// Returns how to allow a warning, in the language that the operator writes.
pub(super) fn keep(policy: &Policy, code: Code) -> String {
    if policy.facts.are_in_source() {
        format!("`#[allow({}, reason = \"…\")]` above it", code.name().replace('-', "_"))
    } else {
        format!("`// policy: allow({code}) …` above it")
    }
}

/// The names that a policy uses.
#[derive(Default)]
struct Uses<'p> {
    /// Names as they appear in the policy.
    names: HashSet<(NameKind, &'p str)>,
    /// Texts in values that are opaque to Tailscale.
    words: HashSet<&'p str>,
}

impl<'p> Uses<'p> {
    fn of(policy: &'p Policy) -> Self {
        let mut uses = Uses::default();
        for ip_set in &policy.ipsets {
            uses.all(ip_set.entries.iter().map(|entry| &entry.target));
        }
        uses.list(&policy.default_src_posture);
        for declaration in &policy.tag_owners {
            // A tag that owns itself is not used by that.
            let own = key(NameKind::Tag, &declaration.tag);
            uses.all(declaration.owners.iter().filter(|owner| key(NameKind::Tag, &owner.text) != own));
        }
        uses.rules(policy);
        let approvers = &policy.auto_approvers;
        uses.list(&approvers.exit_node);
        approvers.routes.iter().for_each(|route| uses.list(&route.approvers));
        for service in &approvers.services {
            uses.one(&service.service);
            uses.list(&service.approvers);
        }
        for attr in &policy.node_attrs {
            uses.list(&attr.target);
            uses.app(attr.app.as_ref());
        }
        policy.settings.iter().for_each(|setting| uses.value(&setting.value));
        uses.tests(policy);
        uses
    }

    fn rules(&mut self, policy: &'p Policy) {
        for grant in policy.grants.iter().flatten() {
            [&grant.src, &grant.dst, &grant.src_posture, &grant.via].into_iter().for_each(|list| self.list(list));
            self.app(grant.app.as_ref());
        }
        for acl in policy.acls.iter().flatten() {
            [&acl.src, &acl.src_posture].into_iter().for_each(|list| self.list(list));
            self.all(acl.dst.iter().map(|destination| &destination.host));
        }
        for rule in &policy.ssh {
            [&rule.src, &rule.dst, &rule.src_posture, &rule.recorder].into_iter().for_each(|list| self.list(list));
        }
    }

    /// Adds the names in tests and in the facts.
    fn tests(&mut self, policy: &'p Policy) {
        for test in &policy.tests {
            self.all(&test.src);
            self.all(test.accept.iter().chain(&test.deny).map(|target| &target.host));
        }
        for test in &policy.ssh_tests {
            self.all(&test.src);
            self.list(&test.dst);
        }
        for device in &policy.facts.devices {
            self.list(&device.tags);
        }
        self.list(&policy.facts.excepts);
        for invariant in &policy.facts.invariants {
            self.all(invariant.selectors());
        }
    }

    fn app(&mut self, app: Option<&'p App>) {
        for capability in app.into_iter().flat_map(|app| &app.capabilities) {
            self.list_of_values(capability.values.iter().map(|(value, _)| value).collect());
        }
    }

    fn value(&mut self, value: &'p Value) {
        self.list_of_values(vec![value]);
    }

    /// Adds the texts in values, however deeply nested.
    fn list_of_values(&mut self, mut rest: Vec<&'p Value>) {
        while let Some(value) = rest.pop() {
            match value {
                Value::String(text) => drop(self.words.insert(text)),
                Value::Array(items) => rest.extend(items),
                Value::Object(members) => rest.extend(members.values()),
                Value::Null | Value::Bool(_) | Value::Number(_) => {}
            }
        }
    }

    fn list(&mut self, list: &'p List<Selector>) {
        self.all(list);
    }

    fn all(&mut self, selectors: impl IntoIterator<Item = &'p Selector>) {
        selectors.into_iter().for_each(|selector| self.one(selector));
    }

    fn one(&mut self, selector: &'p Selector) {
        // A host that looks like an address is never meant as a host, and is reported elsewhere.
        if let Some(kind) = NameKind::of(selector.kind) {
            self.names.insert((kind, &selector.text));
        } else if let SelectorKind::Address(_) | SelectorKind::Prefix(_) = selector.kind {
            self.names.insert((NameKind::Host, &selector.text));
        } else if let Some(host) = selector.text.strip_prefix("host:") {
            self.names.insert((NameKind::Host, host));
        }
    }
}

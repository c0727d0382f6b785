//! The text that an editor shows about a rule: its ends, with what is behind their names.

use std::collections::HashMap;

use policy_core::model::Policy;
use policy_core::source::Origin;

use crate::hover::{Hover, carriers, listed};

/// Returns a Markdown text about each grant, ACL and SSH rule, with the place of the rule in the
/// text of the policy.
///
/// ```
/// use policy_core::Policy;
/// let policy = r#"{"groups": {"group:ops": ["alice@example.com"]},
///     "grants": [{"src": ["group:ops"], "dst": ["*"], "ip": ["22"]}]}"#;
/// let (_, text) = policy_syntax::rule_hovers(&Policy::parse(policy)).remove(0);
/// assert_eq!(text, "This rule:\n\nFrom: `group:ops` (`alice@example.com`)\n\nTo: `*`\n\nOn: `22`");
/// ```
pub fn rule_hovers(policy: &Policy) -> Vec<(Origin, String)> {
    let behind = Behind::new(policy);
    let mut hovers = Vec::new();
    for grant in policy.grants.iter().flatten() {
        let (src, dst) = (grant.src.iter().map(|src| &*src.text), grant.dst.iter().map(|dst| &*dst.text));
        hovers.push((grant.origin, behind.rule(src, dst).line("On", &grant.ip, "").0));
    }
    for acl in policy.acls.iter().flatten() {
        let (src, dst) = (acl.src.iter().map(|src| &*src.text), acl.dst.iter().map(|dst| &*dst.host.text));
        let ports = acl.dst.iter().flat_map(|dst| &dst.ports);
        hovers.push((acl.origin, behind.rule(src, dst).line("On", ports, "").line("Protocol", acl.proto, "").0));
    }
    for ssh in &policy.ssh {
        let (src, dst) = (ssh.src.iter().map(|src| &*src.text), ssh.dst.iter().map(|dst| &*dst.text));
        hovers.push((ssh.origin, behind.rule(src, dst).line("As", &ssh.users, "").0));
    }
    hovers
}

/// The people, devices and addresses behind the names of a policy, as far as it says them.
struct Behind<'p>(HashMap<&'p str, Vec<String>>);

impl<'p> Behind<'p> {
    fn new(policy: &'p Policy) -> Behind<'p> {
        let mut behind = HashMap::new();
        for group in &policy.groups {
            behind.insert(&*group.name, group.members.iter().map(ToString::to_string).collect());
        }
        for host in &policy.hosts {
            behind.insert(&*host.name, vec![host.text.to_string()]);
        }
        for set in &policy.ipsets {
            behind.insert(&*set.name, set.entries.iter().map(|entry| entry.text.to_string()).collect());
        }
        for (tag, devices) in carriers(policy) {
            behind.insert(tag, devices.into_iter().map(str::to_owned).collect());
        }
        Behind(behind)
    }

    /// Begins the text about a rule.
    fn rule<'n>(&self, src: impl Iterator<Item = &'n str>, dst: impl Iterator<Item = &'n str>) -> Hover {
        let hover = Hover("This rule:".to_owned());
        let hover = hover.list("From", src.map(|name| self.explain(name)));
        hover.list("To", dst.map(|name| self.explain(name)))
    }

    /// Returns a name with what is behind it.
    fn explain(&self, name: &str) -> String {
        match self.0.get(name) {
            Some(items) if !items.is_empty() => {
                format!("`{name}` ({})", listed(items.iter().map(|item| format!("`{item}`"))))
            }
            _ => format!("`{name}`"),
        }
    }
}

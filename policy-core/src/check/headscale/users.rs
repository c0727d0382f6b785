//! Users, as far as the facts list them.

use crate::check::headscale::HeadscaleChecker;
use crate::diagnostic::{Code, Diagnostic, HeadscaleStage, go_quote};
use crate::model::{Facts, Selector, SelectorKind, User};

impl HeadscaleChecker<'_> {
    /// Checks that no word names two users, and that the users of node attributes exist. headscale
    /// may know more users than the policy lists.
    pub(super) fn users(&mut self) {
        let facts = &self.policy.facts;
        if facts.users.is_empty() || facts.are_in_source() {
            return;
        }
        self.ambiguous_users();
        self.unknown_targets();
    }

    /// Reports ambiguous users where headscale looks them up. That excludes grants, node attributes
    /// and tests.
    fn ambiguous_users(&mut self) {
        let policy = self.policy;
        let approvers = &policy.auto_approvers;
        let members = policy.groups.iter().flat_map(|group| &group.members);
        let owners = policy.tag_owners.iter().flat_map(|declared| &declared.owners);
        let routes = approvers.routes.iter().flat_map(|route| &route.approvers).chain(&approvers.exit_node);
        let acls = policy.acls.iter().flatten();
        let acls = acls.flat_map(|acl| acl.src.iter().chain(acl.dst.iter().map(|destination| &destination.host)));
        let ssh = policy.ssh.iter().flat_map(|rule| rule.src.iter().chain(&rule.dst));
        for selector in members.chain(owners).chain(routes).chain(acls).chain(ssh) {
            if selector.kind != SelectorKind::User {
                continue;
            }
            if let [first, second, ..] = users(&policy.facts, selector).as_slice() {
                let message = format!("`{}` matches two users", selector.text);
                let finding = Diagnostic::new(Code::UndefinedUser, selector.text.origin, message)
                    .note_at("one of them is here", first.origin)
                    .note_at("the other one is here", second.origin)
                    .help("write the e-mail address, or rename one of the two");
                let answer = format!("multiple users found: token {}", go_quote(&selector.text));
                self.findings.push(finding.headscale(HeadscaleStage::Resolving, answer));
            }
        }
    }

    fn unknown_targets(&mut self) {
        let policy = self.policy;
        for entry in policy.node_attrs.iter().filter(|entry| !entry.attr.is_absent_or_empty()) {
            for target in &entry.target {
                let group = policy.groups.iter().find(|group| *group.name == *target.text);
                let unknown = match (target.kind, group) {
                    (SelectorKind::User, _) => Some(target).filter(|user| is_unknown(&policy.facts, user)),
                    (SelectorKind::Group, Some(group)) => {
                        group.members.iter().find(|member| is_unknown(&policy.facts, member))
                    }
                    _ => None,
                };
                let Some(unknown) = unknown else { continue };
                let message = format!("no user of the tailnet is called `{}`", unknown.text);
                let mut finding = Diagnostic::new(Code::UndefinedUser, target.text.origin, message)
                    .help("leave them out, or create the user first: headscale looks up the targets of `nodeAttrs`");
                if unknown.text.origin != target.text.origin {
                    finding = finding.note_at("they are a member of the group here", unknown.text.origin);
                }
                let answer = format!("user not found: token {}", go_quote(&unknown.text));
                self.findings.push(finding.headscale(HeadscaleStage::Compiling, answer));
            }
        }
    }
}

fn is_unknown(facts: &Facts, selector: &Selector) -> bool {
    selector.kind == SelectorKind::User && users(facts, selector).is_empty()
}

fn users<'p>(facts: &'p Facts, selector: &Selector) -> Vec<&'p User> {
    facts.users.iter().filter(|user| user.is_named_in_headscale(&selector.text)).collect()
}

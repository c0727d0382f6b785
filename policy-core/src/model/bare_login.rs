use crate::model::{Policy, Selector, SelectorKind};

impl Policy {
    /// Returns a login in the form that only headscale has: a name with an `@` at the end and no
    /// domain. A policy with such a login is clearly written for headscale, unless it has sections
    /// that headscale does not know.
    ///
    /// ```
    /// use policy_core::Policy;
    /// let policy = Policy::parse(r#"{"groups": {"group:eng": ["alice@"]}}"#);
    /// assert_eq!(policy.bare_login().unwrap().text.as_str(), "alice@");
    /// assert!(Policy::parse(r#"{"groups": {"group:eng": ["alice@github"]}}"#).bare_login().is_none());
    /// ```
    pub fn bare_login(&self) -> Option<&Selector> {
        let is_tailscales = self.ipsets.origin.is_some()
            || self.postures.origin.is_some()
            || self.default_src_posture.origin.is_some()
            || !self.auto_approvers.services.is_empty()
            || self.settings.iter().any(|setting| !setting.key.eq_ignore_ascii_case("randomizeClientPort"));
        if is_tailscales {
            return None;
        }
        let approvers = &self.auto_approvers;
        let members = self.groups.iter().flat_map(|group| &group.members);
        let owners = self.tag_owners.iter().flat_map(|declared| &declared.owners);
        let grants = self.grants.iter().flatten().flat_map(|grant| grant.src.iter().chain(&grant.dst));
        let acls = self.acls.iter().flatten();
        let acls = acls.flat_map(|acl| acl.src.iter().chain(acl.dst.iter().map(|destination| &destination.host)));
        let ssh = self.ssh.iter().flat_map(|rule| rule.src.iter().chain(&rule.dst));
        let targets = self.node_attrs.iter().flat_map(|entry| &entry.target);
        let routes = approvers.routes.iter().flat_map(|route| &route.approvers).chain(&approvers.exit_node);
        let mut all = members.chain(owners).chain(grants).chain(acls).chain(ssh).chain(targets).chain(routes);
        all.find(|selector| selector.kind == SelectorKind::User && is_bare(&selector.text))
    }
}

fn is_bare(login: &str) -> bool {
    login.strip_suffix('@').is_some_and(|name| !name.is_empty() && !name.contains([':', '@', '*', ' ']))
}

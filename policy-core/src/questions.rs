//! Methods that do not require a valid policy.

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostic;
use crate::findings;
use crate::hujson::Document;
use crate::model::{Device, Group, Host, IpSet, Policy, Posture, Selector, SelectorKind, TagOwners, User};

impl Policy {
    /// Returns everything that is wrong with the policy, in the order of its text. A valid policy
    /// may still have failing `tests` and `sshTests`, broken invariants and redundant rules.
    /// Tailscale accepts a policy without [errors](Diagnostic::is_error). For people,
    /// [`group_by_cause`](crate::diagnostic::group_by_cause) reports warnings with one cause once.
    ///
    /// ```
    /// use policy_core::{Code, Policy};
    /// let policy = Policy::parse(r#"{"grants": [{"src": ["tag:web"], "dst": ["*"], "ip": ["htps"]}]}"#);
    /// let codes: Vec<Code> = policy.check().iter().map(|finding| finding.code).collect();
    /// assert_eq!(codes, [Code::UndefinedTag, Code::InvalidPorts]);
    /// ```
    ///
    /// ```
    /// use policy_core::Policy;
    /// let policy = Policy::parse(r#"{
    ///     "tagOwners": {"tag:homelab": []},
    ///     "grants": [{"src": ["*"], "dst": ["tag:hoemlab"], "ip": ["443"]}],
    /// }"#);
    /// let findings = policy.check();
    /// assert_eq!(findings.len(), 1);
    /// assert_eq!(findings[0].message, "undefined tag `tag:hoemlab`");
    /// assert_eq!(findings[0].help.as_deref(), Some("did you mean `tag:homelab`?"));
    ///
    /// let policy = Policy::parse(r#"{
    ///     "tagOwners": {"tag:web": [], "tag:db": []},
    ///     "grants": [{"src": ["tag:web"], "dst": ["tag:db"], "ip": ["tcp:5432"]}],
    ///     "tests": [{"src": "tag:web", "accept": ["tag:db:5432"], "deny": ["tag:db:22"]}],
    /// }"#);
    /// assert_eq!(policy.check(), []);
    /// ```
    pub fn check(&self) -> Vec<Diagnostic> {
        findings::findings(self)
    }

    /// Returns the parts of the policy that have ended, or end soon, on the [day of the
    /// check](Policy::with_today). They are among the results of [`Policy::check`], too.
    ///
    /// ```
    /// use policy_core::{Code, Policy};
    /// let policy = Policy::parse(r#"{"grants": [
    ///     // policy: until 2027-03-31
    ///     {"src": ["autogroup:admin"], "dst": ["*"], "ip": ["22"]},
    /// ]}"#);
    /// assert!(policy.expiry().is_empty());
    /// let expired = policy.with_today("2027-04-01".parse()?).expiry();
    /// assert_eq!((expired[0].code, expired[0].message.as_str()), (Code::Expired, "this grant ended on 2027-03-31, 1 day ago"));
    /// # Ok::<(), policy_core::diagnostic::Problem>(())
    /// ```
    pub fn expiry(&self) -> Vec<Diagnostic> {
        findings::expiry(self)
    }

    /// Returns the text of the policy as Tailscale formats and stores it, with its comments. Text
    /// that is not HuJSON is returned as it is.
    ///
    /// ```
    /// use policy_core::Policy;
    /// let policy = Policy::parse("{\"grants\":[],// nothing yet\n}");
    /// assert_eq!(policy.to_hujson(), "{\n\t\"grants\": [], // nothing yet\n}\n");
    /// ```
    pub fn to_hujson(&self) -> String {
        Document::parse(self.text.as_str()).map_or_else(|_| self.text.clone(), |document| document.format())
    }

    /// Returns the names of the declared tags, in the order of the text.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        self.tag_owners.iter().map(|declared| declared.tag.as_str())
    }

    /// Returns the owners of a tag such as `tag:web`.
    ///
    /// ```
    /// use policy_core::Policy;
    /// let policy = Policy::parse(r#"{"groups": {"group:ops": ["a@example.com"]}, "tagOwners": {"tag:web": ["group:ops"]}}"#);
    /// assert_eq!(policy.tags().collect::<Vec<_>>(), ["tag:web"]);
    /// let owner = &policy.tag("tag:web").unwrap().owners[0];
    /// assert_eq!(*policy.group(&owner.text).unwrap().members[0].text, *"a@example.com");
    /// assert!(policy.host("web").is_none());
    /// ```
    pub fn tag(&self, name: impl AsRef<str>) -> Option<&TagOwners> {
        let name = name.as_ref();
        self.tag_owners.iter().find(|declared| *declared.tag == *name)
    }

    /// Returns a declared group such as `group:eng`.
    pub fn group(&self, name: impl AsRef<str>) -> Option<&Group> {
        let name = name.as_ref();
        self.groups.iter().find(|group| *group.name == *name)
    }

    /// Returns a declared host.
    pub fn host(&self, name: impl AsRef<str>) -> Option<&Host> {
        let name = name.as_ref();
        self.hosts.iter().find(|host| *host.name == *name)
    }

    /// Returns a declared IP set such as `ipset:prod`.
    pub fn ip_set(&self, name: impl AsRef<str>) -> Option<&IpSet> {
        let name = name.as_ref();
        self.ipsets.iter().find(|set| *set.name == *name)
    }

    /// Returns a declared posture such as `posture:managed`.
    pub fn posture(&self, name: impl AsRef<str>) -> Option<&Posture> {
        let name = name.as_ref();
        self.postures.iter().find(|posture| *posture.name == *name)
    }

    /// Returns the services that rules, tests and auto approvers name, in alphabetical order. A
    /// policy does not declare services.
    ///
    /// ```
    /// use policy_core::Policy;
    /// let policy = Policy::parse(r#"{"grants": [{"src": ["*"], "dst": ["svc:web", "svc:db"], "ip": ["443"]}]}"#);
    /// let names: Vec<&str> = policy.services().iter().map(|service| service.text.as_str()).collect();
    /// assert_eq!(names, ["svc:db", "svc:web"]);
    /// ```
    pub fn services(&self) -> Vec<&Selector> {
        let grants = self.grants.iter().flatten().flat_map(|grant| grant.src.iter().chain(grant.dst.iter()));
        let acls = self.acls.iter().flatten().flat_map(|acl| acl.dst.iter().map(|destination| &destination.host));
        let tests =
            self.tests.iter().flat_map(|test| test.accept.iter().chain(test.deny.iter()).map(|target| &target.host));
        let approvers = self.auto_approvers.services.iter().map(|approvers| &approvers.service);
        let mut services: BTreeMap<&str, &Selector> = BTreeMap::new();
        for selector in grants.chain(acls).chain(tests).chain(approvers) {
            if selector.kind == SelectorKind::Service {
                services.entry(selector.text.as_str()).or_insert(selector);
            }
        }
        services.into_values().collect()
    }

    /// Returns the user of the facts with that login.
    pub fn user(&self, login: impl AsRef<str>) -> Option<&User> {
        let login = login.as_ref();
        self.facts.users.iter().find(|user| *user.email == *login)
    }

    /// Returns the device of the facts with that name.
    pub fn device(&self, name: impl AsRef<str>) -> Option<&Device> {
        let name = name.as_ref();
        self.facts.devices.iter().find(|device| *device.name == *name)
    }
}

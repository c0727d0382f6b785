use crate::model::{Level, Lint, Policy, Until};
use crate::source::Origin;

/// An item of a policy that has an end date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ending {
    /// The last day, and its place.
    pub until: Until,
    /// The kind of item.
    pub kind: EndingKind,
    /// The whole rule or test. For an `allow`, its scope, or the `allow` itself if the scope is the
    /// whole policy.
    pub origin: Origin,
}

/// A kind of item that can have an end date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum EndingKind {
    /// An entry of `grants`
    Grant,
    /// An entry of `acls`
    Acl,
    /// An entry of `ssh`
    SshRule,
    /// An entry of `tests`
    Test,
    /// An entry of `sshTests`
    SshTest,
    /// A warning that is allowed
    Allow,
}

impl EndingKind {
    /// Returns whether it gives access.
    pub const fn is_rule(self) -> bool {
        match self {
            EndingKind::Grant | EndingKind::Acl | EndingKind::SshRule => true,
            EndingKind::Test | EndingKind::SshTest | EndingKind::Allow => false,
        }
    }

    /// Returns the name for use in a sentence.
    pub const fn noun(self) -> &'static str {
        match self {
            EndingKind::Grant => "grant",
            EndingKind::Acl => "acl",
            EndingKind::SshRule => "SSH rule",
            EndingKind::Test => "test",
            EndingKind::SshTest => "SSH test",
            EndingKind::Allow => "`allow`",
        }
    }
}

impl Policy {
    /// Returns every item with an end date, the earliest first.
    ///
    /// ```
    /// use policy_core::Policy;
    /// let policy = Policy::parse(r#"{"grants": [
    ///     // policy: until 2027-03-31
    ///     {"src": ["*"], "dst": ["*"], "ip": ["22"]},
    /// ]}"#);
    /// assert_eq!(policy.endings()[0].until.date.to_string(), "2027-03-31");
    /// ```
    pub fn endings(&self) -> Vec<Ending> {
        use EndingKind::{Acl, Allow, Grant, SshRule, SshTest, Test};
        let ending = |kind, until: Option<Until>, origin| until.map(|until| Ending { until, kind, origin });
        let mut endings: Vec<Ending> = Vec::new();
        endings.extend(self.grants.iter().flatten().filter_map(|grant| ending(Grant, grant.until, grant.origin)));
        endings.extend(self.acls.iter().flatten().filter_map(|acl| ending(Acl, acl.until, acl.origin)));
        endings.extend(self.ssh.iter().filter_map(|rule| ending(SshRule, rule.until, rule.origin)));
        endings.extend(self.tests.iter().filter_map(|test| ending(Test, test.until, test.origin)));
        endings.extend(self.ssh_tests.iter().filter_map(|test| ending(SshTest, test.until, test.origin)));
        let lints = self.lints.iter().chain(&self.facts.lints).filter(|lint| lint.level == Level::Allow);
        let scope = |lint: &Lint| lint.scope.unwrap_or(lint.origin);
        endings.extend(lints.filter_map(|lint| ending(Allow, lint.until, scope(lint))));
        endings.sort_by_key(|ending| (ending.until.date, ending.until.origin));
        endings
    }
}

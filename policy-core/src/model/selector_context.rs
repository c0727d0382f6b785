//! The kinds of selectors that are allowed in each place.

use crate::diagnostic::go_quote;
use crate::model::{Autogroup, SelectorKind, Target};

/// A place of a selector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SelectorContext {
    /// `src` of an acl or a grant
    Src,
    /// `dst` of an acl, without its ports
    AclDst,
    /// `dst` of a grant
    GrantDst,
    /// `via` of a grant
    Via,
    /// `src` of an SSH rule
    SshSrc,
    /// `dst` of an SSH rule
    SshDst,
    /// `recorder` of an SSH rule
    Recorder,
    /// `srcPosture` and `defaultSrcPosture`
    Posture,
    /// `target` of node attributes
    NodeTarget,
    /// A value of `tagOwners`
    Owner,
    /// A value of `autoApprovers`
    Approver,
    /// A key of `services` in `autoApprovers`
    Service,
    /// A member of a group
    Member,
    /// The target of an ip set's operation
    IpSet,
    /// `src` of a test
    TestSrc,
    /// The host that a test probes, without the port
    TestDst,
    /// `src` of an SSH test
    SshTestSrc,
    /// `dst` of an SSH test
    SshTestDst,
    /// A tag of a device in the facts
    DeviceTag,
    /// Either side of an `except` in the Rust source, or an unused `let` there
    Except,
}

/// A decision on a kind of selector in a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Acceptance {
    /// Tailscale accepts it.
    Allowed,
    /// Unknown. Tailscale's documentation does not allow it, and nothing shows that it is accepted
    /// or refused.
    Doubtful,
    /// Tailscale refuses it.
    Refused,
}

use Acceptance::{Allowed, Doubtful, Refused};

impl SelectorContext {
    /// Returns the autogroups that are certainly allowed here.
    ///
    /// ```
    /// use policy_core::model::{Autogroup, SelectorContext};
    /// let autogroups: Vec<_> = SelectorContext::SshDst.autogroups().collect();
    /// assert_eq!(autogroups, [Autogroup::Tagged, Autogroup::SelfDevices]);
    /// ```
    pub fn autogroups(self) -> impl Iterator<Item = Autogroup> {
        let kind = |autogroup| SelectorKind::Autogroup(Some(autogroup));
        Autogroup::ALL.iter().copied().filter(move |autogroup| self.verdict(kind(*autogroup)) == Allowed)
    }

    /// Returns whether Tailscale accepts a kind of selector here. The table is from Tailscale's
    /// page on targets and selectors, corrected by observed answers of the control plane.
    pub fn verdict(self, kind: SelectorKind) -> Acceptance {
        use SelectorKind as Kind;
        // A word that is not a selector is reported elsewhere.
        if matches!(kind, Kind::Unknown | Kind::Autogroup(None)) {
            return Allowed;
        }
        match self {
            SelectorContext::Src => match kind {
                Kind::Autogroup(Some(Autogroup::SelfDevices | Autogroup::Internet | Autogroup::Nonroot))
                | Kind::Service
                | Kind::Range(_)
                | Kind::Posture
                | Kind::LocalPart => Refused,
                _ => Allowed,
            },
            SelectorContext::AclDst | SelectorContext::GrantDst => match kind {
                Kind::Autogroup(Some(Autogroup::Shared | Autogroup::DangerAll | Autogroup::Nonroot))
                | Kind::Range(_)
                | Kind::Posture
                | Kind::LocalPart => Refused,
                Kind::External => Doubtful,
                _ => Allowed,
            },
            SelectorContext::Except => Allowed,
            SelectorContext::Via | SelectorContext::Recorder | SelectorContext::DeviceTag => only(kind == Kind::Tag),
            SelectorContext::Posture => only(kind == Kind::Posture),
            SelectorContext::Service => only(matches!(kind, Kind::Service | Kind::Tag)),
            SelectorContext::Member => only(kind == Kind::User),
            SelectorContext::SshSrc => match kind {
                Kind::User | Kind::Domain | Kind::Group | Kind::SyncedGroup | Kind::Tag | Kind::External => Allowed,
                Kind::Autogroup(Some(autogroup)) => only(autogroup.is_role() || autogroup == Autogroup::Tagged),
                _ => Refused,
            },
            SelectorContext::SshDst => match kind {
                Kind::User | Kind::Tag => Allowed,
                Kind::Autogroup(Some(Autogroup::SelfDevices | Autogroup::Tagged)) => Allowed,
                _ => Refused,
            },
            SelectorContext::NodeTarget => match kind {
                Kind::Wildcard
                | Kind::User
                | Kind::Group
                | Kind::SyncedGroup
                | Kind::Tag
                | Kind::Address(_)
                | Kind::Prefix(_)
                | Kind::Host => Allowed,
                Kind::Autogroup(Some(autogroup)) => only(autogroup.is_role() || autogroup == Autogroup::Tagged),
                Kind::Domain => Doubtful,
                _ => Refused,
            },
            SelectorContext::Owner | SelectorContext::Approver => match kind {
                Kind::User | Kind::Group | Kind::SyncedGroup | Kind::Tag => Allowed,
                Kind::Autogroup(Some(autogroup)) => only(autogroup.is_role() || autogroup == Autogroup::Tagged),
                Kind::Domain => Doubtful,
                _ => Refused,
            },
            SelectorContext::IpSet => match kind {
                Kind::Address(_) | Kind::Prefix(_) | Kind::Range(_) | Kind::Host | Kind::IpSet => Allowed,
                Kind::Autogroup(Some(Autogroup::Internet)) => Allowed,
                // Two pages of Tailscale's documentation disagree.
                Kind::User => Doubtful,
                _ => Refused,
            },
            SelectorContext::TestSrc | SelectorContext::SshTestSrc => match kind {
                Kind::User | Kind::Group | Kind::Tag | Kind::Address(_) | Kind::Host => Allowed,
                Kind::Wildcard
                | Kind::Autogroup(Some(_))
                | Kind::Service
                | Kind::Range(_)
                | Kind::Posture
                | Kind::LocalPart => Refused,
                _ => Doubtful,
            },
            SelectorContext::TestDst => match kind {
                Kind::User
                | Kind::Group
                | Kind::SyncedGroup
                | Kind::Tag
                | Kind::Address(_)
                | Kind::Host
                | Kind::Service => Allowed,
                Kind::Domain | Kind::External => Doubtful,
                Kind::Autogroup(Some(autogroup)) if autogroup.is_role() || autogroup == Autogroup::Tagged => Doubtful,
                _ => Refused,
            },
            SelectorContext::SshTestDst => match kind {
                Kind::User | Kind::Group | Kind::Tag | Kind::Address(_) | Kind::Host => Allowed,
                Kind::Domain | Kind::SyncedGroup | Kind::IpSet | Kind::External => Doubtful,
                Kind::Autogroup(Some(autogroup)) if autogroup.is_role() || autogroup == Autogroup::Tagged => Doubtful,
                _ => Refused,
            },
        }
    }

    /// Returns the name of the place, to follow "cannot be".
    pub(crate) fn role(self) -> &'static str {
        match self {
            SelectorContext::Src => "a source",
            SelectorContext::AclDst | SelectorContext::GrantDst => "a destination",
            SelectorContext::Via => "a router of `via`",
            SelectorContext::SshSrc => "a source of an SSH rule",
            SelectorContext::SshDst => "a destination of an SSH rule",
            SelectorContext::Recorder => "a recorder",
            SelectorContext::Posture => "a posture",
            SelectorContext::NodeTarget => "a target of node attributes",
            SelectorContext::Owner => "an owner of a tag",
            SelectorContext::Approver => "an approver",
            SelectorContext::Service => "a service",
            SelectorContext::Member => "a member of a group",
            SelectorContext::IpSet => "part of an ip set",
            SelectorContext::TestSrc => "the source of a test",
            SelectorContext::TestDst => "the target of a test",
            SelectorContext::SshTestSrc => "the source of an SSH test",
            SelectorContext::SshTestDst => "a destination of an SSH test",
            SelectorContext::DeviceTag => "a tag of a device",
            SelectorContext::Except => "a name in an `except`",
        }
    }

    /// Returns the selectors to write here.
    pub fn expects(self) -> &'static str {
        match self {
            SelectorContext::Src => {
                "write a user, a group, a tag, an autogroup, a host, an address, a prefix or an ip set"
            }
            SelectorContext::AclDst | SelectorContext::GrantDst => {
                "write a user, a group, a tag, an autogroup, a host, an address, a prefix, an ip set or a service"
            }
            SelectorContext::Via => "write the tag of the routers, such as `tag:router`",
            SelectorContext::SshSrc => "write users, groups, tags or `autogroup:member`",
            SelectorContext::SshDst => "write tags, `autogroup:self`, or the one user who is the source",
            SelectorContext::Recorder => "write the tag of the recorder nodes, such as `tag:recorder`",
            SelectorContext::Posture => "write the name of a posture, such as `posture:managed`",
            SelectorContext::NodeTarget => {
                "write `*`, a user, a group, a tag, an autogroup, a host, an address or a prefix"
            }
            SelectorContext::Owner | SelectorContext::Approver => {
                "write a user, a group, a tag or an autogroup, such as `autogroup:admin`"
            }
            SelectorContext::Service => "write `svc:name`, or a tag for all services that have it",
            SelectorContext::Member => "write the people by their logins, such as `alice@example.com`",
            SelectorContext::IpSet => {
                "write an address, a prefix, a range, `host:name`, `ipset:name` or `autogroup:internet`"
            }
            SelectorContext::TestSrc | SelectorContext::SshTestSrc => "write one user, group, tag, host or address",
            SelectorContext::TestDst => "write one user, group, tag, host, address or service, and a port",
            SelectorContext::SshTestDst => "write users, tags, hosts or addresses",
            SelectorContext::DeviceTag => "write a tag, such as `tag:web`",
            SelectorContext::Except => "write a user, a group, a tag, a host, an address, a prefix or an ip set",
        }
    }

    /// Returns Tailscale's answer to a selector that is not allowed here, if the answer is known.
    pub(crate) fn refusal(self, selector: &str, kind: SelectorKind) -> Option<String> {
        let autogroup = match kind {
            SelectorKind::Autogroup(autogroup) => autogroup,
            _ => None,
        };
        Some(match (self, kind, autogroup) {
            (SelectorContext::Src, _, Some(Autogroup::SelfDevices)) => {
                "\"autogroup:self\" not valid on the src side of a rule".to_owned()
            }
            (SelectorContext::AclDst | SelectorContext::GrantDst, _, Some(Autogroup::DangerAll)) => {
                "cannot use autogroup:danger-all as a dst".to_owned()
            }
            (SelectorContext::Via, ..) => "via can only be a tag".to_owned(),
            (SelectorContext::SshDst, SelectorKind::Host | SelectorKind::Address(_), _) => {
                format!("invalid dst {}", go_quote(selector))
            }
            (SelectorContext::NodeTarget, _, Some(Autogroup::SelfDevices)) => "internal server error".to_owned(),
            // tailscale#14102. For `tests`, the captures show the plain failure.
            (SelectorContext::SshTestSrc, _, Some(_)) => {
                format!("SSH tests src contains disallowed element {}", go_quote(selector))
            }
            (SelectorContext::SshTestDst, SelectorKind::Prefix(_) | SelectorKind::Autogroup(Some(_)), _) => {
                format!("SSH tests dst contains disallowed element {}", go_quote(selector))
            }
            // Tailscale refuses it, but its answer is unknown.
            (SelectorContext::TestDst, SelectorKind::IpSet, _) => return None,
            (SelectorContext::TestSrc | SelectorContext::TestDst, ..) => Target::FAILED.to_owned(),
            _ => return None,
        })
    }

    /// Returns Tailscale's answer to an undeclared name here, if the answer is known.
    pub(crate) fn undefined(self, selector: &str, kind: SelectorKind) -> Option<String> {
        let quoted = go_quote(selector);
        Some(match (self, kind) {
            (SelectorContext::Src, SelectorKind::Tag) => format!("src=tag not found: {quoted}"),
            (SelectorContext::AclDst, SelectorKind::Tag) => format!("dst={quoted}: tag not found: {quoted}"),
            (SelectorContext::Via, SelectorKind::Tag) => format!("tag {quoted} not found"),
            (SelectorContext::Via, _) => "via can only be a tag".to_owned(),
            (SelectorContext::NodeTarget, SelectorKind::Tag) => format!("tag not found: {quoted}"),
            (SelectorContext::NodeTarget, SelectorKind::Host) => format!("{quoted}: invalid address"),
            (SelectorContext::SshTestDst, SelectorKind::Tag) => format!("SSH tests dst contains unknown tag {quoted}"),
            (SelectorContext::TestSrc | SelectorContext::TestDst, _) => Target::FAILED.to_owned(),
            _ => return None,
        })
    }
}

fn only(allowed: bool) -> Acceptance {
    if allowed { Allowed } else { Refused }
}

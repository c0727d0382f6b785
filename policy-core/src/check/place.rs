//! Which selector may stand where.

use crate::diagnostic::go_quote;
use crate::model::{Autogroup, SelectorKind, Target};

/// A place where a selector stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
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
    /// What a test probes, without the port
    TestDst,
    /// `src` of an SSH test
    SshTestSrc,
    /// `dst` of an SSH test
    SshTestDst,
    /// A tag of a device in the facts
    DeviceTag,
    /// Either side of an `except` in the Rust source, or a `let` there that nothing uses
    Except,
}

/// Whether a kind of selector may stand in a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It may.
    Allowed,
    /// Tailscale's documentation does not say so, and nothing has shown that it may or may not.
    Doubtful,
    /// It may not.
    Refused,
}

use Verdict::{Allowed, Doubtful, Refused};

impl Place {
    /// What Tailscale says of a kind of selector here. The table is the one of its page on targets and
    /// selectors, corrected by what the control plane was seen to do.
    pub(super) fn verdict(self, kind: SelectorKind) -> Verdict {
        use SelectorKind as Kind;
        // What is no selector at all is reported as that.
        if matches!(kind, Kind::Unknown | Kind::Autogroup(None)) {
            return Allowed;
        }
        match self {
            Place::Src => match kind {
                Kind::Autogroup(Some(Autogroup::SelfDevices | Autogroup::Internet | Autogroup::Nonroot))
                | Kind::Service
                | Kind::Range(_)
                | Kind::Posture
                | Kind::LocalPart => Refused,
                _ => Allowed,
            },
            Place::AclDst | Place::GrantDst => match kind {
                Kind::Autogroup(Some(Autogroup::Shared | Autogroup::DangerAll | Autogroup::Nonroot))
                | Kind::Range(_)
                | Kind::Posture
                | Kind::LocalPart
                | Kind::External => Refused,
                _ => Allowed,
            },
            Place::Except => Allowed,
            Place::Via | Place::Recorder | Place::DeviceTag => only(kind == Kind::Tag),
            Place::Posture => only(kind == Kind::Posture),
            Place::Service => only(matches!(kind, Kind::Service | Kind::Tag)),
            Place::Member => only(kind == Kind::User),
            Place::SshSrc => match kind {
                Kind::User | Kind::Domain | Kind::Group | Kind::SyncedGroup | Kind::Tag | Kind::External => Allowed,
                Kind::Autogroup(Some(autogroup)) => only(autogroup.is_role() || autogroup == Autogroup::Tagged),
                _ => Refused,
            },
            Place::SshDst => match kind {
                Kind::User | Kind::Tag => Allowed,
                Kind::Autogroup(Some(Autogroup::SelfDevices | Autogroup::Tagged)) => Allowed,
                _ => Refused,
            },
            Place::NodeTarget => match kind {
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
            Place::Owner | Place::Approver => match kind {
                Kind::User | Kind::Group | Kind::SyncedGroup | Kind::Tag => Allowed,
                Kind::Autogroup(Some(autogroup)) => only(autogroup.is_role() || autogroup == Autogroup::Tagged),
                Kind::Domain => Doubtful,
                _ => Refused,
            },
            Place::IpSet => only(matches!(
                kind,
                Kind::Address(_)
                    | Kind::Prefix(_)
                    | Kind::Range(_)
                    | Kind::Host
                    | Kind::IpSet
                    | Kind::Autogroup(Some(Autogroup::Internet))
            )),
            Place::TestSrc | Place::SshTestSrc => match kind {
                Kind::User | Kind::Group | Kind::Tag | Kind::Address(_) | Kind::Host => Allowed,
                Kind::Wildcard
                | Kind::Autogroup(Some(Autogroup::SelfDevices | Autogroup::Internet | Autogroup::Nonroot))
                | Kind::Service
                | Kind::Range(_)
                | Kind::Posture
                | Kind::LocalPart => Refused,
                _ => Doubtful,
            },
            Place::TestDst => match kind {
                Kind::User
                | Kind::Group
                | Kind::SyncedGroup
                | Kind::Tag
                | Kind::Address(_)
                | Kind::Host
                | Kind::Service => Allowed,
                Kind::Domain | Kind::IpSet | Kind::External => Doubtful,
                Kind::Autogroup(Some(autogroup)) if autogroup.is_role() || autogroup == Autogroup::Tagged => Doubtful,
                _ => Refused,
            },
            Place::SshTestDst => match kind {
                Kind::User | Kind::Group | Kind::Tag | Kind::Address(_) | Kind::Host => Allowed,
                Kind::Domain | Kind::SyncedGroup | Kind::IpSet | Kind::External => Doubtful,
                Kind::Autogroup(Some(autogroup)) if autogroup.is_role() || autogroup == Autogroup::Tagged => Doubtful,
                _ => Refused,
            },
        }
    }

    /// What stands here, after "cannot be".
    pub(super) fn role(self) -> &'static str {
        match self {
            Place::Src => "a source",
            Place::AclDst | Place::GrantDst => "a destination",
            Place::Via => "a router of `via`",
            Place::SshSrc => "a source of an SSH rule",
            Place::SshDst => "a destination of an SSH rule",
            Place::Recorder => "a recorder",
            Place::Posture => "a posture",
            Place::NodeTarget => "a target of node attributes",
            Place::Owner => "an owner of a tag",
            Place::Approver => "an approver",
            Place::Service => "a service",
            Place::Member => "a member of a group",
            Place::IpSet => "part of an ip set",
            Place::TestSrc => "the source of a test",
            Place::TestDst => "what a test probes",
            Place::SshTestSrc => "the source of an SSH test",
            Place::SshTestDst => "a destination of an SSH test",
            Place::DeviceTag => "a tag of a device",
            Place::Except => "what an `except` is about",
        }
    }

    /// What to write here.
    pub(super) fn expects(self) -> &'static str {
        match self {
            Place::Src => "write a user, a group, a tag, an autogroup, a host, an address, a prefix or an ip set",
            Place::AclDst | Place::GrantDst => {
                "write a user, a group, a tag, an autogroup, a host, an address, a prefix, an ip set or a service"
            }
            Place::Via => "write the tag of the routers, as `tag:router`",
            Place::SshSrc => "write users, groups, tags or `autogroup:member`",
            Place::SshDst => "write tags, `autogroup:self`, or the one user who is the source",
            Place::Recorder => "write the tag of the recorder nodes, as `tag:recorder`",
            Place::Posture => "write the name of a posture, as `posture:managed`",
            Place::NodeTarget => "write `*`, a user, a group, a tag, an autogroup, a host, an address or a prefix",
            Place::Owner | Place::Approver => "write a user, a group, a tag or an autogroup, as `autogroup:admin`",
            Place::Service => "write `svc:name`, or a tag for all services that have it",
            Place::Member => "write the people by their logins, as `alice@example.com`",
            Place::IpSet => "write an address, a prefix, a range, `host:name`, `ipset:name` or `autogroup:internet`",
            Place::TestSrc | Place::SshTestSrc => "write one user, group, tag, host or address",
            Place::TestDst => "write one user, group, tag, host, address or service, and a port",
            Place::SshTestDst => "write users, tags, hosts or addresses",
            Place::DeviceTag => "write a tag, as `tag:web`",
            Place::Except => "write a user, a group, a tag, a host, an address, a prefix or an ip set",
        }
    }

    /// What Tailscale answers to a selector that may not stand here, where that is known.
    pub(super) fn refusal(self, selector: &str, kind: SelectorKind) -> Option<String> {
        let autogroup = match kind {
            SelectorKind::Autogroup(autogroup) => autogroup,
            _ => None,
        };
        Some(match (self, kind, autogroup) {
            (Place::Src, _, Some(Autogroup::SelfDevices)) => {
                "\"autogroup:self\" not valid on the src side of a rule".to_owned()
            }
            (Place::AclDst | Place::GrantDst, _, Some(Autogroup::DangerAll)) => {
                "cannot use autogroup:danger-all as a dst".to_owned()
            }
            (Place::Via, ..) => "via can only be a tag".to_owned(),
            (Place::SshDst, SelectorKind::Host, _) => format!("invalid dst {}", go_quote(selector)),
            (Place::NodeTarget, _, Some(Autogroup::SelfDevices)) => "internal server error".to_owned(),
            (Place::SshTestDst, ..) => format!("SSH tests dst contains disallowed element {}", go_quote(selector)),
            (Place::TestSrc | Place::TestDst | Place::SshTestSrc, ..) => Target::FAILED.to_owned(),
            _ => return None,
        })
    }

    /// What Tailscale answers to a name here that nothing declares, where that is known.
    pub(super) fn undefined(self, selector: &str, kind: SelectorKind) -> Option<String> {
        let quoted = go_quote(selector);
        Some(match (self, kind) {
            (Place::Src, SelectorKind::Tag) => format!("src=tag not found: {quoted}"),
            (Place::AclDst, SelectorKind::Tag) => format!("dst={quoted}: tag not found: {quoted}"),
            (Place::Via, SelectorKind::Tag) => format!("tag {quoted} not found"),
            (Place::Via, _) => "via can only be a tag".to_owned(),
            (Place::NodeTarget, SelectorKind::Tag) => format!("tag not found: {quoted}"),
            (Place::NodeTarget, SelectorKind::Host) => format!("{quoted}: invalid address"),
            (Place::SshTestDst, SelectorKind::Tag) => format!("SSH tests dst contains unknown tag {quoted}"),
            (Place::TestSrc | Place::TestDst | Place::SshTestSrc | Place::SshTestDst, _) => Target::FAILED.to_owned(),
            _ => return None,
        })
    }
}

fn only(allowed: bool) -> Verdict {
    if allowed { Allowed } else { Refused }
}

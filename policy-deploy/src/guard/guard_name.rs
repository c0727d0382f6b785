/// The name of a guard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GuardName {
    /// People who administer the tailnet keep port 22 and Tailscale SSH.
    Administrators,
    /// This machine keeps everything that it reaches.
    ThisMachine,
    /// Tags that devices carry keep an owner.
    TagOwners,
    /// Enabled routes and exit nodes keep an auto approver.
    Approvers,
    /// The policy does not start to allow everything.
    OpenTailnet,
    /// No rule has ended.
    EndedRules,
    /// Only a small part of the access is lost.
    LostShare,
    /// Nobody gains access.
    NewAccess,
    /// The invariants that must always hold hold.
    Invariants,
}

impl GuardName {
    /// Every guard, in the order in which `check` returns them.
    pub const ALL: &[GuardName] = &[
        GuardName::Administrators,
        GuardName::ThisMachine,
        GuardName::TagOwners,
        GuardName::Approvers,
        GuardName::OpenTailnet,
        GuardName::EndedRules,
        GuardName::LostShare,
        GuardName::NewAccess,
        GuardName::Invariants,
    ];

    /// Returns the name for programs.
    pub const fn name(self) -> &'static str {
        match self {
            GuardName::Administrators => "administrators",
            GuardName::ThisMachine => "this-machine",
            GuardName::TagOwners => "tag-owners",
            GuardName::Approvers => "auto-approvers",
            GuardName::OpenTailnet => "open-tailnet",
            GuardName::EndedRules => "ended-rules",
            GuardName::LostShare => "lost-share",
            GuardName::NewAccess => "new-access",
            GuardName::Invariants => "invariants",
        }
    }

    /// Returns the statement in words.
    pub const fn statement(self) -> &'static str {
        match self {
            GuardName::Administrators => "administrators keep port 22 and Tailscale SSH",
            GuardName::ThisMachine => "this machine keeps what it reaches",
            GuardName::TagOwners => "tags in use keep an owner",
            GuardName::Approvers => "routes in use keep an auto approver",
            GuardName::OpenTailnet => "the tailnet is not opened to everything",
            GuardName::EndedRules => "no rule has ended",
            GuardName::LostShare => "most of the access is kept",
            GuardName::NewAccess => "nobody gains access",
            GuardName::Invariants => "the invariants to keep hold",
        }
    }
}

impl std::fmt::Display for GuardName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

//! `autogroup:…`: groups whose members Tailscale determines.

use crate::model::Autogroup;

/// `autogroup:member`: the members of the tailnet, by their own devices. A tagged device belongs to
/// no user, whoever created it. Users of other tailnets that devices are shared with are not
/// members.
pub const member: Autogroup = Autogroup::Member;

/// `autogroup:owner`: the tailnet's owner, by their own devices.
pub const owner: Autogroup = Autogroup::Owner;

/// `autogroup:admin`: users with the role Admin, and the owner, by their own devices.
pub const admin: Autogroup = Autogroup::Admin;

/// `autogroup:it-…`
pub mod it {
    use crate::model::Autogroup;

    /// `autogroup:it-admin`: users with the role IT admin, by their own devices. Not in every Tailscale plan.
    pub const admin: Autogroup = Autogroup::ItAdmin;
}

/// `autogroup:network-…`
pub mod network {
    use crate::model::Autogroup;

    /// `autogroup:network-admin`: users with the role Network admin, by their own devices. Not in every Tailscale plan.
    pub const admin: Autogroup = Autogroup::NetworkAdmin;
}

/// `autogroup:billing-…`
pub mod billing {
    use crate::model::Autogroup;

    /// `autogroup:billing-admin`: users with the role Billing admin, by their own devices. Not in every Tailscale plan.
    pub const admin: Autogroup = Autogroup::BillingAdmin;
}

/// `autogroup:auditor`: users with the role Auditor, by their own devices. Not in every Tailscale plan.
pub const auditor: Autogroup = Autogroup::Auditor;

/// `autogroup:tagged`: every device that has any tag.
pub const tagged: Autogroup = Autogroup::Tagged;

/// `autogroup:self`: the untagged devices of the source's user. Only as a destination, and only if
/// the sources are users.
#[doc(hidden)]
pub const self_: Autogroup = Autogroup::SelfDevices;

/// `autogroup:internet`: every public address, through exit nodes. Excludes private addresses and
/// those of the tailnet. As a destination, it allows the use of exit nodes. IP sets may also
/// contain it.
pub const internet: Autogroup = Autogroup::Internet;

/// `autogroup:shared`: users of other tailnets who accepted a device shared from this tailnet. Only
/// as a source.
pub const shared: Autogroup = Autogroup::Shared;

/// `autogroup:danger-…`
pub mod danger {
    use crate::model::Autogroup;

    /// `autogroup:danger-all`: every source address, also from outside the tailnet. Only as a
    /// source.
    pub const all: Autogroup = Autogroup::DangerAll;
}

/// `autogroup:nonroot`: every account on the machine except `root`. Only after `as` in SSH rules,
/// and in SSH tests.
pub const nonroot: Autogroup = Autogroup::Nonroot;

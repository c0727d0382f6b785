//! `autogroup:…`: what Tailscale itself keeps the list of.

use crate::model::Autogroup;

/// `autogroup:member`: the members of the tailnet, by their own devices. A tagged device is nobody's own, whoever
/// created it; and users of devices that are shared into the tailnet are no members.
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

/// `autogroup:tagged`: every device that has a tag, whichever.
pub const tagged: Autogroup = Autogroup::Tagged;

/// `autogroup:self`: the untagged devices of whichever user is the source. Only a destination, and only for sources that
/// are people.
#[doc(hidden)]
pub const self_: Autogroup = Autogroup::SelfDevices;

/// `autogroup:internet`: what is reached through exit nodes, which is every public address: not the private blocks, nor
/// the tailnet's own. As a destination it allows the use of exit nodes; ip sets may have it, too.
pub const internet: Autogroup = Autogroup::Internet;

/// `autogroup:shared`: who accepted a device that is shared from this tailnet. Only a source.
pub const shared: Autogroup = Autogroup::Shared;

/// `autogroup:danger-…`
pub mod danger {
    use crate::model::Autogroup;

    /// `autogroup:danger-all`: any source address whatsoever, also from outside of the tailnet. Only a source.
    pub const all: Autogroup = Autogroup::DangerAll;
}

/// `autogroup:nonroot`: any account on the machine but `root`. Only after `as` in SSH rules, and in SSH tests.
pub const nonroot: Autogroup = Autogroup::Nonroot;

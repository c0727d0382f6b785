//! `autogroup:…`: groups whose members Tailscale determines.

use crate::model::Autogroup;
use crate::vocabulary::values;

values! { Autogroup:
    /// `autogroup:member`: the members of the tailnet, by their own devices. A tagged device belongs to
    /// no user, whoever created it. Users of other tailnets that devices are shared with are not
    /// members.
    member = Autogroup::Member;
    /// `autogroup:owner`: the tailnet's owner, by their own devices.
    owner = Autogroup::Owner;
    /// `autogroup:admin`: users with the role Admin, and the owner, by their own devices.
    admin = Autogroup::Admin;
    /// `autogroup:auditor`: users with the role Auditor, by their own devices. Not in every Tailscale plan.
    auditor = Autogroup::Auditor;
    /// `autogroup:tagged`: every device that has any tag.
    tagged = Autogroup::Tagged;
    /// `autogroup:self`: the untagged devices of the source's user. Only as a destination, and only if
    /// the sources are users.
    #[doc(hidden)]
    self_ = Autogroup::SelfDevices;
    /// `autogroup:internet`: every public address, through exit nodes. Excludes private addresses and
    /// those of the tailnet. As a destination, it allows the use of exit nodes. IP sets may also
    /// contain it.
    internet = Autogroup::Internet;
    /// `autogroup:shared`: users of other tailnets who accepted a device shared from this tailnet. Only
    /// as a source.
    shared = Autogroup::Shared;
    /// `autogroup:nonroot`: every account on the machine except `root`. Only after `as` in SSH rules,
    /// and in SSH tests.
    nonroot = Autogroup::Nonroot;
}

/// `autogroup:it-…`
pub mod it {
    use crate::model::Autogroup;
    use crate::vocabulary::values;

    values! { Autogroup:
        /// `autogroup:it-admin`: users with the role IT admin, by their own devices. Not in every Tailscale plan.
        admin = Autogroup::ItAdmin;
    }
}

/// `autogroup:network-…`
pub mod network {
    use crate::model::Autogroup;
    use crate::vocabulary::values;

    values! { Autogroup:
        /// `autogroup:network-admin`: users with the role Network admin, by their own devices. Not in every Tailscale plan.
        admin = Autogroup::NetworkAdmin;
    }
}

/// `autogroup:billing-…`
pub mod billing {
    use crate::model::Autogroup;
    use crate::vocabulary::values;

    values! { Autogroup:
        /// `autogroup:billing-admin`: users with the role Billing admin, by their own devices. Not in every Tailscale plan.
        admin = Autogroup::BillingAdmin;
    }
}

/// `autogroup:danger-…`
pub mod danger {
    use crate::model::Autogroup;
    use crate::vocabulary::values;

    values! { Autogroup:
        /// `autogroup:danger-all`: every source address, also from outside the tailnet. Only as a
        /// source.
        all = Autogroup::DangerAll;
    }
}

//! The policy of the binary `operator`.

policy_macros::policy! {
    //! The policy of a small tailnet.

    tagOwners {
        tag:nas = autogroup:admin;
    }
    grants {
        autogroup:member -> autogroup:self on *;
        autogroup:admin -> tag:nas on tcp:443;
        /// A last backup of the old machine
        tag:nas -> tag:nas on tcp:22 until "2999-12-31";
    }
}

//! The keywords in tests.

/// In `tests`.
pub mod tests {
    super::super::words! {
        /// Targets that the source must reach: `accept tag:web:443;`
        accept
        /// Targets that the source must not reach: `deny tag:db:5432;`
        deny
        /// The protocol of the whole test: `proto udp;`. Without it, access over TCP or UDP counts.
        proto
        /// Posture attributes of the source's device, as JSON: `srcPostureAttrs {"node:os":
        /// "macos"};`. Without them, rules with a posture do not apply.
        srcPostureAttrs
        /// The last day of the test: `until "2027-03-31";`
        until
    }
}

/// In `sshTests`.
pub mod ssh_tests {
    super::super::words! {
        /// The accounts that the source can log in to without a check: `accept "root";`
        accept
        /// The accounts that the source can log in to after a check: `check "alice";`
        check
        /// The accounts that the source must not be able to log in to: `deny "root";`
        deny
    }
    pub use crate::vocabulary::assertions::tests::{srcPostureAttrs, until};
}

//! The words within tests.

/// In `tests`.
pub mod tests {
    super::super::words! {
        /// What the source must reach: `accept tag:web:443;`
        accept
        /// What the source must not reach: `deny tag:db:5432;`
        deny
        /// The protocol of the whole test: `proto udp;`. Without it, TCP or UDP will do.
        proto
        /// What the source's device is like, as JSON: `srcPostureAttrs {"node:os": "macos"};`. Without it, rules with a posture
        /// do not count.
        srcPostureAttrs
        /// The last day on which the test is wanted: `until "2027-03-31";`
        until
    }
}

/// In `sshTests`.
pub mod ssh_tests {
    super::super::words! {
        /// As whom the source must be let in without a check: `accept "root";`
        accept
        /// As whom the source must be let in after a check: `check "alice";`
        check
        /// As whom the source must not be let in: `deny "root";`
        deny
    }
    pub use crate::vocabulary::assertions::tests::{srcPostureAttrs, until};
}

//! Whether the policy's own `tests` and `sshTests` hold.

pub mod fit;
pub mod gaps;
pub mod nearest;
pub mod outcome;
pub mod packet;
pub mod party;
pub mod ssh_rules;
pub mod ssh_test;
pub mod test;

//! Whether the policy's own `tests` and `sshTests` hold.

pub mod near_miss;
pub mod network_test;
pub mod outcome;
pub mod packet;
pub mod ssh_rules;
pub mod ssh_test;
pub mod ternary;
pub mod test_endpoint;
pub mod unknowns;

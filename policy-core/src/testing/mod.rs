//! Whether the policy's own `tests` and `sshTests` hold.

pub mod decision;
pub mod mismatch;
pub mod near_miss;
pub mod network_end;
pub mod network_test;
pub mod outcome;
pub mod packet;
pub mod ssh_end;
pub mod ssh_login;
pub mod ssh_test;
pub mod ternary;
pub mod test_endpoint;
pub mod unknowns;
pub mod words;

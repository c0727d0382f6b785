//! The tailnet policy of the BlumeOps homelab.

fn main() {}

policy_macros::policy_file!("broken_invariant.hujson", invariants = "mistake_in_invariants.invariants");

fn main() {}

policy_macros::policy_file!("broken_invariant.hujson");

fn main() {}

policy_macros::policy_fragment! { pub forge grants { } }

fn main() {}

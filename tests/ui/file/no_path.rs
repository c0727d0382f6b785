policy_macros::policy_file!(policy.hujson);

fn main() {}

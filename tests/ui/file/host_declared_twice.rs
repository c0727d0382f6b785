policy_macros::policy_file!("host_declared_twice.hujson");

fn main() {}

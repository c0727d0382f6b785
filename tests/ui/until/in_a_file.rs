policy_macros::policy_file!("in_a_file.hujson");

fn main() {}

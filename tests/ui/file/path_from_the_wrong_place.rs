policy_macros::policy_file!("../../../policy_file.hujson");

fn main() {}

policy_macros::policy_file!("no_such_file.hujson");

fn main() {}

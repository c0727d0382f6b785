policy_macros::policy_file!("no_utf8.hujson");

fn main() {}

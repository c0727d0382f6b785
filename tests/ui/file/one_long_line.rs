policy_macros::policy_file!("one_long_line.hujson");

fn main() {}

policy_macros::policy_file!("syntax_error.hujson");

fn main() {}

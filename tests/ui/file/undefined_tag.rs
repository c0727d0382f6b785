policy_macros::policy_file!("undefined_tag.hujson");

fn main() {}

policy_macros::policy_file!("not_hujson.yaml");

fn main() {}

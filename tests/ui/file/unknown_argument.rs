policy_macros::policy_file!("undefined_tag.hujson", fact = "facts.json");

fn main() {}

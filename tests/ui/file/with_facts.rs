policy_macros::policy_file!("with_facts.hujson", facts = "with_facts.json");

fn main() {}

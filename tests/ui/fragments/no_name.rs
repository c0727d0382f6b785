policy_macros::policy_fragment! { { grants {} } }

fn main() {}

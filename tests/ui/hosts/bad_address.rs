policy_macros::policy! {
    hosts { web = "10.0.0.256"; }
}

fn main() {}

policy_macros::policy! {
    users { allison = "allison@example.com"; }
    tagOwners { tag:forge; }
    grants { autogroup:member except allison -> tag:forge on 443; }
}

fn main() {}

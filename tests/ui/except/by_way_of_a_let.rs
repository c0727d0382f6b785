policy_macros::policy! {
    users { allison = "allison@example.com"; }
    tagOwners { tag:forge; }
    let people = autogroup:member, autogroup:shared except allison;
    grants { people -> tag:forge on 443; people -> tag:forge on 22; }
}

fn main() {}

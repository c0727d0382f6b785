policy_macros::policy! {
    tagOwners { tag:proxy; tag:target; }
    invariants { always tag:proxy -> tag:target on 443; }
}

fn main() {}

policy_macros::policy! {
    tagOwners { tag:proxy; tag:target; }
    invariants { only tag:proxy -> tag:targte on 443; }
}

fn main() {}

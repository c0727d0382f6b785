policy_macros::policy! {
    tagOwners { tag:iot; tag:hub; }
    invariants { isolated tag:iot -> tag:hub on 443; }
}

fn main() {}

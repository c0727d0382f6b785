policy_macros::policy! {
    tagOwners { tag:iot; tag:hub; }
    grants {
        tag:hub -> tag:iot on 80, 443;
        tag:iot -> tag:iot on *;
    }
    invariants { isolated tag:iot except tag:hub on 443; }
}

fn main() {}

policy_macros::policy! {
    tagOwners { tag:router; }
    autoApprovers { route { "10.0.0.0/8" = tag:router; } }
}

fn main() {}

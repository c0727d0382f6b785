policy_macros::policy! {
    tagOwners { tag:router; }
    autoApprovers { routes { "10.0.0" = tag:router; } }
}

fn main() {}

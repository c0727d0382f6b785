#![deny(deprecated)]

policy_macros::policy! {
    tagOwners { tag:router; }
    grants {}
    autoApprovers { routes { "10.0.0.0" = tag:router; } }
}

fn main() {}

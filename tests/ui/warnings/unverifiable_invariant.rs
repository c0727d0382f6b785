#![deny(deprecated)]

policy_macros::policy! {
    users { alice = "alice@example.com", owner; bob = "bob@example.com"; }
    tagOwners { tag:db; }
    grants { autogroup:admin -> tag:db on tcp:5432; }
    invariants { never bob -> tag:db; }
}

fn main() {}

#![deny(deprecated)]

policy_macros::policy! {
    users { alice = "alice@example.com"; }
    tagOwners { tag:db; }
    grants { autogroup:admin -> tag:db on 5432; }
    tests { alice { accept tag:db:5432; deny tag:db:22; } }
}

fn main() {}

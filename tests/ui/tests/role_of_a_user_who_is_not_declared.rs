#![deny(deprecated)]

policy_macros::policy! {
    tagOwners { tag:web; tag:db; }
    grants { autogroup:admin -> tag:db on 5432; autogroup:network-admin -> tag:web on 22; }
    tests { "alice@example.com" { accept tag:db:5432; deny tag:web:22; } }
}

fn main() {}

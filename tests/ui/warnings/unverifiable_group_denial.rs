#![deny(deprecated)]

policy_macros::policy! {
    users { olga = "olga@example.com", owner; bob = "bob@example.com", member; }
    tagOwners { tag:db; }
    groups { group:eng = olga, bob; }
    grants { autogroup:owner -> tag:db on 5432; }
    tests { group:eng { deny tag:db:5432; } }
}

fn main() {}

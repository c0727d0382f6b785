#![deny(deprecated)]

policy_macros::policy! {
    tagOwners { tag:web; tag:db; }
    grants { tag:web -> tag:db on tcp:5432; }
    tests { tag:web { accept "100.64.0.3:5432"; } }
}

fn main() {}

policy_macros::policy! {
    tagOwners { tag:web; tag:db; }
    grants { tag:web -> tag:db on 5432; }
    tests { tag:db { accept tag:db:22; } }
}

fn main() {}

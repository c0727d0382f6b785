policy_macros::policy! {
    tagOwners { tag:web; tag:db; }
    grants { tag:web -> tag:db on tcp:5432; }
    tests { tag:web { accept tag:db:5433; } }
}

fn main() {}

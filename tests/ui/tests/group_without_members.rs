policy_macros::policy! {
    tagOwners { tag:web; tag:db; }
    groups { group:eng; }
    grants { tag:web -> tag:db on 5432; }
    tests { group:eng { accept tag:db:5432; } }
}

fn main() {}

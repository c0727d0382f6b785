policy_macros::policy! {
    tagOwners { tag:web; tag:db; }
    grants { tag:web -> tag:db on 5432; }
    tests { tag:wbe { accept tag:db:5432; } }
}

fn main() {}

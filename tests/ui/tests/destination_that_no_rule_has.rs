policy_macros::policy! {
    tagOwners { tag:web; tag:db; }
    grants { tag:db -> tag:web on 443; }
    tests { tag:web { accept tag:db:5432; } }
}

fn main() {}

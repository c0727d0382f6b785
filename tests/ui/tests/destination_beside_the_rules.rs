policy_macros::policy! {
    tagOwners { tag:web; tag:wiki; tag:db; }
    grants {
        tag:web -> tag:wiki on 443;
        tag:wiki -> tag:db on 5432;
    }
    tests { tag:web { accept tag:db:443; } }
}

fn main() {}

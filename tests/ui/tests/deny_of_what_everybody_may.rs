policy_macros::policy! {
    tagOwners { tag:web; tag:db; }
    grants {
        tag:web -> tag:db on 5432;
        * -> * on 22;
    }
    tests { tag:web { deny tag:db:22; } }
}

fn main() {}

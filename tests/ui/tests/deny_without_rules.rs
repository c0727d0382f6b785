policy_macros::policy! {
    tagOwners { tag:web; tag:db; }
    tests { tag:web { deny tag:db:22; } }
}

fn main() {}

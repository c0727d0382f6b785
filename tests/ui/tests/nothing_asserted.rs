policy_macros::policy! {
    tagOwners { tag:web; }
    tests { tag:web { proto tcp; } }
}

fn main() {}

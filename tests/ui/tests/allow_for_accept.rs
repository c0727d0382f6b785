policy_macros::policy! {
    tagOwners { tag:web; }
    tests { tag:web { allow tag:web:443; } }
}

fn main() {}

policy_macros::policy! {
    tagOwners { tag:web; }
    groups { group:eng = tag:web; }
}

fn main() {}

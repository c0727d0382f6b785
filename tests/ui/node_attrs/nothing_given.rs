policy_macros::policy! {
    tagOwners { tag:web; }
    nodeAttrs { tag:web; }
}

fn main() {}

policy_macros::policy! {
    tagOwners { tag:3d-printer; }
}

fn main() {}

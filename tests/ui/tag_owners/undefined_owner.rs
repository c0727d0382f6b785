policy_macros::policy! {
    tagOwners { tag:web = tag:admin; }
}

fn main() {}

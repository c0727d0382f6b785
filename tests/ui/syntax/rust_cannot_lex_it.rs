policy_macros::policy! {
    tagOwners { tag:lab-1e; }
}

fn main() {}

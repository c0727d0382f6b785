policy_macros::policy! {
    tagOwners { tag:web = "10.0.0.1"; }
}

fn main() {}

policy_macros::policy! {
    tagOwners { tag:web; }
    devices { nas = tag:nsa, "100.64.0.9"; }
}

fn main() {}

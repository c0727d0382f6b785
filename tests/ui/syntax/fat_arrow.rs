policy_macros::policy! {
    tagOwners { tag:web; }
    grants { autogroup:member => tag:web on 443; }
}

fn main() {}

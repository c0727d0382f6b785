policy_macros::policy! {
    tagOwners { tag:web; }
    grants { autogroup:member -> tag:web on tpc:443; }
}

fn main() {}

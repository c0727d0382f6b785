policy_macros::policy! {
    tagOwners { tag:web; }
    grants { autogroup:member -> tag:web:443; }
}

fn main() {}

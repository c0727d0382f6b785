policy_macros::policy! {
    tagOwners { tag:web; }
    grants { autogroup:member -> tag:web on tcp:ssh; }
}

fn main() {}

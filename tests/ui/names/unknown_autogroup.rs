policy_macros::policy! {
    tagOwners { tag:web; }
    grants { autogroup:membr -> tag:web on 443; }
}

fn main() {}

policy_macros::policy! {
    tagOwners { tag:web; }
    acls { autogroup:member -> tag:web on tpc:443; }
}

fn main() {}

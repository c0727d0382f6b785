policy_macros::policy! {
    tagOwners { tag:web; }
    acls { autogroup:member -> tag:web; }
}

fn main() {}

policy_macros::policy! {
    tagOwners { tag:web; }
    acls { autogroup:member -> tag:web on 80, 70000; }
}

fn main() {}

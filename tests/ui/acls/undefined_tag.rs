policy_macros::policy! {
    tagOwners { tag:web; }
    acls { autogroup:member -> tag:wbe on 80, 443; }
}

fn main() {}

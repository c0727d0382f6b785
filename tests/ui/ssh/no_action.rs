policy_macros::policy! {
    tagOwners { tag:web; }
    ssh { autogroup:member -> tag:web as "root"; }
}

fn main() {}

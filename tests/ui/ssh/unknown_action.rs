policy_macros::policy! {
    tagOwners { tag:web; }
    ssh { allow autogroup:member -> tag:web as "root"; }
}

fn main() {}

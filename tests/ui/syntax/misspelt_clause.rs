policy_macros::policy! {
    tagOwners { tag:web; tag:router; }
    grants { autogroup:member -> tag:web on 443 vai tag:router; }
}

fn main() {}

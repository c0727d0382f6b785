mod forge {
    policy_macros::policy_fragment! {
        pub(crate) forge { grants { autogroup:member -> autogroup:self on 443; } }
    }
}

mod tailnet {
    policy_macros::policy! {
        use crate::forge::forge
        tagOwners { tag:web = autogroup:admin; }
        grants { autogroup:member -> tag:web on 443; }
    }
}

fn main() {
    println!("{} {}", tailnet::POLICY.tag_owners.len(), tailnet::tag::web);
}

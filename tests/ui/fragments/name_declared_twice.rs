mod forge {
    policy_macros::policy_fragment! {
        pub(crate) forge { tagOwners { tag:forge; } grants { autogroup:member -> tag:forge on 443; } }
    }
}

policy_macros::policy! {
    use crate::forge::forge;
    tagOwners { tag:forge = autogroup:admin; }
}

fn main() {}

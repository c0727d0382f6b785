mod forge {
    policy_macros::policy_fragment! {
        pub(crate) forge {
            tagOwners { tag:forge = autogroup:member; }
            grants { autogroup:member -> tag:forge on 443; }
        }
    }
}

policy_macros::policy! {
    use crate::forge::forge only grants;
}

fn main() {}

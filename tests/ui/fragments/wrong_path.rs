mod forge {
    policy_macros::policy_fragment! {
        pub(crate) forge { grants { autogroup:member -> autogroup:self on 443; } }
    }
}

policy_macros::policy! {
    use crate::forge::froge;
}

fn main() {}

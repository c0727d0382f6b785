mod forge {
    policy_macros::policy_fragment! {
        pub(crate) forge { use crate::forge::other; }
    }
}

policy_macros::policy! {
    use crate::forge::forge;
}

fn main() {}

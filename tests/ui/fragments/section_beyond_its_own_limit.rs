mod forge {
    policy_macros::policy_fragment! {
        pub(crate) forge only grants, tests {
            grants { autogroup:member -> autogroup:self on 443; }
            ssh { accept autogroup:member -> autogroup:self as "root"; }
        }
    }
}

policy_macros::policy! {
    use crate::forge::forge;
}

fn main() {}

#![deny(unused_imports)]

policy_macros::policy_fragment! {
    pub(crate) forge {
        tagOwners { tag:forge = autogroup:admin; }
    }
}

fn main() {}

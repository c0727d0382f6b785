#![deny(deprecated)]

policy_macros::policy! {
    tagOwners {
        tag:ci = autogroup:admin;
        tag:deploy = tag:ci;
        tag:prod = tag:deploy;
    }
    grants { tag:ci -> tag:prod on 443; }
}

fn main() {}

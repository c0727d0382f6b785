#![deny(deprecated)]

policy_macros::policy! {
    tagOwners {
        tag:web;
        tag:workstation = autogroup:admin;
    }
    grants { autogroup:member -> tag:web on 443; }
}

fn main() {}

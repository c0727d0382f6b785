#![deny(deprecated)]

policy_macros::policy! {
    grants { autogroup:member -> autogroup:self on 443; }
    acls { autogroup:member -> autogroup:self on 80; }
}

fn main() {}

#![deny(deprecated)]

policy_macros::policy! {
    groups { group:eng; }
    grants { group:eng -> autogroup:self on 443; }
}

fn main() {}

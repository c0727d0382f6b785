#![deny(deprecated)]

policy_macros::policy! {
    let https = tcp:443;
    grants { autogroup:member -> autogroup:self on 443; }
}

fn main() {}

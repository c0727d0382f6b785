#![deny(deprecated)]

policy_macros::policy! {
    grants { autogroup:members -> autogroup:self on 443; }
}

fn main() {}

#![deny(deprecated)]

policy_macros::policy! {
    groups { group:eng = "alice@example.com"; }
    grants {}
}

fn main() {}

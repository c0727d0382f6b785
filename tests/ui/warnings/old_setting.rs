#![deny(deprecated)]

policy_macros::policy! {
    disableIPv4 = true;
    grants {}
}

fn main() {}

#![deny(deprecated)]

policy_macros::policy! {
    disableIPv4 = true;
}

fn main() {}

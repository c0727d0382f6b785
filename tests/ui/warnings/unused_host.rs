#![deny(deprecated)]

policy_macros::policy! {
    hosts { printer = "192.168.1.20"; }
    grants {}
}

fn main() {}

#![deny(deprecated)]

policy_macros::policy! {
    ipsets { ipset:prod = "192.0.2.0/24"; }
    grants {}
}

fn main() {}

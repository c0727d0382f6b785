#![deny(deprecated)]

policy_macros::policy! {
    grants { * -> * on *; }
}

fn main() {}

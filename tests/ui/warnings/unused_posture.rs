#![deny(deprecated)]

policy_macros::policy! {
    postures { posture:managed = "node:os == 'macos'"; }
    grants {}
}

fn main() {}
